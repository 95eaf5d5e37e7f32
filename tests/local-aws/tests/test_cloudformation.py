"""Templates: every type that ours may use is accepted, and what it says comes to life."""

import json

import pytest
from accounts import refusal

from local_aws.session import eventually

ASSERTION = {"Assert": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}, "AssertDescription": "wrong region"}
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def resource(kind, **properties):
    return {"Type": f"AWS::{kind}", "Properties": properties}


def create(account, resources, **sections):
    """Creates the stack; returns its state and the physical ids."""
    client = account.client("cloudformation")
    client.create_stack(StackName="stack", TemplateBody=json.dumps({"Resources": resources, **sections}),
                        Capabilities=["CAPABILITY_NAMED_IAM"])

    def finished():
        stack = client.describe_stacks(StackName="stack")["Stacks"][0]
        return None if stack["StackStatus"].endswith("_IN_PROGRESS") else stack["StackStatus"]

    status = eventually(finished)
    found = client.describe_stack_resources(StackName="stack")["StackResources"]
    return status, {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in found}


@pytest.mark.parametrize(("kind", "properties"), [
    ("CloudWatch::AnomalyDetector", {"Namespace": "N", "MetricName": "M", "Stat": "Sum"}),
    ("Logs::QueryDefinition", {"Name": "n", "QueryString": "fields @message"}),
    ("Config::ConfigRule", {"Source": {"Owner": "AWS", "SourceIdentifier": "IAM_USER_UNUSED_CREDENTIALS_CHECK"}}),
    ("SecurityHub::Hub", {}),
])
def test_a_type_that_is_only_recorded_is_accepted(account, kind, properties):
    assert create(account, {"It": resource(kind, **properties)})[0] == "CREATE_COMPLETE"


def test_a_type_that_is_only_recorded_wants_its_required_properties(account):
    assert create(account, {"It": resource("Config::ConfigRule")})[0] == "ROLLBACK_COMPLETE"


def test_a_detector_and_an_analyzer_are_real(account):
    status, ids = create(account, {
        "Detector": resource("GuardDuty::Detector", Enable=True),
        "Analyzer": resource("AccessAnalyzer::Analyzer", Type="ACCOUNT", AnalyzerName="account"),
    })
    assert status == "CREATE_COMPLETE"
    assert account.client("guardduty").get_detector(DetectorId=ids["Detector"])["Status"] == "ENABLED"
    assert account.client("accessanalyzer").get_analyzer(analyzerName="account")["analyzer"]["arn"] == ids["Analyzer"]


