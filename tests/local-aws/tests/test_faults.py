"""Microburst before the server."""

import pytest
from botocore.exceptions import ClientError

from accounts import Account
from local_aws.session import LocalAws

THROTTLED_TWICE = {"service": "iam", "operation": "GetUser", "sequence": {"fail": 2, "pass": 100},
                   "error": {"code": "Throttling"}}


@pytest.fixture(scope="module", params=[False, True], ids=["permissive", "enforcing"])
def account(request):
    with LocalAws(faults=True, auth=request.param) as aws:
        yield Account(aws, "100000000888")


def test_rules_strike_calls_through_the_proxy_until_they_are_cleared(account):
    key = account.user("alice")
    iam = account.client("iam", key, through_faults=True)
    account.client("iam").attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    account.aws.faults.set(THROTTLED_TWICE)
    for _ in range(2):
        with pytest.raises(ClientError, match="Throttling"):
            iam.get_user(UserName="alice")
    assert iam.get_user(UserName="alice")["User"]["UserName"] == "alice"
    assert len(account.aws.faults.fired()) == 2
    account.client("iam").get_user(UserName="alice")
    account.aws.faults.set({**THROTTLED_TWICE, "sequence": {"fail": 100, "pass": 1}})
    account.aws.faults.clear()
    iam.get_user(UserName="alice")
    assert account.aws.faults.fired() == []


def test_functions_call_through_the_proxy(account):
    role = account.role("reader", policy={"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"})
    account.function("worker", role=role, Environment={"Variables": {"AWS_MAX_ATTEMPTS": "1"}})
    account.aws.faults.set({"service": "iam", "operation": "ListUsers", "error": {"code": "ServiceFailure"}})
    answer = account.invoke("worker", {"call": ["iam", "list_users", {}]})
    assert "ServiceFailure" in answer["errorMessage"]
    account.aws.faults.clear()
    assert "Users" in account.invoke("worker", {"call": ["iam", "list_users", {}]})
