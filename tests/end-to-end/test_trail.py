"""The trail that the stack makes for an account that has none, and numbers from its log files."""

import gzip
import json
import uuid

import pytest

from deployed import TEMPLATE, Stack, reaches
from events import in_envelope, quarantine_record
from local_aws.session import LocalAws


@pytest.fixture(scope="module")
def own():
    """An account of its own, without a trail: the suite's has one."""
    with LocalAws(auth=True) as started:
        started.deploy(TEMPLATE, parameters={
            "CreateTrail": "yes", "TrailDataBuckets": "arn:aws:s3:::customers/,arn:aws:s3:::backups/daily/",
            "TrailDataFunctions": "all", "TrailInsights": "yes", "MeterActivity": "log-files"})
        yield started


def test_the_trail_logs_management_and_the_chosen_data_events_of_all_regions(own):
    cloudtrail, outputs = own.client("cloudtrail"), own.outputs()
    [trail] = cloudtrail.describe_trails()["trailList"]
    assert (trail["TrailARN"], trail["S3BucketName"]) == (outputs["TrailArn"], outputs["TrailFilesBucket"])
    assert (trail["IsMultiRegionTrail"], trail["LogFileValidationEnabled"], trail["IncludeGlobalServiceEvents"]) == (True, True, True)
    assert trail["CloudWatchLogsLogGroupArn"].split(":")[6] == own.resources()["TrailLogs"]
    assert cloudtrail.get_trail_status(Name="trailreflex")["IsLogging"] is True
    assert cloudtrail.get_event_selectors(TrailName="trailreflex")["AdvancedEventSelectors"] == [
        {"Name": "Management events", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]},
        {"Name": "Objects of some buckets", "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
            {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::customers/", "arn:aws:s3:::backups/daily/"],
             "NotStartsWith": [f"arn:aws:s3:::{outputs['TrailFilesBucket']}/"]}]},
        {"Name": "Invocations of all functions", "FieldSelectors": [
            {"Field": "eventCategory", "Equals": ["Data"]},
            {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]},
            {"Field": "resources.ARN", "NotStartsWith": [f"arn:aws:lambda:us-east-1:{own.account}:function:trailreflex-"]}]},
    ]
    assert [each["InsightType"] for each in cloudtrail.get_insight_selectors(TrailName="trailreflex")["InsightSelectors"]] == [
        "ApiCallRateInsight", "ApiErrorRateInsight"]
    # What the last selector leaves out is what there is.
    functions = own.client("lambda").list_functions()["Functions"]
    assert functions and all(each["FunctionName"].startswith("trailreflex-") for each in functions)


def test_only_the_trail_writes_to_its_bucket_and_ingest_reads_it(own):
    bucket, trail = own.outputs()["TrailFilesBucket"], own.outputs()["TrailArn"]
    policy = json.loads(own.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
    allowed = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert [(each["Action"], each["Principal"], each["Condition"]) for each in allowed] == [
        (action, {"Service": "cloudtrail.amazonaws.com"}, {"StringEquals": {"aws:SourceArn": trail}})
        for action in ("s3:GetBucketAcl", "s3:PutObject")]
    assert allowed[1]["Resource"] == f"arn:aws:s3:::{bucket}/AWSLogs/{own.account}/*"
    variables = own.client("lambda").get_function_configuration(FunctionName=own.outputs()["IngestFunction"])["Environment"]
    assert variables["Variables"]["TRAIL_BUCKET"] == bucket
    pattern = json.loads(own.client("events").describe_rule(Name=own.resources()["IngestRule"])["EventPattern"])
    assert pattern["detail"]["bucket"] == {"name": [bucket]}


def test_a_second_trail_is_not_made_besides_one_that_is_there(own):
    with pytest.raises(RuntimeError, match="not both"):
        own.deploy(TEMPLATE, stack="another", parameters={"CreateTrail": "yes", "TrailBucket": "mine"})


REGION = "eu-south-2"  # nothing else happens there
DONE = {"batchItemFailures": []}


def call(stack, **changed):
    return quarantine_record(stack, "", requestParameters=None, eventSource="iam.amazonaws.com", eventName="UpdateThing",
                             eventCategory="Management", awsRegion=REGION) | changed


def announced(stack, *records):
    """Puts a log file where the trail puts it; returns the message that announces it."""
    bucket = stack.outputs["TrailFilesBucket"]
    key = f"AWSLogs/{stack.aws.account}/CloudTrail/{REGION}/2026/11/24/{uuid.uuid4()}.json.gz"
    content = gzip.compress(json.dumps({"Records": records}).encode())
    stack.aws.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return json.dumps({"source": "aws.s3", "detail-type": "Object Created",
                       "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": len(content)}}})


def test_log_files_are_counted_once_however_often_they_come_and_whatever_else_brings_their_records(own):
    stack = Stack(own)
    # The local AWS has no TLS, without which the bucket lets nobody read.
    s3, bucket = own.client("s3"), stack.outputs["TrailFilesBucket"]
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "OnlyEncrypted"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    records = [call(stack, errorCode="AccessDenied" if number % 10 == 0 else None) for number in range(4500)]
    nameless = {name: value for name, value in call(stack).items() if name != "eventID"}
    first, second = announced(stack, *records[:4400], nameless), announced(stack, *records[4300:])
    grown = stack.grows(("WriteCalls", {"Region": REGION}), ("Duplicates", {"Function": "meter"}),
                        ("Records", {"Outcome": "unidentified"}))

    assert stack.ingest(first, second) == DONE
    reaches(grown, [4500, 100, 1])
    assert stack.ingest(first) == DONE
    assert stack.meter(*[json.dumps(in_envelope(stack, record)) for record in records[:50]]) == DONE

    reaches(grown, [4500, 100 + 4400 + 50, 2])


def test_of_events_only_the_calls_that_show_that_events_arrive_are_counted_besides_log_files(own):
    pattern = json.loads(own.client("events").describe_rule(Name=own.resources()["MeterRule"])["EventPattern"])
    assert pattern["detail"] == {"eventSource": ["monitoring.amazonaws.com"], "eventName": ["DescribeAlarms"],
                                 "requestParameters": {"alarmNames": ["trailreflex-canary"]}}
    names = {alarm["AlarmName"] for page in own.client("cloudwatch").get_paginator("describe_alarms").paginate()
             for alarm in page["MetricAlarms"]}
    assert any("SensorBlind" in name for name in names) and not any("RootUse" in name for name in names)


def test_log_files_are_not_counted_without_a_bucket_to_read(own):
    with pytest.raises(RuntimeError, match="To count from log files"):
        own.deploy(TEMPLATE, stack="another", parameters={"MeterActivity": "log-files"})
