"""Three accounts and two Regions: what happens in member accounts is answered there by the stack in another account."""

import json

import pytest
from botocore.exceptions import ClientError

from deployed import is_quiet, reaches
from local_aws.session import eventually
from members import EXTERNAL_ID, MEMBERS, STRANGER, Member
from regions import Deployed, OtherRegion

AWAY, HOME = "eu-west-1", "us-east-1"
ROLE = "trailreflex-ContainIdentityRole-member"


def role_of(stack, account, external_id=EXTERNAL_ID):
    return Deployed(stack.aws, HOME, "member", "template-member.yaml", account, HomeAccount=stack.aws.account, ExternalId=external_id)


@pytest.fixture(scope="module")
def far(stack):
    """A member account that sends from another Region."""
    with role_of(stack, MEMBERS[0]), OtherRegion(stack.aws, AWAY, "sender", MEMBERS[0]):
        yield Member(stack, MEMBERS[0])


@pytest.fixture(scope="module")
def near(stack):
    """A member account that sends from the stack's own Region."""
    member = Member(stack, MEMBERS[1])
    # Made before anything is sent: a key that root makes for somebody else is answered too.
    member.users = [member.user(f"near-{number}") for number in range(3)]
    with OtherRegion(stack.aws, HOME, "sender", MEMBERS[1]):
        yield member


def tried_by_a_scanner(stack, member, user, region):
    member.client("sns", user.key, region=region, agent="TruffleHog").list_topics()


def test_a_leaked_key_of_a_member_account_is_contained_there_and_the_namesake_at_home_is_not_touched(stack, far):
    user = far.user("leaked-in-a-member")
    stack.iam.create_user(UserName=user.name)

    tried_by_a_scanner(stack, far, user, AWAY)

    entry = stack.reported(user)
    assert (entry["state"], entry["plan"]["account"]) == ("executed", far.account)
    assert entry["plan"]["identity"]["arn"] == f"arn:aws:iam::{far.account}:user/{user.name}"
    assert far.is_contained(user)
    session = f"arn:aws:sts::{far.account}:assumed-role/{ROLE}/trailreflex"
    assert far.changes() == [(session, "AttachUserPolicy", user.name), (session, "UpdateAccessKey", user.name)]
    at_home = stack.iam.list_attached_user_policies(UserName=user.name)["AttachedPolicies"]
    assert (at_home, stack.changes(user)) == ([], [])
    told = stack.outcome(user, "contained")
    assert (told["account"], told["detail"]["plan"]["account"]) == (stack.aws.account, far.account)

    # The calls of the containment are sent here too, and are known as the responder's own.
    is_quiet(stack)
    assert [one["detail"]["status"] for one in stack.outcomes_of(user) if one["detail"]["status"] != "refused"] == ["contained"]

    assert stack.undo(entry["plan"]["id"])["status"] == "undone"
    assert not far.is_contained(user)
    assert [call for _, call, _ in far.changes()[2:]] == ["UpdateAccessKey", "DetachUserPolicy"]


def test_a_member_that_lets_nobody_in_costs_one_event_which_can_be_answered_later(stack, near):
    user = near.users[0]
    with role_of(stack, near.account, external_id="another-text-than-ours"):
        tried_by_a_scanner(stack, near, user, HOME)
        kept = eventually(lambda: [
            entry for entry in stack.quarantined.all()
            if entry.get("function") == "contain-identity" and near.account in str(entry.get("payload"))])[0]

    assert "sts:AssumeRole" in kept["reason"], kept["reason"]
    assert (near.is_contained(user), stack.journal(user)) == (False, [])
    with role_of(stack, near.account):
        stack.send("ContainIdentityFunction", kept["payload"])
        reaches(lambda: near.is_contained(user), True)
        stack.undo(stack.reported(user)["plan"]["id"])


