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

    title = ""
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

    title = ""
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
    title = ""
    action, on, off = "enable_detector", "ENABLED", "DISABLED"

    def __init__(self, stack):
        self.client = stack.aws.client("guardduty")
        self.name = (self.client.list_detectors()["DetectorIds"] or [self.client.create_detector(Enable=True)["DetectorId"]])[0]

    def switch_off(self):
        self.client.update_detector(DetectorId=self.name, Enable=False)

    def state(self):
        return self.client.get_detector(DetectorId=self.name)["Status"]


class DisabledKey:
    title = ""
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
    title = "EventBridge rule of Trailreflex"
    action, on, off = "enable_rule", "ENABLED", "DISABLED"
    logical_id = "DetectHealthRule"
    of_findings = False

    def __init__(self, stack):
        self.client = stack.aws.client("events")
        # CloudFormation calls a rule of another bus than the default one `bus|rule`.
        self.name = stack.resources[self.logical_id].rsplit("|", 1)[-1]
        self.bus = {"EventBusName": stack.outputs["FindingsBus"]} if self.of_findings else {}
        self.before = self.whole()

    def switch_off(self):
        self.client.disable_rule(Name=self.name, **self.bus)

    def whole(self):
        found = self.client.describe_rule(Name=self.name, **self.bus)
        return {name: value for name, value in found.items() if name not in ("CreatedBy", "ResponseMetadata")}

    def state(self):
        now = self.whole()
        assert now | {"State": None} == self.before | {"State": None}
        return now["State"]


class RuleAboutCalls(RuleAboutReports):
    on = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    logical_id = "DetectCalls8Rule"


class RuleOfFindings(RuleAboutReports):
    """A rule of the stack's own bus."""

    logical_id = "CloseExposureRule"
    of_findings = True


class OwnRule(RuleAboutReports):
    """What wakes `restore-logging` itself, so that only its stand-in hears of it."""

    logical_id = "RestoreLoggingRule"
    of_findings = True


class Targets(RuleAboutReports):
    """What a rule wakes."""

    title = "Targets of"
    logical_id = "DetectGuardDutyRule"
    action, on, off = "restore_targets", ["detect"], []

    def switch_off(self):
        self.client.remove_targets(Rule=self.name, Ids=self.on, **self.bus)

    def targets(self):
        return self.client.list_targets_by_rule(Rule=self.name, **self.bus)["Targets"]

    def __init__(self, stack):
        super().__init__(stack)
        self.before_targets = self.targets()

    def state(self):
        now = self.targets()
        assert now in (self.before_targets, [])
        return [target["Id"] for target in now]


class OwnTargets(Targets):
    logical_id = "RestoreLoggingRule"
    of_findings = True
    on = ["restore-logging"]


