"""The bus cannot be forged: PutEvents is denied to whoever the bus policy denies it."""

import json

import pytest
from accounts import document
from botocore.exceptions import ClientError

from local_aws.session import eventually

ENTRY = {"Source": "own.detect", "DetailType": "Finding", "Detail": "{}"}


@pytest.fixture(params=["account", "enforcing_account"])
def account(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def producer(account):
    return account.role("producer", policy={"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"})


def bus_denying(account, condition):
    events = account.client("events")
    arn = events.create_event_bus(Name="findings")["EventBusArn"]
    statement = {"Sid": "guard", "Effect": "Deny", "Principal": "*", "Action": "events:PutEvents", "Resource": arn,
                 "Condition": condition}
    events.put_permission(EventBusName="findings", Policy=document(statement))
    return arn


def put_as(account, key=None, **changes):
    return account.client("events", key).put_events(Entries=[{**ENTRY, "EventBusName": "findings", **changes}])


def test_nobody_but_the_producer_puts_events(account, producer):
    arn = bus_denying(account, {"ArnNotEquals": {"aws:PrincipalArn": producer}})
    listener = account.listen({"source": ["own.detect"]}, bus="findings")
    mallory = account.user("mallory")
    account.client("iam").put_user_policy(UserName="mallory", PolicyName="all", PolicyDocument=document(
        {"Effect": "Allow", "Action": "*", "Resource": "*"}))
    for who, key, bus in (("a user", mallory, "findings"), ("the root user", None, "findings"), ("by ARN", mallory, arn)):
        with pytest.raises(ClientError) as caught:
            put_as(account, key, EventBusName=bus)
        error = caught.value.response["Error"]
        assert error["Code"] == "AccessDeniedException", who
        assert error["Message"].endswith(
            f"is not authorized to perform: events:PutEvents on resource: {arn} with an explicit deny in a "
            "resource-based policy"), who

    account.function("detect", role=producer)
    answer = account.invoke("detect", {"call": ["events", "put_events", {"Entries": [
        {**ENTRY, "EventBusName": "findings", "Detail": '{"from": "detect"}'}]}]})
    assert answer["FailedEntryCount"] == 0
    assert [event["detail"] for event in eventually(listener.events)] == [{"from": "detect"}]


def test_another_functions_role_is_not_the_producer(account, producer):
    bus_denying(account, {"ArnNotEquals": {"aws:PrincipalArn": producer}})
    other = account.role("other", policy={"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*"})
    account.function("mallory", role=other)
    answer = account.invoke("mallory", {"call": ["events", "put_events", {"Entries": [
        {**ENTRY, "EventBusName": "findings"}]}]})
    assert "explicit deny in a resource-based policy" in answer["errorMessage"]
    assert "assumed-role/other/mallory" in answer["errorMessage"]


def test_a_producer_is_held_to_its_source(account):
    bus_denying(account, {"StringNotEquals": {"events:source": "own.detect"}})
    assert put_as(account)["FailedEntryCount"] == 0
    with pytest.raises(ClientError, match="AccessDenied"):
        put_as(account, Source="own.other")


def test_a_bus_without_a_policy_takes_events_of_its_account(account):
    account.client("events").create_event_bus(Name="findings")
    assert put_as(account)["FailedEntryCount"] == 0


def test_the_policy_can_be_read_back_and_removed(account):
    bus_denying(account, {"StringNotEquals": {"events:source": "own.detect"}})
    events = account.client("events")
    policy = json.loads(events.describe_event_bus(Name="findings")["Policy"])
    assert policy["Statement"][0]["Sid"] == "guard"
    events.remove_permission(EventBusName="findings", StatementId="guard")
    assert put_as(account, Source="own.other")["FailedEntryCount"] == 0


def test_services_of_aws_cannot_be_impersonated(account):
    account.client("events").create_event_bus(Name="findings")
    answer = put_as(account, Source="aws.iam")
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"
