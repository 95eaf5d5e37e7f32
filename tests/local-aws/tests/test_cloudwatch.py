"""Metrics, in the protocol of the Rust SDK, which boto3 does not speak."""

import datetime

import cbor2

from local_aws.processes import ask
from local_aws.session import eventually


def call(account, operation, content):
    """Calls CloudWatch with rpc-v2-cbor; the signature is not looked at."""
    headers = {
        "Content-Type": "application/cbor",
        "Smithy-Protocol": "rpc-v2-cbor",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={account.number}/20260101/us-east-1/monitoring/aws4_request, "
        "SignedHeaders=host, Signature=0",
    }
    url = f"{account.aws.endpoint}/service/GraniteServiceVersion20100801/operation/{operation}"
    body = ask(url, "POST", cbor2.dumps(content), headers)
    return cbor2.loads(body) if body else {}


def test_a_metric_makes_the_round_trip_in_cbor(account):
    now = datetime.datetime.now(datetime.UTC)
    dimensions = [{"Name": "Action", "Value": "deactivate_key"}]
    for value in (1.0, 2.5):
        call(account, "PutMetricData", {"Namespace": "Trailreflex", "MetricData": [
            {"MetricName": "Actions", "Value": value, "Unit": "Count", "Timestamp": now, "Dimensions": dimensions}]})
    asked = {"Namespace": "Trailreflex", "MetricName": "Actions", "Dimensions": dimensions, "Period": 3600,
             "StartTime": now - datetime.timedelta(hours=1), "EndTime": now + datetime.timedelta(hours=1),
             "Statistics": ["Sum", "SampleCount"]}
    points = call(account, "GetMetricStatistics", asked)["Datapoints"]
    assert [(point["Sum"], point["SampleCount"]) for point in points] == [(3.5, 2.0)]
    same = account.client("cloudwatch").get_metric_statistics(**asked)["Datapoints"]
    assert [point["Sum"] for point in same] == [3.5]


def test_a_call_in_cbor_is_recorded(account):
    call(account, "PutMetricAlarm", {
        "AlarmName": "too-many", "Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60, "Threshold": 1.0,
        "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"})
    record = account.record("PutMetricAlarm")
    assert (record["eventSource"], record["requestParameters"]["alarmName"], record["readOnly"]) == (
        "monitoring.amazonaws.com", "too-many", False)


def alarm_on(account, name, **changes):
    account.client("cloudwatch").put_metric_alarm(**{
        "AlarmName": name, "Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": [{"Name": "QueueName", "Value": name}], "Statistic": "Maximum", "Period": 60, "EvaluationPeriods": 1,
        "Threshold": 1, "ComparisonOperator": "GreaterThanOrEqualToThreshold", **changes})

    def state():
        return account.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]

    return state


def test_an_alarm_fires_on_the_depth_of_its_own_queue_only(account):
    dead, other = account.queue("dead"), account.queue("other")
    of_dead, of_other = alarm_on(account, "dead"), alarm_on(account, "other")
    account.client("sqs").send_message(QueueUrl=dead.url, MessageBody="x")
    assert eventually(lambda: of_dead() == "ALARM" and of_other() == "OK"), other.arn


def test_missing_data_counts_as_the_alarm_says(account):
    states = {treatment: alarm_on(account, f"nothing-{treatment}", TreatMissingData=treatment)
              for treatment in ("missing", "ignore", "breaching", "notBreaching")}
    assert eventually(lambda: states["breaching"]() == "ALARM")
    assert {treatment: state() for treatment, state in states.items()} == {
        "missing": "INSUFFICIENT_DATA", "ignore": "INSUFFICIENT_DATA", "breaching": "ALARM", "notBreaching": "OK"}


def test_a_composite_alarm_follows_its_children(account):
    alarm_on(account, "child", TreatMissingData="notBreaching")
    account.client("cloudwatch").put_composite_alarm(AlarmName="parent", AlarmRule="ALARM(child)")
    account.client("cloudwatch").set_alarm_state(AlarmName="child", StateValue="ALARM", StateReason="rehearsal")
    found = account.client("cloudwatch").describe_alarms(AlarmNames=["parent"], AlarmTypes=["CompositeAlarm"])
    assert found["CompositeAlarms"][0]["StateValue"] == "ALARM"
