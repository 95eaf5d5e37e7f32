"""Whom a record names."""

import re

from accounts import calls
from local_aws.session import eventually


def test_a_user_is_named_with_unique_id_path_and_key(account):
    key = account.user("alice", path="/ci/")
    account.client("sts", key).get_caller_identity()
    identity = account.record("GetCallerIdentity")["userIdentity"]
    assert re.fullmatch(r"AIDA[0-9A-Z]{17}", identity["principalId"])
    assert identity == {
        "type": "IAMUser",
        "principalId": account.client("iam").get_user(UserName="alice")["User"]["UserId"],
        "arn": f"arn:aws:iam::{account.number}:user/ci/alice",
        "accountId": account.number,
        "accessKeyId": key[0],
        "userName": "alice",
    }


def test_the_root_user_is_named_root(aws):
    aws.client("iam").list_groups()
    identity = [r for r in aws.records() if r["eventName"] == "ListGroups"][-1]["userIdentity"]
    assert (identity["type"], identity["arn"], "userName" in identity) == (
        "Root", f"arn:aws:iam::{aws.account}:root", False)


def test_a_role_session_is_named_with_its_issuer(account):
    role = account.role("deployer")
    given = account.client("sts").assume_role(RoleArn=role, RoleSessionName="carol")["Credentials"]
    account.client("iam", (given["AccessKeyId"], given["SecretAccessKey"]), token=given["SessionToken"]).list_roles()
    identity = account.record("ListRoles")["userIdentity"]
    role_id = account.client("iam").get_role(RoleName="deployer")["Role"]["RoleId"]
    created = identity["sessionContext"]["attributes"].pop("creationDate")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created)
    assert role_id.startswith("AROA")
    assert identity == {
        "type": "AssumedRole",
        "principalId": f"{role_id}:carol",
        "arn": f"arn:aws:sts::{account.number}:assumed-role/deployer/carol",
        "accountId": account.number,
        "accessKeyId": given["AccessKeyId"],
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "principalId": role_id, "arn": role, "accountId": account.number,
                              "userName": "deployer"},
            "webIdFederationData": {},
            "attributes": {"mfaAuthenticated": "false"},
        },
    }


def test_a_function_acts_as_its_role(account):
    role = account.role("containment")
    arn = account.function("worker", role=role)
    seen = account.invoke("worker", {"call": ["sts", "get_caller_identity", {}]})
    assert seen["Arn"] == f"arn:aws:sts::{account.number}:assumed-role/containment/worker"
    identity = account.record("GetCallerIdentity")["userIdentity"]
    assert (identity["type"], identity["sessionContext"]["sessionIssuer"]["arn"]) == ("AssumedRole", role)
    assert identity["inScopeOf"]["sourceArn"] == arn


def test_lambda_is_recorded_as_the_service_that_assumes_the_role(account):
    role = account.role("containment")
    account.function("worker", role=role)
    account.invoke("worker", {})
    record = account.record("AssumeRole")
    assert record["userIdentity"] == {"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}
    assert record["sourceIPAddress"] == "lambda.amazonaws.com"
    assert record["requestParameters"] == {"roleArn": role, "roleSessionName": "worker"}


def test_a_quarantine_shows_the_user_and_comes_from_inside_aws(account):
    account.trail()
    listener = account.listen(calls("iam"))
    key_id, _ = account.user("alice")
    event_id = account.aws.quarantine("alice", key_id)
    event = eventually(lambda: [e for e in listener.events() if e["detail"]["eventID"] == event_id])[0]["detail"]
    assert (event["eventName"], event["sourceIPAddress"], event["userIdentity"]["userName"]) == (
        "AttachUserPolicy", "AWS Internal", "alice")
    attached = account.client("iam").list_attached_user_policies(UserName="alice")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AWSCompromisedKeyQuarantineV3"]
