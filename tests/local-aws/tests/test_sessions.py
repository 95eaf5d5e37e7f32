"""Sessions of assumed roles, and how a policy ends them."""

import datetime
import time

import pytest
from accounts import document, refusal

READ = {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}


def assumable(account, name="deployer"):
    """Creates a role that may list users and that the account may assume, with a source identity too."""
    role = account.role(name, policy=READ)
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.number}:root"},
             "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
    account.client("iam").update_assume_role_policy(RoleName=name, PolicyDocument=document(trust))
    return role


def assumed(account, role, session="carol", **more):
    """Returns IAM as a session of the role."""
    given = account.client("sts").assume_role(RoleArn=role, RoleSessionName=session, **more)["Credentials"]
    return account.client("iam", (given["AccessKeyId"], given["SecretAccessKey"]), token=given["SessionToken"])


def revoke(account, condition, name="deployer"):
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    account.client("iam").put_role_policy(RoleName=name, PolicyName="revoke", PolicyDocument=document(deny))


def test_a_session_from_before_the_cut_off_is_denied_and_a_later_one_is_not(enforcing_account):
    account = enforcing_account
    role = assumable(account)
    before = assumed(account, role)
    before.list_users()
    cut = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(seconds=1)
    revoke(account, {"DateLessThan": {"aws:TokenIssueTime": f"{cut:%Y-%m-%dT%H:%M:%S.000Z}"}})
    assert refusal(before.list_users) == ("AccessDenied", 403)
    time.sleep(max(0.0, (cut - datetime.datetime.now(datetime.UTC)).total_seconds()))  # AWS counts in seconds
    assumed(account, role).list_users()


def test_a_users_key_has_no_issue_time_and_stays(enforcing_account):
    account = enforcing_account
    key = account.user("alice")
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2100-01-01T00:00:00Z"}}}
    account.client("iam").put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=document(READ, deny))
    account.client("iam", key).list_users()


@pytest.mark.parametrize("operator", ["StringLike", "StringEquals"])
def test_one_session_is_denied_by_its_name(enforcing_account, operator):
    account = enforcing_account
    role = assumable(account)
    carol, dave = assumed(account, role, "carol"), assumed(account, role, "dave")
    role_id = account.client("iam").get_role(RoleName="deployer")["Role"]["RoleId"]
    revoke(account, {operator: {"aws:userid": f"{role_id if operator == 'StringEquals' else '*'}:carol"}})
    assert refusal(carol.list_users) == ("AccessDenied", 403)
    dave.list_users()


def test_one_session_is_denied_by_its_source_identity(enforcing_account):
    account = enforcing_account
    role = assumable(account)
    carol, dave = (assumed(account, role, "same", SourceIdentity=who) for who in ("carol", "dave"))
    nobody = assumed(account, role, "same")
    revoke(account, {"StringEquals": {"aws:SourceIdentity": "carol"}})
    assert refusal(carol.list_users) == ("AccessDenied", 403)
    dave.list_users()
    nobody.list_users()


def test_a_source_identity_needs_a_permission_of_its_own(enforcing_account):
    account = enforcing_account
    role = account.role("worker")
    assume = account.client("sts").assume_role
    assert refusal(assume, RoleArn=role, RoleSessionName="one", SourceIdentity="carol") == ("AccessDenied", 403)
    assume(RoleArn=role, RoleSessionName="one")


def test_a_source_identity_is_in_answer_and_records(account):
    role = account.role("worker")
    sts = account.client("sts")
    answer = sts.assume_role(RoleArn=role, RoleSessionName="one", SourceIdentity="carol")
    given = answer["Credentials"]
    account.client("iam", (given["AccessKeyId"], given["SecretAccessKey"]), token=given["SessionToken"]).list_roles()
    assert answer["SourceIdentity"] == "carol"
    assert account.record("AssumeRole")["requestParameters"]["sourceIdentity"] == "carol"
    assert account.record("ListRoles")["userIdentity"]["sessionContext"]["sourceIdentity"] == "carol"


def test_a_role_of_another_account_lets_in_one_role_that_gives_its_external_id(enforcing_account):
    account, other = enforcing_account, "444455556666"
    there = account.client("iam", (other, "test"))
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.number}:root"}, "Action": "sts:AssumeRole",
             "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account.number}:role/caller-*"},
                           "StringEquals": {"sts:ExternalId": "known"}}}
    there.create_role(RoleName="entered", AssumeRolePolicyDocument=document(trust))
    there.put_role_policy(RoleName="entered", PolicyName="own", PolicyDocument=document(READ))
    enter = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/entered",
             "Condition": {"StringEquals": {"sts:ExternalId": "known"}}}

    def assume(name, external_id):
        role = assumable(account, name)
        account.client("iam").put_role_policy(RoleName=name, PolicyName="enter", PolicyDocument=document(enter))
        given = account.client("sts").assume_role(RoleArn=role, RoleSessionName="one")["Credentials"]
        sts = account.client("sts", (given["AccessKeyId"], given["SecretAccessKey"]), token=given["SessionToken"])
        more = {"ExternalId": external_id} if external_id else {}
        return lambda: sts.assume_role(RoleArn=f"arn:aws:iam::{other}:role/entered", RoleSessionName="two", **more)

    for name, external_id in (("caller-1", None), ("caller-2", "guessed"), ("another", "known")):
        assert refusal(assume(name, external_id)) == ("AccessDenied", 403), (name, external_id)
    entered = assume("caller-3", "known")()
    assert entered["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{other}:assumed-role/entered/two"
    key = entered["Credentials"]
    users = account.client("iam", (key["AccessKeyId"], key["SecretAccessKey"]), token=key["SessionToken"])
    there.create_user(UserName="theirs")
    assert [user["UserName"] for user in users.list_users()["Users"]] == ["theirs"]
