"""The stack is deleted: what was contained stays contained, what was kept stays, and a person can still take it back."""

import subprocess
from pathlib import Path

import pytest

from deployed import TEMPLATE, Stack
from events import in_envelope, plan_of, quarantine_record
from local_aws.session import eventually
# Whose stack is deleted here serves no other test.
from own_account import aws, no_faults  # noqa: F401  (fixtures)

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"
# What docs/deployment.md says that stays.
STAYS = {"JournalTable", "TrailFilesBucket", "TrailFilesBucketPolicy", "TrailLogs", "EvidenceBucket", "EvidenceBucketPolicy",
         "ReportBucket", "ReportBucketPolicy"}


@pytest.fixture(scope="module")
def removed(aws):
    """A user, the plan that contained it, and what was deployed, after the stack is gone."""
    aws.deploy(TEMPLATE, parameters={"Mode": "act", "CreateTrail": "yes", "KeepEvidence": "yes"})
    stack = Stack(aws)
    user = stack.user("left-contained")
    stack.detect(in_envelope(stack, quarantine_record(stack, user.name)))
    plan = plan_of(stack, user)
    assert stack.is_contained(user)
    cloudformation = aws.client("cloudformation")
    identity = cloudformation.describe_stacks(StackName="trailreflex")["Stacks"][0]["StackId"]
    cloudformation.delete_stack(StackName="trailreflex")
    eventually(lambda: cloudformation.describe_stacks(StackName=identity)["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE")
    return stack, user, plan, identity


def trailreflex(aws, *arguments):
    return subprocess.run([COMMAND, *arguments], env=aws.environment, capture_output=True, text=True, timeout=60)


def test_what_is_to_stay_stays_and_all_else_is_gone(aws, removed):
    stack, _, _, identity = removed
    pages = aws.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=identity)
    events = [event for page in pages for event in page["StackEvents"]]
    assert {event["LogicalResourceId"] for event in events if event["ResourceStatus"] == "DELETE_SKIPPED"} == STAYS
    assert not [event for event in events if event["ResourceStatus"] == "DELETE_FAILED"]
    [journal] = aws.client("dynamodb").list_tables()["TableNames"]
    assert journal == stack.outputs["JournalTable"]
    s3 = aws.client("s3")
    for name in ("TrailFilesBucket", "EvidenceBucket", "ReportBucket"):
        assert "OnlyEncrypted" in s3.get_bucket_policy(Bucket=stack.resources[name])["Policy"]
    lock = s3.get_object_lock_configuration(Bucket=stack.outputs["EvidenceBucket"])["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}
    groups = [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]]
    assert stack.resources["TrailLogs"] in groups
    assert aws.client("lambda").list_functions()["Functions"] == []
    # The trail goes, and from then on nothing of the stack's records what happens.
    assert aws.client("cloudtrail").describe_trails()["trailList"] == []


def test_the_containment_holds_and_the_journal_tells_how_to_take_it_back(aws, removed):
    stack, user, plan, _ = removed
    assert stack.is_contained(user)
    assert plan in trailreflex(aws, "status").stdout

    refused = trailreflex(aws, "undo", plan)
    assert refused.returncode == 1 and "no function of a stack `trailreflex`" in refused.stderr

    assert trailreflex(aws, "undo", "--dry-run", plan).stdout.splitlines() == [
        f"aws iam update-access-key --user-name {user.name} --access-key-id {user.key_id} --status Active",
        f"aws iam detach-user-policy --user-name {user.name} --policy-arn arn:aws:iam::aws:policy/AWSDenyAll"]
    stack.iam.detach_user_policy(UserName=user.name, PolicyArn="arn:aws:iam::aws:policy/AWSDenyAll")
    stack.iam.update_access_key(UserName=user.name, AccessKeyId=user.key_id, Status="Active")
    assert aws.client("sts", user.key).get_caller_identity()["Arn"] == stack.arn(user)
