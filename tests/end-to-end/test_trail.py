"""The trail that the stack makes for an account that has none, as CloudTrail, S3 and IAM show it."""

import json
from pathlib import Path

import pytest

from local_aws.session import LocalAws

TEMPLATE = Path(__file__).resolve().parents[2] / "target/stage/template.yaml"


@pytest.fixture(scope="module")
def own():
    """An account of its own, without a trail: the suite's has one."""
    with LocalAws(auth=True) as started:
        started.deploy(TEMPLATE, parameters={
            "CreateTrail": "yes", "TrailDataBuckets": "arn:aws:s3:::customers/,arn:aws:s3:::backups/daily/",
            "TrailDataFunctions": "all", "TrailInsights": "yes"})
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