class Subscription:
    """Who hears of alarms."""

    title, action, off = "Subscription to a topic", "restore_subscriptions", []

    def __init__(self, stack):
        self.client = stack.aws.client("sns")
        self.name = stack.resources["AlarmsTopic"]
        self.on = self.state()
        assert len(self.on) == 1

    def subscriptions(self):
        return self.client.list_subscriptions_by_topic(TopicArn=self.name)["Subscriptions"]

    def switch_off(self):
        for one in self.subscriptions():
            self.client.unsubscribe(SubscriptionArn=one["SubscriptionArn"])

    def state(self):
        found = [(one, self.client.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"])
                 for one in self.subscriptions()]
        return [(one["Protocol"], one["Endpoint"], attributes["RawMessageDelivery"]) for one, attributes in found]

    def put_back(self):
        [(protocol, endpoint, raw)] = self.on
        self.client.subscribe(TopicArn=self.name, Protocol=protocol, Endpoint=endpoint, Attributes={"RawMessageDelivery": raw})


def outcomes_about(stack, name, status, title=""):
    """Returns the outcomes of `restore-logging` about what is so called, of findings whose title begins so, in the order of their coming."""
    return stack.outcomes.matching(
        lambda event: event["source"] == "trailreflex.restore-logging" and event["detail"]["status"] == status
        and name in json.dumps(event["detail"]["plan"]["cause"].get("target"))
        and event["detail"]["plan"]["cause"]["title"].startswith(title))


def undo(stack, plan):
    answer = stack.lambda_.invoke(FunctionName=stack.outputs["RestoreLoggingFunction"], Payload=stack.payload({"undo": plan}))
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize("kind", [Trail, Selectors, Detector, DisabledKey, KeyToBeDeleted, RuleAboutReports, RuleAboutCalls,
                                  RuleOfFindings, OwnRule, Targets, OwnTargets, Subscription])
def test_what_is_switched_off_is_switched_on_again_and_an_undo_stays(stack, kind):
    thing = kind(stack)
    assert thing.state() == thing.on
    def told(status):
        return outcomes_about(stack, thing.name, status, thing.title)

    # Another test may have had to do with the same rule.
    earlier = {status: len(told(status)) for status in ("contained", "refused")}
    thing.switch_off()
    [outcome] = eventually(lambda: told("contained")[earlier["contained"]:])
    plan = outcome["detail"]["plan"]
    assert {step["action"]["kind"] for step in plan["steps"]} == {thing.action}
    assert thing.state() == thing.on

    answer = undo(stack, plan["id"])
    assert answer.get("status") == "undone", answer
    assert thing.state() == thing.off
    # The rule sees the calls of the undo too.
    refused = eventually(lambda: told("refused")[earlier["refused"]:])
    assert {event["detail"]["plan"]["refused"] for event in refused} == {"OwnAction"}
    assert thing.state() == thing.off
    assert len(told("contained")) == earlier["contained"] + 1
    put_back(thing)


def put_back(thing):
    """Leaves the stack's own rules as the other tests need them."""
    if isinstance(thing, Subscription):
        thing.put_back()
    elif isinstance(thing, Targets):
        thing.client.put_targets(Rule=thing.name, Targets=thing.before_targets, **thing.bus)
    elif isinstance(thing, RuleAboutReports):
        thing.client.put_rule(Name=thing.name, State=thing.on, **thing.bus, EventPattern=thing.before["EventPattern"],
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


def test_what_takes_the_place_of_a_target_is_replaced_and_what_was_added_stays(stack):
    class Insights(Targets):
        logical_id = "DetectInsightsRule"

    rule = Insights(stack)
    bare = {"Id": "detect", "Arn": stack.aws.client("sqs").get_queue_attributes(
        QueueUrl=stack.outputs["QuarantineQueueUrl"], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]}
    added = bare | {"Id": "archive"}
    rule.client.put_targets(Rule=rule.name, Targets=[bare, added])
    [outcome] = eventually(lambda: outcomes_about(stack, rule.name, "contained"))
    assert by_id(rule.targets()) == by_id([*rule.before_targets, added])
    assert undo(stack, outcome["detail"]["plan"]["id"])["status"] == "undone"
    assert by_id(rule.targets()) == by_id([bare, added])
    rule.client.remove_targets(Rule=rule.name, Ids=["archive"])
    put_back(rule)


def by_id(targets):
    return sorted(targets, key=lambda target: target["Id"])


def test_a_rule_that_is_not_the_stacks_own_is_left_as_it_is(stack):
    events = stack.aws.client("events")
    events.put_rule(Name="other-trailreflex-rule", ScheduleExpression="rate(1 day)", State="ENABLED")
    events.disable_rule(Name="other-trailreflex-rule")
    # Both calls are findings.
    refused = eventually(lambda: len(found := outcomes_about(stack, "other-trailreflex-rule", "refused")) == 2 and found)
    assert {outcome["detail"]["plan"]["refused"] for outcome in refused} == {"NotOwn"}
    assert events.describe_rule(Name="other-trailreflex-rule")["State"] == "DISABLED"
