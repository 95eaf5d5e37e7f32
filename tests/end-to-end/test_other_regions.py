"""What is done in another Region reaches the stack, and is answered: `template-region.yaml` beside the stack, in eu-west-1."""

import json

import pytest
from botocore.exceptions import ClientError

from callers import client, role
from deployed import reaches
from events import on_bus
from inbox import Inbox
from local_aws.session import eventually
from regions import OtherRegion

AWAY = "eu-west-1"
# Not the stack's name: rules that are called so are watched for tampering, which is another test's subject.
NAME = "other-region"


@pytest.fixture(scope="module")
def away(stack):
    with OtherRegion(stack.aws, AWAY, NAME) as deployed:
        yield deployed


def tried_by_a_scanner(stack):
    """Lets a secret scanner try a new user's key; no rule names the call that it makes."""
    user = stack.user("away", may="sns:ListTopics")
    stack.aws.client("sns", user.key, region=AWAY, agent="TruffleHog").list_topics()
    return user


@pytest.fixture(scope="module")
def arrived(stack):
    """What has come of such calls from that Region to the bus at home."""
    return Inbox.on_bus(stack.aws, "default", "from-another-region", {"region": [AWAY], "detail": {"eventName": ["ListTopics"]}},
                        state="ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def test_a_leaked_key_that_is_tried_in_another_region_is_contained(stack, away, arrived):
    harmless = role(stack, "harmless", may="sns:ListTopics")
    client(stack, "sns", harmless, region=AWAY).list_topics()

    user = tried_by_a_scanner(stack)

    entry = stack.reported(user)
    assert stack.is_contained(user)
    assert (entry["plan"]["cause"]["title"], entry["state"]) == ("Access key used from a known attack tool", "executed")
    assert stack.outcome(user, "contained")["detail"]["plan"]["id"] == entry["plan"]["id"]
    finding = on_bus(stack, entry["plan"]["cause"]["finding"])["detail"]
    assert finding["evidence"]["region"] == AWAY
    # Calls are delivered in their order. The role's came first and has not arrived: no rule asks for it.
    assert [event["detail"]["userIdentity"].get("userName") for event in arrived.all()] == [user.name]


def test_an_event_that_may_not_be_sent_is_kept_and_can_be_answered_later(stack, away):
    [policy] = stack.iam.list_role_policies(RoleName=away.outputs["ForwardRole"])["PolicyNames"]
    stack.iam.delete_role_policy(RoleName=away.outputs["ForwardRole"], PolicyName=policy)

    user = tried_by_a_scanner(stack)

    letters = eventually(away.dead_letters)
    [event] = [event for event in map(json.loads, (letter["Body"] for letter in letters))
               if event["detail"]["userIdentity"].get("userName") == user.name]
    assert {letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] for letter in letters} == {"NO_PERMISSIONS"}
    assert event["region"] == AWAY
    assert not stack.is_contained(user)
    stack.send("DetectFunction", event)
    reaches(lambda: stack.is_contained(user), True)


def test_the_home_region_refuses_the_template(stack):
    with pytest.raises(ClientError, match="home Region"), OtherRegion(stack.aws, "us-east-1", "at-home"):
        pass
