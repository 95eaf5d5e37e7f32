"""A user's own rules and suppressions: from a bucket into the functions, without a deployment, and their event rules onto the bus."""

import os
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from deployed import TEMPLATE, Stack
from events import in_envelope, quarantine_record
from local_aws.session import LocalAws, eventually

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"
RULE = """
title: A rare call of ours
id: 5e0d2c1a-0f0a-4a0e-9d7b-6b1c3f0f9a11
name: rare_call_of_ours
logsource: {product: aws, service: cloudtrail}
detection:
    call: {eventSource: braket.amazonaws.com, eventName: CreateQuantumTask}
    condition: call
level: low
"""
QUIET = """
suppressions:
    - id: our_scanner
      rule: rare_call_of_ours
      owner: platform team
      reason: the scanner makes this call every hour
      expires: {expires}
      when:
          from_the_office: {{sourceIPAddress: 203.0.113.7}}
          condition: from_the_office
"""
# The functions look for changes once a minute.
A_MINUTE = 75


def command(aws, *arguments):
    ran = subprocess.run([COMMAND, *arguments], env=os.environ | aws.environment, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout, ran.stderr


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "rare_call_of_ours.yml").write_text(RULE)
    return folder


@pytest.fixture(scope="module")
def aws():
    """An account of its own in which no trail is logging. Where events reach `detect` besides what a test asks, several instances
    of it run: another one looks at the bucket at its own time, and has not kept what the first one has.
    """
    with LocalAws(auth=True, faults=True) as started:
        started.client("s3").create_bucket(Bucket=f"rules-{started.account}")
        started.deploy(TEMPLATE, parameters={"RulesUri": f"s3://rules-{started.account}/rules/"})
        yield started


@pytest.fixture(scope="module")
def stack(aws):
    return Stack(aws)


def record(stack):
    return quarantine_record(stack, "", eventSource="braket.amazonaws.com", eventName="CreateQuantumTask",
                             requestParameters=None)


def fired(stack, **changed):
    answer = stack.detect(in_envelope(stack, record(stack) | changed))
    return [finding["rule"]["name"] for finding in answer["findings"]]


def test_what_is_in_the_bucket_is_in_use_within_a_minute_and_what_cannot_be_read_changes_nothing(aws, stack, rules, tmp_path):
    (tmp_path / "quiet.yml").write_text(QUIET.format(expires=date.today() + timedelta(days=1)))
    bundle, quiet = tmp_path / "own.bundle", tmp_path / "own.suppressions"
    selected = ("--only-rules-given", "--rules", str(rules))
    for arguments in (("build", *selected, "-o", str(bundle)),
                      ("build-suppressions", *selected, "-o", str(quiet), str(tmp_path / "quiet.yml"))):
        code, _, error = command(aws, "rules", *arguments)
        assert code == 0, error
    bucket, s3 = f"rules-{aws.account}", aws.client("s3")

    def put(name, content):
        s3.put_object(Bucket=bucket, Key=f"rules/{name}", Body=content)

    def fired_elsewhere():
        return fired(stack, sourceIPAddress="198.51.100.9")

    def both():
        return fired(stack), fired_elsewhere()

    assert both() == ([], [])
    hidden = stack.grows(("Suppressed", {"Function": "detect"}))
    put("own.bundle", bundle.read_bytes())
    put("own.suppressions", quiet.read_bytes())
    in_use = ([], ["rare_call_of_ours"])
    eventually(lambda: both() == in_use and hidden()[0] >= 1, seconds=A_MINUTE, every=5)

    # Each of the two by itself is the business of the tests of the code; here it is that of the deployed function.
    unread = stack.grows(("RulesNotLoaded", {"Function": "detect"}))
    put("own.bundle", b"title: a rule and no bundle")
    put("own.suppressions", (tmp_path / "quiet.yml").read_bytes())
    eventually(lambda: both() == in_use and unread()[0] >= 1, seconds=A_MINUTE, every=5)
    assert both() == in_use

    for name in ("own.bundle", "own.suppressions"):
        s3.delete_object(Bucket=bucket, Key=f"rules/{name}")
    eventually(lambda: both() == ([], []), seconds=A_MINUTE, every=5)


def test_event_rules_that_are_missing_are_named_written_and_removed(aws, stack, rules):
    own = ("rules", "patterns", "--only-rules-given", "--rules", str(rules), "--stack", "trailreflex")
    code, out, _ = command(aws, *own)
    assert (code, out) == (1, "RuleNotDelivered: rare_call_of_ours: braket.amazonaws.com:CreateQuantumTask\n")

    code, out, error = command(aws, *own, "--put", stack.outputs["DetectFunctionArn"],
                               "--dead-letters", stack.outputs["UndeliveredEventsQueueArn"])
    assert (code, out) == (0, "written: trailreflex-own-1\n"), error
    assert command(aws, *own)[:2] == (0, "")
    targets = aws.client("events").list_targets_by_rule(Rule="trailreflex-own-1")["Targets"]
    assert [target["Arn"] for target in targets] == [stack.outputs["DetectFunctionArn"]]

    nothing = ("rules", "patterns", "--stack", "trailreflex", "--put", stack.outputs["DetectFunctionArn"])
    assert command(aws, *nothing)[:2] == (0, "removed: trailreflex-own-1\n")
