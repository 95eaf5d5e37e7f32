"""Whoever switches off what watches the account is answered within seconds, and an undo is not.

IAM is enforced, so the role of `restore-logging` suffices for all of it.
"""

import itertools
import json

import pytest

from local_aws.session import eventually

_numbers = itertools.count(1)
EVERYTHING = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
              "ExcludeManagementEventSources": []}
READING = EVERYTHING | {"ReadWriteType": "ReadOnly"}


class Trail:
    """A trail beside the one that the stack hears of."""

    action, on, off = "start_logging", True, False

    def __init__(self, stack):
        self.client = stack.aws.client("cloudtrail")
        self.name = f"spare-{next(_numbers)}"
        self.client.create_trail(Name=self.name, S3BucketName=f"management-events-{stack.aws.account}")
        self.client.start_logging(Name=self.name)

    def switch_off(self):
        self.client.stop_logging(Name=self.name)

    def state(self):
        return self.client.get_trail_status(Name=self.name)["IsLogging"]


class Selectors:
    """The event selectors of a trail that the stack has a baseline for (see `conftest.py`)."""

    action, on, off = "restore_event_selectors", [EVERYTHING], [READING]
    name = "watched"

    def __init__(self, stack):
        self.client = stack.aws.client("cloudtrail")
        if self.name not in [trail["Name"] for trail in self.client.describe_trails()["trailList"]]:
            self.client.create_trail(Name=self.name, S3BucketName=f"management-events-{stack.aws.account}")

    def switch_off(self):
        self.client.put_event_selectors(TrailName=self.name, EventSelectors=[READING])

    def state(self):
        return self.client.get_event_selectors(TrailName=self.name)["EventSelectors"]


class Detector:
    action, on, off = "enable_detector", "ENABLED", "DISABLED"

    def __init__(self, stack):
        self.client = stack.aws.client("guardduty")
        self.name = (self.client.list_detectors()["DetectorIds"] or [self.client.create_detector(Enable=True)["DetectorId"]])[0]

    def switch_off(self):
        self.client.update_detector(DetectorId=self.name, Enable=False)

    def state(self):
        return self.client.get_detector(DetectorId=self.name)["Status"]


class DisabledKey:
    action, on, off = "keep_key", "Enabled", "Disabled"

    def __init__(self, stack):
        self.client = stack.aws.client("kms")
        self.name = self.client.create_key()["KeyMetadata"]["KeyId"]

    def switch_off(self):
        self.client.disable_key(KeyId=self.name)

    def state(self):
        return self.client.describe_key(KeyId=self.name)["KeyMetadata"]["KeyState"]


class KeyToBeDeleted(DisabledKey):
    off = "PendingDeletion"

    def switch_off(self):
        self.client.schedule_key_deletion(KeyId=self.name, PendingWindowInDays=9)


class RuleAboutReports:
    action, on, off = "enable_rule", "ENABLED", "DISABLED"
    logical_id = "DetectHealthRule"

    def __init__(self, stack):
        self.client = stack.aws.client("events")
        self.name = stack.resources[self.logical_id]
        self.before = self.whole()

    def switch_off(self):
        self.client.disable_rule(Name=self.name)

    def whole(self):
        return {name: value for name, value in self.client.describe_rule(Name=self.name).items() if name not in ("CreatedBy", "ResponseMetadata")}

    def state(self):
        now = self.whole()
        assert now | {"State": None} == self.before | {"State": None}
        return now["State"]


class RuleAboutCalls(RuleAboutReports):
    on = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    logical_id = "DetectCalls8Rule"


def outcomes_about(stack, name, status):
    """Returns the outcomes of `restore-logging` about what is so called, with the event ids in the order of their coming."""
    return stack.outcomes.matching(
        lambda event: event["source"] == "trailreflex.restore-logging" and event["detail"]["status"] == status
        and name in json.dumps(event["detail"]["plan"]["cause"].get("target")))


