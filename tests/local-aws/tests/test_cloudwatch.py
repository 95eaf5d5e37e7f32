"""Metrics, in the protocol of the Rust SDK, which boto3 does not speak."""

import datetime
import urllib.request

import cbor2

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
    request = urllib.request.Request(url, cbor2.dumps(content), headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        body = answer.read()
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


def test_the_depth_of_a_queue_is_a_metric_on_which_an_alarm_fires(account):
    queue = account.queue("dead")
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="dead-letters", Namespace="AWS/SQS", MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "dead"}], Statistic="Maximum", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold")
    account.client("sqs").send_message(QueueUrl=queue.url, MessageBody="x")

    def state():
        alarm = account.client("cloudwatch").describe_alarms(AlarmNames=["dead-letters"])["MetricAlarms"][0]
        return alarm["StateValue"] == "ALARM"

    assert eventually(state, seconds=30)