def test_what_is_done_in_the_stacks_own_region_of_a_member_is_contained_there_too(stack, near):
    user = near.users[1]
    with role_of(stack, near.account):
        tried_by_a_scanner(stack, near, user, HOME)
        reaches(lambda: near.is_contained(user), True)
        entry = stack.reported(user)
        assert entry["plan"]["account"] == near.account
        assert stack.undo(entry["plan"]["id"])["status"] == "undone"


class MembersSnapshot:
    """A snapshot that is opened to everybody."""

    responder, action = "CloseExposure", "unshare_snapshot"

    def __init__(self, member):
        self.client = member.client("ec2")
        volume = self.client.create_volume(AvailabilityZone=f"{HOME}a", Size=1)["VolumeId"]
        self.name = self.client.create_snapshot(VolumeId=volume)["SnapshotId"]

    def undo_protection(self):
        self.client.modify_snapshot_attribute(SnapshotId=self.name, Attribute="createVolumePermission", OperationType="add",
                                              GroupNames=["all"])

    def is_protected(self):
        granted = self.client.describe_snapshot_attribute(SnapshotId=self.name, Attribute="createVolumePermission")
        return granted["CreateVolumePermissions"] == []


class MembersTrail:
    """A trail, beside the one that is heard of, that is stopped."""

    responder, action = "RestoreLogging", "start_logging"

    def __init__(self, member):
        self.client, self.name = member.client("cloudtrail"), "the-members-second-trail"
        self.client.create_trail(Name=self.name, S3BucketName=f"trail-{member.account}")
        self.client.start_logging(Name=self.name)

    def undo_protection(self):
        self.client.stop_logging(Name=self.name)

    def is_protected(self):
        return self.client.get_trail_status(Name=self.name)["IsLogging"]


@pytest.mark.parametrize("kind", [MembersSnapshot, MembersTrail])
def test_what_is_opened_or_switched_off_in_a_member_account_is_mended_there_and_an_undo_stays(stack, near, kind):
    thing = kind(near)
    with role_of(stack, near.account):
        assert thing.is_protected()
        thing.undo_protection()
        reaches(thing.is_protected, True)

        def told(status):
            return [event["detail"] for event in stack.outcomes.all()
                    if (event["detail"]["status"], event["detail"]["plan"].get("account")) == (status, near.account)
                    and thing.name in json.dumps(event["detail"]["plan"])]

        [outcome] = eventually(lambda: told("contained"))
        plan, in_force = outcome["plan"], [step["action"]["kind"] for step in outcome["steps"] if step["result"] == "inForce"]
        assert (plan["account"], in_force) == (near.account, [thing.action])
        session = f"arn:aws:sts::{near.account}:assumed-role/trailreflex-{thing.responder}Role-member/trailreflex"
        changes = [record["requestParameters"] for record in stack.aws.records()
                   if record["userIdentity"].get("arn") == session and not record["readOnly"]]
        assert len(changes) == 1 and thing.name in json.dumps(changes)

        answer = stack.lambda_.invoke(FunctionName=stack.outputs[f"{thing.responder}Function"], Payload=stack.payload({"undo": plan["id"]}))
        assert json.loads(answer["Payload"].read())["status"] == "undone"
        # The rule sees the calls of the undo too.
        assert {one["plan"]["refused"] for one in eventually(lambda: told("refused"))} == {"OwnAction"}
        assert not thing.is_protected()


def test_an_account_that_is_no_member_cannot_send(stack):
    stranger = Member(stack, STRANGER)
    user = stranger.user("stranger")
    with OtherRegion(stack.aws, AWAY, "sender", STRANGER) as sender:
        tried_by_a_scanner(stack, stranger, user, AWAY)
        letters = eventually(sender.dead_letters)
    assert {letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] for letter in letters} == {"NO_PERMISSIONS"}
    assert (stranger.is_contained(user), stack.journal(user)) == (False, [])


def test_the_stacks_own_account_refuses_the_role_of_members(stack):
    with pytest.raises(ClientError, match="own account"), role_of(stack, None):
        pass