def test_a_url_a_parameter_a_schedule_a_locked_bucket_and_a_mapping_are_real(account):
    role = account.role(service=["lambda.amazonaws.com", "scheduler.amazonaws.com"],
                        policy={"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    arn = {"Fn::GetAtt": ["Function", "Arn"]}
    status, ids = create(account, {
        "Function": resource("Lambda::Function", Role=role, Runtime="python3.11", Handler="index.handler",
                             Code={"ZipFile": "def handler(event, context): return 1"}),
        "Url": resource("Lambda::Url", TargetFunctionArn=arn, AuthType="NONE"),
        "Switch": resource("SSM::Parameter", Type="String", Value="act", Name="/responder/mode"),
        "Group": resource("Scheduler::ScheduleGroup", Name="reverts"),
        "Daily": resource("Scheduler::Schedule", GroupName={"Ref": "Group"}, ScheduleExpression="cron(0 6 * * ? *)",
                          ScheduleExpressionTimezone="Europe/Berlin", FlexibleTimeWindow={"Mode": "OFF"},
                          Target={"Arn": arn, "RoleArn": role}),
        "Journal": resource("S3::Bucket", ObjectLockEnabled=True, ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 90}}}),
        "Queue": resource("SQS::Queue", QueueName="work"),
        "Mapping": resource("Lambda::EventSourceMapping", FunctionName={"Ref": "Function"}, BatchSize=1,
                            EventSourceArn={"Fn::GetAtt": ["Queue", "Arn"]}, FunctionResponseTypes=["ReportBatchItemFailures"]),
    }, Outputs={"Url": {"Value": {"Fn::GetAtt": ["Url", "FunctionUrl"]}}})
    assert status == "CREATE_COMPLETE"
    name = ids["Function"]
    url = account.client("lambda").get_function_url_config(FunctionName=name)["FunctionUrl"]
    output = account.client("cloudformation").describe_stacks(StackName="stack")["Stacks"][0]["Outputs"][0]["OutputValue"]
    assert url == output
    assert account.client("ssm").get_parameter(Name=ids["Switch"])["Parameter"]["Value"] == "act"
    schedule = account.client("scheduler").get_schedule(Name=ids["Daily"], GroupName="reverts")
    assert (schedule["ScheduleExpressionTimezone"], schedule["State"]) == ("Europe/Berlin", "ENABLED")
    lock = account.client("s3").get_object_lock_configuration(Bucket=ids["Journal"])["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "COMPLIANCE", "Days": 90}
    version = account.client("s3").put_object(Bucket=ids["Journal"], Key="k", Body=b"x")["VersionId"]
    assert refusal(account.client("s3").delete_object, Bucket=ids["Journal"], Key="k", VersionId=version)[0] == "AccessDenied"
    mapping = account.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"][0]
    assert (mapping["BatchSize"], mapping["FunctionResponseTypes"]) == (1, ["ReportBatchItemFailures"])


def test_a_trail_logs(account):
    trail = resource("CloudTrail::Trail", S3BucketName="somewhere", IsLogging=True, IsMultiRegionTrail=True)
    status, ids = create(account, {"Trail": trail})
    assert status == "CREATE_COMPLETE"
    assert account.client("cloudtrail").get_trail_status(Name=ids["Trail"])["IsLogging"] is True


def test_a_bus_policy_an_archive_and_a_composite_alarm_are_real(account):
    statement = {"Effect": "Deny", "Principal": "*", "Action": "events:PutEvents", "Resource": {"Fn::GetAtt": ["Bus", "Arn"]}}
    status, ids = create(account, {
        "Bus": resource("Events::EventBus", Name="findings"),
        "Policy": resource("Events::EventBusPolicy", EventBusName={"Ref": "Bus"}, StatementId="guard", Statement=statement),
        "Archive": resource("Events::Archive", SourceArn={"Fn::GetAtt": ["Bus", "Arn"]}, RetentionDays=3),
        "Alarm": resource("CloudWatch::CompositeAlarm", AlarmRule="FALSE"),
    })
    assert status == "CREATE_COMPLETE"
    bus = account.client("events").describe_event_bus(Name="findings")
    assert json.loads(bus["Policy"])["Statement"] == [
        {"Sid": "guard", "Effect": "Deny", "Principal": "*", "Action": "events:PutEvents", "Resource": bus["Arn"]}]
    assert account.client("events").describe_archive(ArchiveName=ids["Archive"])["RetentionDays"] == 3
    alarms = account.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert [alarm["AlarmName"] for alarm in alarms] == [ids["Alarm"]]
    account.client("cloudformation").delete_stack(StackName="stack")
    eventually(lambda: not account.client("events").list_archives()["Archives"])


def test_a_key_belongs_to_its_user(account):
    status, ids = create(account, {
        "User": resource("IAM::User", UserName="alice"),
        "Key": resource("IAM::AccessKey", UserName={"Ref": "User"}, Status="Inactive"),
    })
    keys = account.client("iam").list_access_keys(UserName="alice")["AccessKeyMetadata"]
    assert status == "CREATE_COMPLETE"
    assert [(key["AccessKeyId"], key["Status"]) for key in keys] == [(ids["Key"], "Inactive")]


def test_properties_that_ministack_ignores_are_honoured(account):
    role = account.role()
    status, ids = create(account, {
        "Function": resource("Lambda::Function", Role=role, Runtime="python3.11", Handler="index.handler",
                             Code={"ZipFile": "def handler(event, context): return 1"}, ReservedConcurrentExecutions=3),
        "Retries": resource("Lambda::EventInvokeConfig", FunctionName={"Ref": "Function"}, Qualifier="$LATEST",
                            MaximumRetryAttempts=1),
        "Table": resource("DynamoDB::Table", TimeToLiveSpecification={"AttributeName": "expires", "Enabled": True}, **TABLE),
    })
    assert status == "CREATE_COMPLETE"
    client = account.client("lambda")
    reserved = client.get_function_concurrency(FunctionName=ids["Function"])["ReservedConcurrentExecutions"]
    retries = client.get_function_event_invoke_config(FunctionName=ids["Function"], Qualifier="$LATEST")
    expiry = account.client("dynamodb").describe_time_to_live(TableName=ids["Table"])["TimeToLiveDescription"]
    assert (reserved, retries["MaximumRetryAttempts"]) == (3, 1)
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}


def test_an_invalid_event_pattern_fails_the_stack(account):
    rule = resource("Events::Rule", EventPattern={"source": "aws.iam"})
    assert create(account, {"Rule": rule})[0] == "ROLLBACK_COMPLETE"


def test_assertions_of_rules_do_not_break_a_deployment(account):
    queue = {"Queue": resource("SQS::Queue")}
    assert create(account, queue, Rules={"OnlyHere": {"Assertions": [ASSERTION]}})[0] == "CREATE_COMPLETE"
