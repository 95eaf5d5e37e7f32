"""How functions run."""

import base64
import re

import pytest
from botocore.exceptions import ClientError

from local_aws.session import LocalAws


def report(account, name):
    answer = account.client("lambda").invoke(FunctionName=name, Payload=b"{}", LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode()
    return re.search(r"^REPORT .*$", tail, re.MULTILINE).group()


def test_the_report_line_names_the_init_duration_of_a_cold_start_only(account):
    account.function("worker")
    cold, warm = report(account, "worker"), report(account, "worker")
    number = r"(\d+\.\d\d) ms\t"
    pattern = (r"REPORT RequestId: [0-9a-f-]{36}\tDuration: " + number + r"Billed Duration: \d+ ms\t"
               r"Memory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\t")
    found = re.fullmatch(pattern + "Init Duration: " + number, cold)
    assert found, cold
    assert float(found.group(2)) > 10  # starting Python takes some time; that time is not part of the duration
    assert re.fullmatch(pattern, warm), warm
    logged = account.client("logs").filter_log_events(logGroupName="/aws/lambda/worker")["events"]
    assert [event["message"] for event in logged if event["message"].startswith("REPORT")] == [cold, warm]


def test_a_function_that_ends_at_its_start_says_why_in_the_log(account):
    account.function("worker", Environment={"Variables": {"EXIT": "1"}})
    answer = account.invoke("worker", {})
    lines = [event["message"] for event in account.client("logs").filter_log_events(
        logGroupName="/aws/lambda/worker")["events"]]
    request_id = lines[0].split()[2]
    assert answer == {"errorType": "Runtime.ExitError",
                      "errorMessage": f"RequestId: {request_id} Error: Runtime exited with error: exit status 1"}
    assert lines[1:3] == ["no configuration", f"END RequestId: {request_id}"]


def test_a_functions_environment_is_what_aws_defines_and_the_way_home(account):
    arn = account.function("worker", Environment={"Variables": {"MODE": "plan"}}, MemorySize=256)
    seen = account.invoke("worker", {})["environment"]
    expected = {
        "AWS_ENDPOINT_URL": account.aws.endpoint,
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "worker",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/worker",
        "AWS_LAMBDA_LOG_FORMAT": "Text",
        "MODE": "plan",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert {name: seen.get(name) for name in expected} == expected
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert not {name for name in seen if name.startswith(("MINISTACK", "GATEWAY", "LOCAL_AWS"))}, arn


def test_nothing_of_the_users_aws_settings_reaches_a_function():
    from accounts import Account

    of_the_user = {"AWS_PROFILE": "production", "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
                   "AWS_ENDPOINT_URL_IAM": "https://iam.amazonaws.com", "HTTPS_PROXY": "http://proxy:1", "HOME": "/real"}
    with LocalAws(variables=of_the_user) as aws:
        account = Account(aws, "100000000777")
        account.function("worker")
        seen = account.invoke("worker", {})["environment"]
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_IAM", "HTTPS_PROXY"} & seen.keys()
    assert (seen["AWS_ENDPOINT_URL"], seen["AWS_ACCESS_KEY_ID"][:4], seen.get("HOME")) == (aws.endpoint, "ASIA", None)


def test_reserved_concurrency_of_zero_stops_a_function(account):
    account.function("worker")
    account.client("lambda").put_function_concurrency(FunctionName="worker", ReservedConcurrentExecutions=0)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        account.invoke("worker", {})


@pytest.mark.parametrize(("allowed", "outcome"), [("user/alice", {}), ("user/bob*", None)])
def test_a_functions_role_is_enforced_on_request(enforcing_account, allowed, outcome):
    account = enforcing_account
    key_id, _ = account.user("alice")
    role = account.role("containment", policy={"Effect": "Allow", "Action": "iam:UpdateAccessKey",
                                               "Resource": f"arn:aws:iam::{account.number}:{allowed}"})
    account.function("worker", role=role)
    answer = account.invoke("worker", {"call": ["iam", "update_access_key", {
        "UserName": "alice", "AccessKeyId": key_id, "Status": "Inactive"}]})
    status = account.client("iam").list_access_keys(UserName="alice")["AccessKeyMetadata"][0]["Status"]
    if outcome is None:
        assert "on resource: user alice because no identity-based policy" in answer["errorMessage"]
        assert status == "Active"
    else:
        assert (answer, status) == (outcome, "Inactive")
