"""Whom a changed policy lets in is known within a second, and what nobody uses is told on a schedule.

IAM is enforced, so the role of `review-access` suffices for all of it.
"""

import json
import time
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from deployed import is_quiet
from inbox import Inbox
from local_aws.session import eventually
from test_close_policy import approve, outcomes_about, undo

OTHER = "999988887777"


@pytest.fixture(scope="module")
def review(stack):
    """The stack with the rules of `review-access` on, which the other tests have off."""
    names = [name for name in stack.resources if name.startswith("ReviewAccess") and name.endswith("Rule")]
    for name in names:
        stack.aws.client("events").enable_rule(Name=stack.resources[name])
    yield stack
    stack.switch_off(*names)


@pytest.fixture(scope="module")
def findings(review):
    """What `review-access` puts on the findings bus."""
    pattern = {"source": ["trailreflex.review-access"], "detail-type": ["Trailreflex Finding"]}
    return Inbox.on_bus(review.aws, review.outputs["FindingsBus"], "review-access", pattern)


def told(findings, about, rule=None):
    """Waits for the newest finding that tells of something."""
    def found():
        details = [event["detail"] for event in findings.all()]
        return [one for one in details if about in json.dumps(one) and rule in (None, one["rule"]["name"])]
    return eventually(found)[-1]


def matched(finding):
    return {one["field"]: one["value"] for one in finding["evidence"]["matched"]}


def remembered(review, resource, event=None):
    """Waits until what a call has left of a resource is written."""
    def is_written():
        items = review.aws.client("dynamodb").scan(TableName=review.outputs["AccessTable"])["Items"]
        return [item for item in items if resource.name in item["resource"]["S"] and event in (None, item["event"]["S"])]
    eventually(is_written)


def next_second():
    began = int(time.time())
    eventually(lambda: int(time.time()) > began)


def made(review, make):
    """Makes a resource and waits until its making is reviewed: reading back would see what is written later."""
    resource = make(review)
    if make is not Queue:
        remembered(review, resource)
    next_second()
    return resource


def policy(principal, action, resource, **more):
    statement = {"Sid": "shared", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Bucket:
    def __init__(self, stack):
        self.client, self.name = stack.aws.client("s3"), f"reports-{uuid.uuid4().hex[:12]}"
        self.client.create_bucket(Bucket=self.name)
        self.client.delete_public_access_block(Bucket=self.name)

    def share(self, principal):
        text = policy(principal, "s3:GetObject", f"arn:aws:s3:::{self.name}/*")
        self.client.put_bucket_policy(Bucket=self.name, Policy=text)

    def is_blocked(self):
        try:
            block = self.client.get_public_access_block(Bucket=self.name)["PublicAccessBlockConfiguration"]
        except self.client.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration"
            return False
        return all(block.values())


class Queue:
    def __init__(self, stack):
        self.client = stack.aws.client("sqs")
        self.url = self.client.create_queue(QueueName=f"orders-{uuid.uuid4().hex[:12]}")["QueueUrl"]
        self.name = self.url.rsplit("/", 1)[1]
        self.arn = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def share(self, principal):
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy(principal, "sqs:*", self.arn)})


class Role:
    def __init__(self, stack):
        self.client, self.name = stack.aws.client("iam"), f"worker-{uuid.uuid4().hex[:12]}"
        self.client.create_role(RoleName=self.name, AssumeRolePolicyDocument=self.trust({"Service": "lambda.amazonaws.com"}))

    def share(self, principal):
        self.client.update_assume_role_policy(RoleName=self.name, PolicyDocument=self.trust(principal))

    @staticmethod
    def trust(principal):
        return json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})


@pytest.mark.parametrize("make", [Bucket, Queue, Role])
def test_an_account_that_a_policy_newly_lets_in_is_told_once(review, findings, make):
    resource = made(review, make)
    resource.share({"AWS": f"arn:aws:iam::{OTHER}:root"})
    finding = told(findings, resource.name)
    assert (finding["rule"]["name"], finding["severity"], matched(finding)["letIn"]) == ("access_external", "medium", OTHER)
    # It is known now: written again, it is nothing new, and everybody is. Calls within one second are in no order.
    remembered(review, resource, finding["evidence"]["eventId"])
    next_second()
    resource.share({"AWS": f"arn:aws:iam::{OTHER}:root"})
    next_second()
    resource.share("*" if make is not Role else {"AWS": "*"})
    public = "access_bucket_public" if make is Bucket else "access_public"
    finding = told(findings, resource.name, public)
    assert (matched(finding)["letIn"], matched(finding)["before"]) == ("*", "known")
    # The bus may bring one twice.
    found = {event["detail"]["id"]: event["detail"]["rule"]["name"] for event in findings.all() if resource.name in json.dumps(event)}
    assert sorted(found.values()) == sorted(["access_external", public])


