"""Resource policies of functions."""

import json

import pytest
from accounts import refusal

INVOKE = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}


@pytest.fixture
def client(account):
    account.function("worker")
    client = account.client("lambda")
    client.publish_version(FunctionName="worker")
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    return client


def statements(client, **qualifier):
    return json.loads(client.get_policy(FunctionName="worker", **qualifier)["Policy"])["Statement"]


def test_a_function_without_statements_has_no_policy(client):
    assert refusal(client.get_policy, FunctionName="worker") == ("ResourceNotFoundException", 404)
    client.add_permission(FunctionName="worker", StatementId="s", **INVOKE)
    assert [each["Sid"] for each in statements(client)] == ["s"]
    client.remove_permission(FunctionName="worker", StatementId="s")
    assert refusal(client.get_policy, FunctionName="worker") == ("ResourceNotFoundException", 404)


def test_function_and_alias_have_policies_of_their_own(client):
    client.add_permission(FunctionName="worker", StatementId="s", **INVOKE)
    client.add_permission(FunctionName="worker", StatementId="s", Qualifier="live", SourceAccount="123456789012", **INVOKE)
    assert [each["Resource"].rsplit(":", 1)[-1] for each in statements(client)] == ["worker"]
    assert [each["Resource"].rsplit(":", 1)[-1] for each in statements(client, Qualifier="live")] == ["live"]
    client.remove_permission(FunctionName="worker", StatementId="s")
    assert refusal(client.remove_permission, FunctionName="worker", StatementId="s")[0] == "ResourceNotFoundException"
    assert [each["Sid"] for each in statements(client, Qualifier="live")] == ["s"]


def test_a_change_needs_the_last_revision_if_it_names_one(client):
    client.add_permission(FunctionName="worker", StatementId="first", **INVOKE)
    before = client.get_policy(FunctionName="worker")["RevisionId"]
    client.add_permission(FunctionName="worker", StatementId="second", RevisionId=before, **INVOKE)
    remove = {"FunctionName": "worker", "StatementId": "first"}
    assert refusal(client.remove_permission, **remove, RevisionId=before) == ("PreconditionFailedException", 412)
    client.remove_permission(**remove, RevisionId=client.get_policy(FunctionName="worker")["RevisionId"])
    assert [each["Sid"] for each in statements(client)] == ["second"]


def test_an_account_becomes_its_root_user(client):
    client.add_permission(FunctionName="worker", StatementId="s", Action="lambda:*", Principal="123456789012")
    assert statements(client)[0]["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}


def test_reserved_concurrency_is_read_set_and_deleted(client):
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName="worker")
    client.put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    assert client.get_function_concurrency(FunctionName="worker")["ReservedConcurrentExecutions"] == 0
    client.delete_function_concurrency(FunctionName="worker")
    assert "ReservedConcurrentExecutions" not in client.get_function_concurrency(FunctionName="worker")
