"""A user's own rules and suppressions: from a bucket into the functions, without a deployment, and their event rules onto the bus."""

import os
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest

from events import in_envelope, quarantine_record
from local_aws.session import eventually

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


@pytest.fixture(autouse=True)
def only_asked(aws, stack):
    """Nothing reaches `detect` but what a test asks, so that one instance answers: another one would look at the bucket at its
    own time, and would not have what the first has kept.
    """
    events = aws.client("events")
    function = aws.client("lambda").get_function(FunctionName=stack.outputs["DetectFunction"])["Configuration"]["FunctionArn"]
    names = [name for page in events.get_paginator("list_rule_names_by_target").paginate(TargetArn=function)
             for name in page["RuleNames"]]
    enabled = [rule for rule in (events.describe_rule(Name=name) for name in names) if rule["State"] != "DISABLED"]
    assert enabled, "no event rule delivers to detect"
    for rule in enabled:
        events.disable_rule(Name=rule["Name"])
    yield
    for rule in enabled:
        events.put_rule(**{key: rule[key] for key in ("Name", "EventPattern", "Description", "State") if key in rule})


def record(stack):
    return quarantine_record(stack, "", eventSource="braket.amazonaws.com", eventName="CreateQuantumTask",
                             requestParameters=None)


def fired(stack, **changed):
    answer = stack.detect(in_envelope(stack, record(stack) | changed))
    return [finding["rule"]["name"] for finding in answer["findings"]]


def test_rules_in_the_bucket_are_in_use_within_a_minute_and_gone_with_their_bundle(aws, stack, rules, tmp_path):
    bundle = tmp_path / "own.bundle"
    code, _, error = command(aws, "rules", "build", "--only-rules-given", "--rules", str(rules), "-o", str(bundle))
    assert code == 0, error
    bucket = f"management-events-{aws.account}"
    s3 = aws.client("s3")
    assert fired(stack) == []

    s3.put_object(Bucket=bucket, Key="rules/own.bundle", Body=bundle.read_bytes())
    eventually(lambda: fired(stack) == ["rare_call_of_ours"], seconds=A_MINUTE, every=5)

    grown = stack.grows(("RulesNotLoaded", {"Function": "detect"}))
    s3.put_object(Bucket=bucket, Key="rules/own.bundle", Body=b"title: a rule and no bundle")
    eventually(lambda: fired(stack) == ["rare_call_of_ours"] and grown()[0] >= 1, seconds=A_MINUTE, every=5)

    s3.delete_object(Bucket=bucket, Key="rules/own.bundle")
    eventually(lambda: fired(stack) == [], seconds=A_MINUTE, every=5)


def test_suppressions_in_the_bucket_hide_within_a_minute_and_what_cannot_be_read_changes_nothing(aws, stack, rules, tmp_path):
    (tmp_path / "quiet.yml").write_text(QUIET.format(expires=date.today() + timedelta(days=1)))
    bundle, quiet = tmp_path / "own.bundle", tmp_path / "own.suppressions"
    selected = ("--only-rules-given", "--rules", str(rules))
    for arguments in (("build", *selected, "-o", str(bundle)),
                      ("build-suppressions", *selected, "-o", str(quiet), str(tmp_path / "quiet.yml"))):
        code, _, error = command(aws, "rules", *arguments)
        assert code == 0, error
    bucket = f"management-events-{aws.account}"
    s3 = aws.client("s3")
    s3.put_object(Bucket=bucket, Key="rules/own.bundle", Body=bundle.read_bytes())
    eventually(lambda: fired(stack) == ["rare_call_of_ours"], seconds=A_MINUTE, every=5)

    hidden = stack.grows(("Suppressed", {"Function": "detect"}))
    s3.put_object(Bucket=bucket, Key="rules/own.suppressions", Body=quiet.read_bytes())
    eventually(lambda: fired(stack) == [] and hidden()[0] >= 1, seconds=A_MINUTE, every=5)
    assert fired(stack, sourceIPAddress="198.51.100.9") == ["rare_call_of_ours"]

    unread = stack.grows(("RulesNotLoaded", {"Function": "detect"}))
    s3.put_object(Bucket=bucket, Key="rules/own.suppressions", Body=(tmp_path / "quiet.yml").read_bytes())
    eventually(lambda: fired(stack) == [] and unread()[0] >= 1, seconds=A_MINUTE, every=5)

    s3.delete_object(Bucket=bucket, Key="rules/own.suppressions")
    eventually(lambda: fired(stack) == ["rare_call_of_ours"], seconds=A_MINUTE, every=5)
    s3.delete_object(Bucket=bucket, Key="rules/own.bundle")
    eventually(lambda: fired(stack) == [], seconds=A_MINUTE, every=5)


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
