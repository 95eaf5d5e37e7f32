"""Alarms and the dashboard as they are deployed: what sets alarms off, whom they tell, and what nobody can see here."""

import datetime
import json

import pytest

from events import in_envelope, quarantine_record
from local_aws.session import eventually

# On CloudWatch's own models of what is usual, which nothing here evaluates.
ANOMALIES = {"CallsAnomalyAlarm", "ErrorsAnomalyAlarm"}


def alarm(aws, stack, name):
    described = aws.client("cloudwatch").describe_alarms(AlarmNames=[stack.resources[name]],
                                                         AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return (described["MetricAlarms"] + described["CompositeAlarms"])[0]


def told(inbox, stack, name, state="ALARM"):
    """Waits until an alarm tells of a state; returns its message."""
    wanted = (stack.resources[name], state)
    return inbox.wait(lambda message: (message["AlarmName"], message["NewStateValue"]) == wanted, seconds=60)


def test_a_call_that_is_monitored_sets_its_alarm_off(stack, alarms):
    record = quarantine_record(stack, "", eventSource="cloudtrail.amazonaws.com", eventName="UpdateTrail",
                               requestParameters={"name": "mine"}, readOnly=False, eventCategory="Management")

    assert stack.meter(json.dumps(in_envelope(stack, record))) == {"batchItemFailures": []}

    message = told(alarms[0], stack, "CloudTrailChangesAlarm")
    assert message["AlarmDescription"] == "A trail's settings were changed (CIS AWS Foundations 4.5)."


def test_one_plan_that_failed_sets_off_the_alarm_on_two_metrics_and_the_page(aws, stack, alarms, pages):
    aws.client("cloudwatch").put_metric_data(Namespace="Trailreflex", MetricData=[
        {"MetricName": "Plans", "Dimensions": [{"Name": "Status", "Value": "partial"}], "Value": 1.0}])

    told(alarms[0], stack, "ContainmentIncompleteAlarm")
    told(pages[0], stack, "PageAlarm")


def test_whichever_responder_is_bypassed_a_person_is_paged(aws, stack, alarms):
    aws.client("cloudwatch").put_metric_data(Namespace="Trailreflex", MetricData=[
        {"MetricName": "ContainmentBypassed", "Dimensions": [{"Name": "Function", "Value": "close-exposure"}], "Value": 1.0}])

    told(alarms[0], stack, "ContainmentBypassedAlarm")


def test_a_sensor_that_is_blind_pages_and_one_that_sees_does_not(aws, stack, alarms, pages):
    cloudwatch = aws.client("cloudwatch")
    assert told(alarms[0], stack, "SensorBlindAlarm")
    eventually(lambda: alarm(aws, stack, "PageAlarm")["StateValue"] == "ALARM")
    now = datetime.datetime.now(datetime.UTC)
    for minutes in (1, 20):
        cloudwatch.put_metric_data(Namespace="Trailreflex", MetricData=[
            {"MetricName": "SecondsToCanary", "Value": 80.0, "Timestamp": now - datetime.timedelta(minutes=minutes)}])

    eventually(lambda: alarm(aws, stack, "SensorBlindAlarm")["StateValue"] == "OK", seconds=60)


@pytest.mark.parametrize("name", sorted(ANOMALIES))
def test_an_alarm_that_cannot_be_evaluated_here_tells_when_it_is_set_off(aws, stack, alarms, name):
    assert alarm(aws, stack, name)["StateValue"] == "INSUFFICIENT_DATA"
    aws.client("cloudwatch").set_alarm_state(AlarmName=stack.resources[name], StateValue="ALARM", StateReason="a test")
    told(alarms[0], stack, name)


def test_every_alarm_tells_the_topic(aws, stack, alarms, pages):
    deployed = {name: alarm(aws, stack, name) for name in stack.resources if name.endswith("Alarm")}
    topics = {name: one["AlarmActions"] for name, one in deployed.items()}
    own = stack.resources["AlarmsTopic"]
    assert topics == {name: [own, pages[1] if name == "PageAlarm" else alarms[1]] for name in deployed}
    assert len(deployed) >= 27


def test_the_dashboard_is_deployed_with_names_that_exist(aws, stack):
    body = aws.client("cloudwatch").get_dashboard(DashboardName=stack.resources["Dashboard"])["DashboardBody"]
    assert "${" not in body
    widgets = json.loads(body)["widgets"]
    functions = {line[3] for widget in widgets for line in widget["properties"].get("metrics", [])
                 if line[:1] == ["AWS/Lambda"]}
    assert functions <= {value for name, value in stack.resources.items() if name.endswith("Function")}
    assert len(functions) == 5
