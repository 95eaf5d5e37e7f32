"""A policy that a call opens to everybody is closed to everybody outside, once a person has agreed where one is asked, and an
undo opens exactly that again.

IAM is enforced, so the role of `close-exposure` suffices for all of it.
"""

import json

import pytest

from local_aws.session import eventually
from test_close_exposure import outcomes_about, undo

FRIEND = "444455556666"
OTHER = "999988887777"


def statement(sid, principal, **changes):
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"} | changes


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Queue:
    def __init__(self, stack, name):
        self.client = stack.aws.client("sqs")
        self.name = self.client.create_queue(QueueName=name)["QueueUrl"]

    def write(self, text):
        self.client.set_queue_attributes(QueueUrl=self.name, Attributes={"Policy": text})

    def read(self):
        return self.client.get_queue_attributes(QueueUrl=self.name, AttributeNames=["Policy"]).get("Attributes", {}).get("Policy")

    def share(self, account):
        self.client.add_permission(QueueUrl=self.name, Label="partner", AWSAccountIds=[account], Actions=["ReceiveMessage"])


class Topic:
    def __init__(self, stack, name):
        self.client = stack.aws.client("sns")
        self.name = self.client.create_topic(Name=name)["TopicArn"]

    def write(self, text):
        self.client.set_topic_attributes(TopicArn=self.name, AttributeName="Policy", AttributeValue=text)

    def read(self):
        return self.client.get_topic_attributes(TopicArn=self.name)["Attributes"]["Policy"]

    def share(self, account):
        self.client.add_permission(TopicArn=self.name, Label="partner", AWSAccountId=[account], ActionName=["Subscribe"])


class Repository:
    def __init__(self, stack, name):
        self.client, self.name = stack.aws.client("ecr"), name
        self.client.create_repository(repositoryName=name)

    def write(self, text):
        self.client.set_repository_policy(repositoryName=self.name, policyText=text)

    def read(self):
        try:
            return self.client.get_repository_policy(repositoryName=self.name)["policyText"]
        except self.client.exceptions.RepositoryPolicyNotFoundException:
            return None


class Secret:
    def __init__(self, stack, name):
        self.client, self.name = stack.aws.client("secretsmanager"), name
        self.client.create_secret(Name=name, SecretString="not-a-secret")

    def write(self, text):
        self.client.put_resource_policy(SecretId=self.name, ResourcePolicy=text)

    def read(self):
        return self.client.get_resource_policy(SecretId=self.name).get("ResourcePolicy")


class Key:
    def __init__(self, stack, _):
        self.client = stack.aws.client("kms")
        self.name = self.client.create_key()["KeyMetadata"]["KeyId"]

    def write(self, text):
        self.client.put_key_policy(KeyId=self.name, PolicyName="default", Policy=text)

    def read(self):
        return self.client.get_key_policy(KeyId=self.name, PolicyName="default")["Policy"]


def principals(thing):
    """Returns whom each statement of its policy names, accounts by their number."""
    text = thing.read()
    found = {}
    for one in json.loads(text)["Statement"] if text else []:
        named = one["Principal"]
        named = named if isinstance(named, str) else named["AWS"]
        found[one["Sid"]] = sorted(named.removeprefix("arn:aws:iam::").removesuffix(":root") for named in ([named] if isinstance(named, str) else named))
    return found


def approve(stack, waiting):
    """Approves a plan as a person does who was asked."""
    decision = {"approve": waiting["plan"]["id"], "token": waiting["invitation"]["token"]}
    answer = stack.lambda_.invoke(FunctionName=stack.outputs["CloseExposureFunction"], Payload=stack.payload(decision))
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize(("kind", "is_asked"), [(Queue, True), (Topic, True), (Repository, True), (Secret, False), (Key, False)])
def test_a_policy_is_closed_to_everybody_and_an_undo_opens_exactly_that_again(stack, kind, is_asked):
    thing = kind(stack, f"opened-{kind.__name__.lower()}")
    own = stack.aws.account
    thing.write(policy(statement("owner", {"AWS": f"arn:aws:iam::{own}:root"}), statement("open", "*"),
                       statement("denied", "*", Effect="Deny", Action="kms:ScheduleKeyDeletion")))
    if is_asked:
        [waiting] = eventually(lambda: outcomes_about(stack, thing.name, "awaiting"))
        assert principals(thing)["open"] == ["*"]
        assert approve(stack, waiting["detail"])["status"] == "contained"
    [outcome] = eventually(lambda: outcomes_about(stack, thing.name, "contained"))
    assert [step["action"]["kind"] for step in outcome["detail"]["plan"]["steps"]] == ["close_policy"]
    assert principals(thing) == {"owner": [own], "open": [own], "denied": ["*"]}

    # A friend is let in by right in the meantime: that is not what the plan is about.
    kept = json.loads(thing.read())
    thing.write(json.dumps(kept | {"Statement": [*kept["Statement"], statement("friend", {"AWS": f"arn:aws:iam::{FRIEND}:root"})]}))
    assert undo(stack, outcome["detail"]["plan"]["id"])["status"] == "undone"
    assert principals(thing) == {"owner": [own], "open": ["*"], "denied": ["*"], "friend": [FRIEND]}


@pytest.mark.parametrize("kind", [Queue, Topic])
def test_what_is_shared_by_label_is_planned_for_a_person(stack, kind):
    thing = kind(stack, f"shared-{kind.__name__.lower()}")
    thing.write(policy(statement("owner", {"AWS": f"arn:aws:iam::{stack.aws.account}:root"})))
    thing.share(OTHER)
    [outcome] = eventually(lambda: outcomes_about(stack, thing.name, "planned"))
    [step] = outcome["detail"]["plan"]["steps"]
    [call] = step["calls"]
    text = call["parameters"].get("AttributeValue") or call["parameters"]["Attributes"]["Policy"]
    assert {one["Sid"] for one in json.loads(text)["Statement"]} == {"owner"}
    assert principals(thing)["partner"] == [OTHER]


def test_a_repository_that_is_another_accounts_only_would_lose_its_policy(stack):
    thing = Repository(stack, "partners-only")
    thing.write(policy(statement("partner", {"AWS": f"arn:aws:iam::{OTHER}:root"})))
    [outcome] = eventually(lambda: outcomes_about(stack, thing.name, "planned"))
    [step] = outcome["detail"]["plan"]["steps"]
    assert [call["permission"] for call in step["calls"]] == ["ecr:DeleteRepositoryPolicy"]
    assert principals(thing) == {"partner": [OTHER]}
