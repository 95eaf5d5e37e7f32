"""One session of a role is denied, and nothing else of the role; an undo lets it go on. IAM is enforced."""

import json

import pytest
from botocore.exceptions import ClientError

from events import in_envelope, quarantine_record
from local_aws.session import eventually

INSTANCE = "i-0123456789abcdef0"


@pytest.fixture(scope="module")
def role(stack):
    """A role that may list buckets and that a person may assume."""
    name = "instances"
    trust = {"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{stack.aws.account}:root"}, "Action": "sts:AssumeRole"}}
    may = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}}
    made = stack.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    stack.iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(may))
    return made


def session(stack, role, name):
    """Returns a client of a session of the role."""
    person = stack.user("instance-profile", may="sts:AssumeRole")
    made = stack.aws.client("sts", person.key).assume_role(RoleArn=role["Arn"], RoleSessionName=name)["Credentials"]
    return stack.aws.client("s3", (made["AccessKeyId"], made["SecretAccessKey"]), token=made["SessionToken"])


def through_a_strangers_endpoint(stack, role):
    """The record of a call with the credentials of an instance, from where the instance cannot be."""
    account = stack.aws.account
    issuer = {"type": "Role", "principalId": role["RoleId"], "arn": role["Arn"], "accountId": account,
              "userName": role["RoleName"]}
    return quarantine_record(
        stack, "", eventSource="s3.amazonaws.com", eventName="ListBuckets", readOnly=True, requestParameters=None,
        vpcEndpointId="vpce-0fedcba9876543210", vpcEndpointAccountId="444455556666",
        userIdentity={
            "type": "AssumedRole", "principalId": f"{role['RoleId']}:{INSTANCE}", "accountId": account,
            "arn": f"arn:aws:sts::{account}:assumed-role/{role['RoleName']}/{INSTANCE}", "accessKeyId": "ASIAEXAMPLEINST00001",
            "sessionContext": {"sessionIssuer": issuer}})


def policies(stack, role):
    return sorted(stack.iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"])


def is_denied(s3):
    try:
        s3.list_buckets()
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDenied", error
        return True
    return False


def test_a_stolen_session_is_denied_other_sessions_go_on_and_an_undo_restores(stack, role):
    stolen, other = session(stack, role, INSTANCE), session(stack, role, "i-0fedcba9876543210")
    assert (is_denied(stolen), is_denied(other)) == (False, False)

    stack.detect(in_envelope(stack, through_a_strangers_endpoint(stack, role)))

    told = eventually(lambda: [event["detail"] for event in stack.outcomes.matching(
        lambda event: (event["detail"]["plan"].get("identity") or {}).get("name") == role["RoleName"])])[0]
    assert told["status"] == "contained"
    [step] = told["plan"]["steps"]
    assert (step["action"]["kind"], told["permissions"]) == ("deny_session", ["iam:DeleteRolePolicy", "iam:PutRolePolicy"])
    assert policies(stack, role) == sorted(["own", step["action"]["control"]["policyName"]])
    assert (is_denied(stolen), is_denied(other)) == (True, False)

    assert stack.undo(told["plan"]["id"])["status"] == "undone"
    assert policies(stack, role) == ["own"]
    assert (is_denied(stolen), is_denied(other)) == (False, False)


def test_the_stacks_own_roles_are_left_alone(stack):
    own = stack.iam.get_role(RoleName=stack.resources["ContainIdentityRole"])["Role"]
    answer = stack.detect(in_envelope(stack, through_a_strangers_endpoint(stack, own)))
    assert [finding["rule"]["name"] for finding in answer["findings"]] == ["instance_credentials_used_through_foreign_endpoint"]
    told = eventually(lambda: [event["detail"] for event in stack.outcomes.matching(
        lambda event: str(own["RoleId"]) in json.dumps(event["detail"]["plan"]["cause"].get("target") or {}))])[0]
    assert (told["status"], told["plan"]["refused"]) == ("refused", "OwnRole")
