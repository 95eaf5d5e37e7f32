"""`trailreflex doctor` on a deployed stack: what is well is proven, and what is broken is named with a command that mends it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from deployed import TEMPLATE, Stack
from local_aws.session import LocalAws
from regions import OtherRegion

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"


@pytest.fixture(scope="module")
def aws():
    """An account of its own: rules are switched off here, and nobody is to switch them on again."""
    with LocalAws(auth=True) as started:
        yield started


@pytest.fixture
def no_faults():
    """There are none here."""


@pytest.fixture(scope="module")
def stack(aws):
    aws.deploy(TEMPLATE, parameters={"CreateTrail": "yes", "NotifyEmail": "oncall@example.org"})
    return Stack(aws)


def doctor(aws, *arguments, **environment):
    ran = subprocess.run([COMMAND, "doctor", "--format", "json", *arguments], env=os.environ | aws.environment | environment,
                         capture_output=True, text=True, timeout=120)
    return ran.returncode, [json.loads(line) for line in ran.stdout.splitlines()], ran.stderr


def wrong(lines):
    return {line["check"]: line for line in lines if line["standing"] != "proven"}


def test_a_fresh_stack_is_well_and_each_check_is_made(aws, stack):
    code, lines, error = doctor(aws)
    assert (code, wrong(lines)) == (0, {}), error
    assert len({line["check"] for line in lines}) == 15
    code, controls, _ = doctor(aws, "--compliance")
    assert code == 0 and {control["standing"] for control in controls} == {"proven"}
    assert {control["standard"] for control in controls} == {"CIS AWS 3.0.0", "PCI DSS 4.0.1", "SOC 2", "ISO 27001:2022"}


def test_what_is_broken_is_named_with_what_mends_it(aws, stack):
    events, cloudtrail = aws.client("events"), aws.client("cloudtrail")
    calls = stack.resources["DetectCalls1Rule"]
    rule = events.describe_rule(Name=calls)
    [trail] = cloudtrail.describe_trails()["trailList"]
    events.disable_rule(Name=calls)
    cloudtrail.stop_logging(Name=trail["TrailARN"])
    aws.client("sqs").send_message(QueueUrl=stack.outputs["FailedEventsQueueUrl"], MessageBody="{}")
    try:
        code, lines, _ = doctor(aws)
        found = wrong(lines)
        assert code == 1
        assert found["trailLogs"]["fix"] == f"aws cloudtrail start-logging --name {trail['TrailARN']}"
        assert found["rulesAreEnabled"]["what"].startswith(("calls that ", f"{calls} is switched off"))
        off = [line for line in lines if line["check"] == "rulesAreEnabled"]
        assert [line["what"].split()[-1] == "off" for line in off] == [True, False], "the rule, and the calls that it lacks"
        assert f"aws events put-rule --name {calls} --state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS" in off[0]["fix"]
        assert "1 messages wait in trailreflex-FailedEventsQueue-" in found["queuesAreEmpty"]["what"]
        code, controls, _ = doctor(aws, "--compliance")
        broken = {control["id"] for control in controls if control["standing"] == "broken"}
        assert code == 1 and {"3.1", "10.2.1", "A.8.15", "CC7.2"} <= broken, controls
    finally:
        cloudtrail.start_logging(Name=trail["TrailARN"])
        events.put_rule(Name=calls, EventPattern=rule["EventPattern"], Description=rule["Description"], State=rule["State"])
        aws.client("sqs").purge_queue(QueueUrl=stack.outputs["FailedEventsQueueUrl"])
    assert doctor(aws)[0] == 0


def test_what_may_not_be_read_and_a_stack_that_is_not_there_are_told(aws, stack):
    user = stack.user("blind")
    code, lines, _ = doctor(aws, AWS_ACCESS_KEY_ID=user.key_id, AWS_SECRET_ACCESS_KEY=user.secret)
    assert code == 1 and wrong(lines)["queuesAreEmpty"]["standing"] == "unknown"
    assert "sqs:ListQueues" in wrong(lines)["queuesAreEmpty"]["why"]
    code, lines, _ = doctor(aws, "--stack", "nobody")
    assert code == 1 and "no event rule of a stack `nobody`" in wrong(lines)["rulesAreEnabled"]["what"]


def test_a_region_that_sends_nothing_is_named_and_one_that_sends_all_is_well(aws, stack):
    with OtherRegion(aws, "eu-west-1", "trailreflex-region"):
        code, lines, _ = doctor(aws, "--regions", "eu-west-1,eu-west-2")
    told = [line for line in lines if line["check"] == "otherRegionsSend"]
    assert code == 1 and [line["standing"] for line in told] == ["proven", "broken"]
    assert told[0]["by"].startswith("eu-west-1: ") and told[1]["what"].startswith("eu-west-2 sends nothing")
