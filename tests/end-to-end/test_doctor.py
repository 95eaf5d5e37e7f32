"""`trailreflex doctor` on a deployed stack: what is well is proven, and what is broken is named with a command that mends it."""

import datetime
import json
import os
import subprocess
from pathlib import Path

import pytest

from deployed import TEMPLATE, Stack
# Rules are switched off here, and nobody is to switch them on again.
from own_account import aws, no_faults  # noqa: F401  (fixtures)
from regions import OtherRegion

COMMAND = Path(__file__).resolve().parents[2] / "target/debug/trailreflex"


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
    assert len({line["check"] for line in lines}) == 18
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


def test_what_was_held_back_and_who_is_not_heard_is_told(aws, stack):
    put = aws.client("cloudwatch").put_metric_data
    held = {"MetricName": "HeldBack", "Dimensions": [{"Name": "Function", "Value": "contain-identity"}, {"Name": "Reason", "Value": "budget"}]}
    put(Namespace="Trailreflex", MetricData=[held | {"Value": 2.0}, held | {"Value": 1.0}])
    sensor = {"key": {"S": "sensors"}, "part": {"S": "444455556666#eu-west-1"}, "isBlind": {"BOOL": True}}
    stack.dynamodb.put_item(TableName=stack.resources["MeterTable"], Item=sensor)
    found = wrong(doctor(aws)[1])
    stack.dynamodb.delete_item(TableName=stack.resources["MeterTable"], Key={key: sensor[key] for key in ("key", "part")})
    assert found["nothingIsHeldBack"]["what"] == "3 plans of contain-identity were not carried out in 24 hours: budget"
    assert found["sensorsAreHeard"]["what"].startswith("eu-west-1 of account 444455556666, from the beginning: nothing is heard")


def invocations(aws, function):
    now = datetime.datetime.now(datetime.UTC)
    told = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda", MetricName="Invocations", Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=now - datetime.timedelta(days=7), EndTime=now + datetime.timedelta(hours=1), Period=3600, Statistics=["Sum"])
    return sum(point["Sum"] for point in told["Datapoints"])


def test_what_a_month_costs_follows_from_what_the_stack_did(aws, stack):
    name = stack.resources["DetectFunction"]
    code, lines, error = doctor(aws, "--cost")
    ran = invocations(aws, name)
    assert code == 0, error
    costs = {line["item"]: line for line in lines}
    function = costs[f"function {name}"]
    told, gb_seconds = (int(part.split()[0]) for part in function["amount"].split(", "))
    # It runs all the time here.
    assert ran > 100 and told == pytest.approx(ran * 30 / 7, rel=0.1)
    arm = aws.client("lambda").get_function_configuration(FunctionName=name).get("Architectures") == ["arm64"]
    assert function["usd"] == pytest.approx(told * 2e-7 + gb_seconds * (1.33334e-5 if arm else 1.66667e-5), abs=2e-5)
    alarms = [resource for resource in stack.resources if resource.endswith("Alarm") and resource != "PageAlarm"]
    assert (costs["alarms"]["amount"], costs["alarms on alarms"]["usd"]) == (str(len(alarms)), 0.5)
    assert "USD a month, at prices of us-east-1 and without free tiers, by the last 7 days" in error
    code, lines, error = doctor(aws, "--cost", "--stack", "nobody")
    assert (code, lines) == (1, []) and "no function of a stack `nobody`" in error
