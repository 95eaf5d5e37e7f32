"""What is done in another Region reaches the stack, and is answered: `template-region.yaml` beside the stack, in eu-west-1."""

import json
from pathlib import Path

import pytest

from callers import client, role
from deployed import reaches
from events import on_bus
from local_aws.session import eventually

AWAY = "eu-west-1"
# Not the stack's name: rules that are called so are watched for tampering, which is another test's subject.
NAME = "other-region"
FILE = Path(__file__).resolve().parents[2] / "template-region.yaml"


class Away:
    """The deployed template and what it did."""

    def __init__(self, stack):
        self.aws, self.home = stack.aws, f"arn:aws:events:us-east-1:{stack.aws.account}:event-bus/default"
        self._cloudformation = stack.aws.client("cloudformation", region=AWAY)
        self._sqs = stack.aws.client("sqs", region=AWAY)

    def deploy(self):
        self._cloudformation.create_stack(StackName=NAME, TemplateBody=FILE.read_text(), Capabilities=["CAPABILITY_IAM"])
        eventually(lambda: self.status() == "CREATE_COMPLETE", 30)
        described = self._cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}

    def status(self):
        return self._cloudformation.describe_stacks(StackName=NAME)["Stacks"][0]["StackStatus"]

    def end(self):
        self._cloudformation.delete_stack(StackName=NAME)

    def sent(self):
        """Returns which rules have sent an event home, and how that ended; without calls of the root user, which are the tests' own."""
        sent = [(each["rule"].split("-")[2], each["outcome"]) for each in self.aws.deliveries() if each["target"] == self.home]
        return [each for each in sent if each[0] != "DetectRootRule"]

    def dead_letters(self):
        found = self._sqs.receive_message(QueueUrl=self.outputs["UndeliveredEventsQueueUrl"], MaxNumberOfMessages=10,
                                          MessageAttributeNames=["All"], VisibilityTimeout=0)
        return found.get("Messages", [])


@pytest.fixture(scope="module")
def away(stack):
    made = Away(stack)
    made.deploy()
    yield made
    made.end()


def tried_by_a_scanner(stack):
    """Lets a secret scanner try a new user's key; no rule names the call that it makes."""
    user = stack.user("away", may="sns:ListTopics")
    stack.aws.client("sns", user.key, region=AWAY, agent="TruffleHog").list_topics()
    return user


def test_a_leaked_key_that_is_tried_in_another_region_is_contained(stack, away):
    harmless = role(stack, "harmless", may="sns:ListTopics")
    client(stack, "sns", harmless, region=AWAY).list_topics()

    user = tried_by_a_scanner(stack)

    entry = stack.reported(user)
    assert stack.is_contained(user)
    assert (entry["plan"]["cause"]["title"], entry["state"]) == ("Access key used from a known attack tool", "executed")
    assert stack.outcome(user, "contained")["detail"]["plan"]["id"] == entry["plan"]["id"]
    finding = on_bus(stack, entry["plan"]["cause"]["finding"])["detail"]
    assert finding["evidence"]["region"] == AWAY
    # Calls are delivered in their order. The role's came first and is not among what was sent: no rule asks for it.
    assert away.sent() == [("DetectLongTermKeysRule", "delivered")]


def test_an_event_that_may_not_be_sent_is_kept_and_can_be_answered_later(stack, away):
    [policy] = stack.iam.list_role_policies(RoleName=away.outputs["ForwardRole"])["PolicyNames"]
    stack.iam.delete_role_policy(RoleName=away.outputs["ForwardRole"], PolicyName=policy)

    user = tried_by_a_scanner(stack)

    [letter] = eventually(away.dead_letters)
    assert letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "NO_PERMISSIONS"
    event = json.loads(letter["Body"])
    assert (event["region"], event["detail"]["userIdentity"]["userName"]) == (AWAY, user.name)
    assert not stack.is_contained(user)
    stack.send("DetectFunction", event)
    reaches(lambda: stack.is_contained(user), True)
