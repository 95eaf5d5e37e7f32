"""Function URLs, called over HTTP."""

import json
import urllib.error
import urllib.request

import pytest
from accounts import refusal

EVERYBODY = {"FunctionName": "worker", "Principal": "*"}


def ask(url, body=None, **headers):
    """Makes a request without credentials; returns status and answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def opened(account, auth_type="NONE"):
    """Creates a function with a URL and, as SAM does, the permissions for everybody; returns the URL."""
    account.function("worker")
    client = account.client("lambda")
    url = client.create_function_url_config(FunctionName="worker", AuthType=auth_type)["FunctionUrl"]
    client.add_permission(**EVERYBODY, StatementId="call", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType=auth_type)
    client.add_permission(**EVERYBODY, StatementId="invoke", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True)
    return url


@pytest.mark.parametrize("server", ["account", "enforcing_account"])
def test_a_url_is_called_with_get_and_post(request, server):
    account = request.getfixturevalue(server)
    url = opened(account)
    assert url.startswith(f"{account.aws.endpoint}/")
    status, answer = ask(f"{url}approve/42?token=a%20b&x=1", Cookie="a=b")
    event = answer["event"]
    assert (status, event["version"], event["rawPath"], event["queryStringParameters"]) == (
        200, "2.0", "/approve/42", {"token": "a b", "x": "1"})
    assert (event["requestContext"]["http"]["method"], event["cookies"], "body" in event) == ("GET", ["a=b"], False)
    _, answer = ask(url, b'{"a": 1}', **{"Content-Type": "application/json"})
    event = answer["event"]
    assert (event["requestContext"]["http"]["method"], event["body"], event["isBase64Encoded"]) == ("POST", '{"a": 1}', False)


@pytest.mark.parametrize("missing", ["call", "invoke"])
def test_a_url_without_a_permission_for_everybody_is_forbidden(account, missing):
    url = opened(account)
    account.client("lambda").remove_permission(FunctionName="worker", StatementId=missing)
    assert ask(url)[0] == 403


def test_a_url_with_iam_authentication_is_forbidden_to_strangers(account):
    url = opened(account)
    account.client("lambda").update_function_url_config(FunctionName="worker", AuthType="AWS_IAM")
    assert ask(url)[0] == 403


def test_a_url_is_deleted_and_is_one_for_each_qualifier(account):
    url = opened(account)
    client = account.client("lambda")
    client.publish_version(FunctionName="worker")
    client.create_alias(FunctionName="worker", Name="live", FunctionVersion="1")
    create = client.create_function_url_config
    assert refusal(create, FunctionName="worker", AuthType="NONE") == ("ResourceConflictException", 409)
    assert create(FunctionName="worker", Qualifier="live", AuthType="NONE")["FunctionArn"].endswith(":worker:live")
    client.delete_function_url_config(FunctionName="worker")
    assert refusal(client.get_function_url_config, FunctionName="worker") == ("ResourceNotFoundException", 404)
    assert ask(url)[0] == 404
