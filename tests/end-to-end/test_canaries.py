"""Regions and member accounts are called to be heard: who is blind is counted, told by name, and told when it sees again."""

import json
import time

import pytest

from deployed import TEMPLATE, Stack
from inbox import Inbox
from local_aws.session import eventually
# What is blind here is told here.
from own_account import aws, no_faults  # noqa: F401  (fixtures)
from members import EXTERNAL_ID, Member
from regions import Deployed, OtherRegion

HOME, AWAY, UNSENT = "us-east-1", "eu-west-1", "us-west-2"
MEMBER = "444455556666"


@pytest.fixture(scope="module")
def stack(aws):
    aws.deploy(TEMPLATE, parameters={"HeardRegions": f"{AWAY},{UNSENT}", "MemberAccounts": MEMBER, "MemberExternalId": EXTERNAL_ID})
    deployed = Stack(aws)
    for name in ("DetectRootRule", "MeterSweep"):
        aws.client("events").disable_rule(Name=deployed.resources[name])
    aws.start_trail()
    return deployed


@pytest.fixture(scope="module")
def member(stack):
    return Member(stack, MEMBER)


@pytest.fixture(scope="module")
def sending(stack, member):
    """One other Region of the stack's account, and two Regions of the member: all but `UNSENT`."""
    role = Deployed(stack.aws, HOME, "member", "template-member.yaml", MEMBER, HomeAccount=stack.aws.account, ExternalId=EXTERNAL_ID)
    with (role, OtherRegion(stack.aws, AWAY, "away"), OtherRegion(stack.aws, HOME, "member-home", MEMBER),
          OtherRegion(stack.aws, AWAY, "member-away", MEMBER)):
        yield role


@pytest.fixture(scope="module")
def mail(aws, stack):
    return Inbox.subscribed(aws, stack.outputs["NotificationsTopic"], "mail")


def places(*pairs):
    return [f"{region} of account {account}" for account, region in pairs]


def blind(stack):
    """Who is blind, each without the time since when."""
    return sorted(one.split(", ")[0] for one in stack.meter_sweep()["blind"])


def forget(stack, account, region, seconds):
    """Lets a sensor have been heard for the last time so long ago."""
    stack.dynamodb.update_item(
        TableName=stack.resources["MeterTable"], Key={"key": {"S": "sensors"}, "part": {"S": f"{account}#{region}"}},
        UpdateExpression="SET heardAt = :at", ExpressionAttributeValues={":at": {"N": str(int(time.time()) - seconds)}})


def test_all_are_blind_before_anything_is_sent_and_those_that_send_are_heard(aws, stack, member, sending):
    own = aws.account
    everywhere = places((own, AWAY), (own, UNSENT), (MEMBER, AWAY), (MEMBER, HOME), (MEMBER, UNSENT))
    assert sorted(stack.meter_sweep()["blind"]) == sorted(f"{one}, from the beginning" for one in everywhere)

    # The calls of that sweep come back where events are sent.
    eventually(lambda: blind(stack) == sorted(places((own, UNSENT), (MEMBER, UNSENT))), seconds=60, every=2)

    assert stack.metric("BlindSensors", "Minimum") == 2
    callers = {(record["recipientAccountId"], record["awsRegion"]): record["userIdentity"]["arn"] for record in aws.records()
               if record["eventName"] == "DescribeAlarms" and "trailreflex-canary" in str(record["requestParameters"])}
    assert set(callers) >= {(own, HOME), (own, AWAY), (own, UNSENT), (MEMBER, HOME), (MEMBER, AWAY), (MEMBER, UNSENT)}
    assert callers[MEMBER, AWAY] == f"arn:aws:sts::{MEMBER}:assumed-role/trailreflex-MeterRole-member/trailreflex"


def test_calls_elsewhere_are_no_calls_of_the_account(aws, stack, sending):
    counted = [datum["Dimensions"] for datum in aws.client("cloudwatch").list_metrics(MetricName="WriteCalls")["Metrics"]]
    assert {dimension["Value"] for dimensions in counted for dimension in dimensions} <= {HOME}


def test_who_goes_blind_is_named_and_who_sees_again_is_not(aws, stack, sending, mail):
    own = aws.account
    forget(stack, MEMBER, AWAY, seconds=29 * 60)
    forget(stack, own, AWAY, seconds=31 * 60)
    assert blind(stack) == sorted(places((own, AWAY), (own, UNSENT), (MEMBER, UNSENT)))
    now = time.time()
    aws.client("cloudwatch").put_metric_data(Namespace="Trailreflex", MetricData=[
        {"MetricName": "BlindSensors", "Value": 3.0, "Timestamp": now - 300 * ago} for ago in range(4)])

    def text():
        return next((message["Message"] for message in mail.all() if "nothing has been heard" in message["Message"]), None)

    told = eventually(text, seconds=120)
    named = [line.removeprefix("Blind: ") for line in told.splitlines() if line.startswith("Blind: ")]
    assert sorted(one.split(", ")[0] for one in named)[-2:] == sorted(places((own, UNSENT), (MEMBER, UNSENT)))
    assert {f"{one}, from the beginning" for one in places((own, UNSENT), (MEMBER, UNSENT))} <= set(named)
    eventually(lambda: blind(stack) == sorted(places((own, UNSENT), (MEMBER, UNSENT))), seconds=60, every=2)


def test_a_member_that_lets_meter_in_no_more_goes_blind_and_the_others_do_not(aws, stack, member, sending):
    role = "trailreflex-MeterRole-member"
    trust = member.iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    nobody = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    member.iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(nobody))
    # A new function has no credentials from before.
    function = {"FunctionName": stack.outputs.get("MeterFunction") or stack.resources["MeterFunction"]}
    aws.client("lambda").update_function_configuration(**function, Timeout=59)
    forget(stack, MEMBER, AWAY, seconds=31 * 60)
    for _ in range(3):
        found = blind(stack)
        time.sleep(1)
    assert found == sorted(places((MEMBER, AWAY), (MEMBER, UNSENT), (aws.account, UNSENT)))
    member.iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    eventually(lambda: blind(stack) == sorted(places((aws.account, UNSENT), (MEMBER, UNSENT))), seconds=60, every=2)