def undo(stack, plan):
    answer = stack.lambda_.invoke(FunctionName=stack.outputs["RestoreLoggingFunction"], Payload=stack.payload({"undo": plan}))
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize("kind", [Trail, Selectors, Detector, DisabledKey, KeyToBeDeleted, RuleAboutReports, RuleAboutCalls])
def test_what_is_switched_off_is_switched_on_again_and_an_undo_stays(stack, kind):
    thing = kind(stack)
    assert thing.state() == thing.on
    thing.switch_off()
    [outcome] = eventually(lambda: outcomes_about(stack, thing.name, "contained"))
    plan = outcome["detail"]["plan"]
    assert {step["action"]["kind"] for step in plan["steps"]} == {thing.action}
    assert thing.state() == thing.on

    assert undo(stack, plan["id"])["status"] == "undone"
    assert thing.state() == thing.off
    # The rule sees the calls of the undo too.
    refused = eventually(lambda: outcomes_about(stack, thing.name, "refused"))
    assert {event["detail"]["plan"]["refused"] for event in refused} == {"OwnAction"}
    assert thing.state() == thing.off
    assert len(outcomes_about(stack, thing.name, "contained")) == 1
    put_back(thing)


def put_back(thing):
    """Leaves the stack's own rules as the other tests need them."""
    if isinstance(thing, RuleAboutReports):
        thing.client.put_rule(Name=thing.name, State=thing.on, EventPattern=thing.before["EventPattern"],
                              Description=thing.before["Description"])


def test_the_deletion_of_a_key_that_is_undone_has_the_days_that_were_left(stack):
    key = KeyToBeDeleted(stack)
    key.switch_off()
    [outcome] = eventually(lambda: outcomes_about(stack, key.name, "contained"))
    calls = [call for step in outcome["detail"]["plan"]["steps"] for call in step["undo"]["calls"]]
    assert [(call["permission"], call["parameters"].get("PendingWindowInDays")) for call in calls] == [
        ("kms:ScheduleKeyDeletion", 9), ("kms:DisableKey", None)]


def stopped_recorder(stack):
    config = stack.aws.client("config")
    role = f"arn:aws:iam::{stack.aws.account}:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "somewhere"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    return "default"


def deleted_analyzer(stack):
    client = stack.aws.client("accessanalyzer")
    client.create_analyzer(analyzerName="external", type="ACCOUNT")
    client.delete_analyzer(analyzerName="external")
    return "external"


def removed_insights(stack):
    trail = Selectors(stack)
    trail.client.put_insight_selectors(TrailName=trail.name, InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
    trail.client.put_insight_selectors(TrailName=trail.name, InsightSelectors=[])
    return trail.name


def stopped_function(stack):
    name = stack.outputs["IngestFunction"]
    stack.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    return name


@pytest.mark.parametrize(("switch_off", "action", "calls"), [
    (stopped_recorder, "start_recorder", ["config:StartConfigurationRecorder"]),
    (deleted_analyzer, "recreate_analyzer", ["access-analyzer:CreateAnalyzer"]),
    (removed_insights, "restore_insight_selectors", ["cloudtrail:PutInsightSelectors"]),
    (stopped_function, "restore_concurrency", ["lambda:DeleteFunctionConcurrency"]),
])
def test_what_a_person_decides_is_planned(stack, switch_off, action, calls):
    name = switch_off(stack)
    outcome = eventually(lambda: outcomes_about(stack, name, "planned"))[-1]
    steps = outcome["detail"]["plan"]["steps"]
    assert [step["action"]["kind"] for step in steps] == [action]
    assert [call["permission"] for step in steps for call in step["calls"]] == calls
    assert outcome["detail"]["steps"] == []
    if switch_off is stopped_function:
        stack.lambda_.delete_function_concurrency(FunctionName=name)


def test_what_was_deleted_is_refused_with_the_reason(stack):
    trail = Trail(stack)
    trail.client.delete_trail(Name=trail.name)
    [outcome] = eventually(lambda: outcomes_about(stack, trail.name, "refused"))
    assert outcome["detail"]["plan"]["refused"] == "ResourceGone"


def test_a_rule_that_is_not_the_stacks_own_is_left_as_it_is(stack):
    events = stack.aws.client("events")
    events.put_rule(Name="other-trailreflex-rule", ScheduleExpression="rate(1 day)", State="ENABLED")
    events.disable_rule(Name="other-trailreflex-rule")
    # Both calls are findings.
    refused = eventually(lambda: len(found := outcomes_about(stack, "other-trailreflex-rule", "refused")) == 2 and found)
    assert {outcome["detail"]["plan"]["refused"] for outcome in refused} == {"NotOwn"}
    assert events.describe_rule(Name="other-trailreflex-rule")["State"] == "DISABLED"