def test_a_public_bucket_is_told_at_once_and_closed_when_a_person_agrees(review, findings):
    bucket = made(review, Bucket)
    began = time.monotonic()
    bucket.share("*")
    finding = told(findings, bucket.name, "access_bucket_public")
    print(f"review-access: that a bucket is public was told after {time.monotonic() - began:.2f} s")
    assert finding["severity"] == "high"
    assert finding["target"] == {"kind": "resource", "resource": "bucket", "name": bucket.name}

    # `detect` has a rule for this, too: the same is not planned twice, but it may be asked again, with a newer token.
    eventually(lambda: outcomes_about(review, bucket.name, "awaiting"))
    is_quiet(review)
    asked = outcomes_about(review, bucket.name, "awaiting")
    assert len({one["detail"]["plan"]["id"] for one in asked}) == 1
    assert bucket.is_blocked() is False
    assert any(approve(review, one["detail"])["status"] == "contained" for one in reversed(asked))
    [outcome] = eventually(lambda: outcomes_about(review, bucket.name, "contained"))
    assert bucket.is_blocked() is True
    assert undo(review, outcome["detail"]["plan"]["id"])["status"] == "undone"
    assert bucket.is_blocked() is False


def test_a_policy_that_lets_in_nobody_outside_is_no_finding(review, findings):
    queue = Queue(review)
    queue.share({"AWS": f"arn:aws:iam::{review.aws.account}:root"})
    other = Queue(review)
    other.share("*")
    told(findings, other.name)
    assert not [event for event in findings.all() if queue.name in json.dumps(event)]


def test_a_report_of_access_analyzer_says_how_often_it_was_used(review, findings):
    role, bucket = Role(review), f"reports-{uuid.uuid4().hex[:12]}"
    report = {"version": "1.0", "status": "ACTIVE", "accountId": review.aws.account, "principal": {"AWS": OTHER}, "isDeleted": False}
    for identifier, kind, resource in (
            ("a", "AWS::IAM::Role", f"arn:aws:iam::{review.aws.account}:role/{role.name}"), ("b", "AWS::S3::Bucket", f"arn:aws:s3:::{bucket}")):
        review.aws.put_event("aws.access-analyzer", "Access Analyzer Finding",
                             report | {"id": identifier, "resourceType": kind, "resource": resource})
    of_role = told(findings, role.name, "access_analyzer_external_access")
    assert matched(of_role)["used"] == "0 times in 90 days, of management events in this Region"
    of_bucket = told(findings, bucket, "access_analyzer_external_access")
    assert matched(of_bucket)["used"] == "cannot be told: no management event shows its use"


def scheduled(review, days):
    """Looks at credentials and roles as if that many days had passed; returns rules by user, key or role."""
    at = datetime.now(timezone.utc) + timedelta(days=days)
    answer = review._invoke("ReviewAccessFunction", {
        "version": "0", "id": str(uuid.uuid4()), "detail-type": "Scheduled Event", "source": "aws.events",
        "account": review.aws.account, "time": f"{at:%Y-%m-%dT%H:%M:%SZ}", "region": "us-east-1", "resources": [], "detail": {}})
    return {one["actor"]["arn"].rsplit("/", 1)[-1]: one["rule"]["name"] for one in answer["findings"]}


def test_what_nobody_uses_any_more_is_told_and_what_is_new_or_used_is_not(review, findings):
    stale, used = review.user("stale"), review.user("used")
    fresh = review.user("fresh", created=f"{datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}")
    review.aws.client("sts", used.key).get_caller_identity()
    role = Role(review)
    mine = [stale.name, used.name, fresh.name, role.name]
    found = scheduled(review, 0)
    assert [found.get(name) for name in mine] == ["unused_access_key", "old_access_key", None, None]
    assert told(findings, stale.name, "unused_access_key")["target"] == {"kind": "user", "userName": stale.name}
    found = scheduled(review, 91)
    assert [found.get(name) for name in mine] == ["unused_access_key"] * 3 + ["unused_role"]
    sent = {event["detail"]["id"] for event in findings.all() if stale.name in json.dumps(event)}
    assert len(sent) == 1, "the same lapse is the same finding"
