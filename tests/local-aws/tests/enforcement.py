"""What IAM policies are asked for by the calls of a responder: permission and resource of each.

Source: Service Authorization Reference. `{a}` is the account; the region is us-east-1.
"""

POLICY = "arn:aws:iam::aws:policy/AWSDenyAll"
DOCUMENT = '{"Version": "2012-10-17", "Statement": []}'
USER, ROLE, GROUP = ("arn:aws:iam::{a}:" + kind for kind in ("user/alice", "role/worker", "group/team"))
TRAIL = "arn:aws:cloudtrail:us-east-1:{a}:trail/all"
RULE = "arn:aws:events:us-east-1:{a}:rule/detect"
FUNCTION = "arn:aws:lambda:us-east-1:{a}:function:worker"
TOPIC, QUEUE = "arn:aws:sns:us-east-1:{a}:findings", "arn:aws:sqs:us-east-1:{a}:work"
KEY_ID = "11111111-2222-3333-4444-555555555555"
KEY = f"arn:aws:kms:us-east-1:{{a}}:key/{KEY_ID}"
BUCKET = "arn:aws:s3:::bucket-{a}"
SNAPSHOT, IMAGE, GROUP_ID = "snap-0123456789abcdef0", "ami-0123456789abcdef0", "sg-0123456789abcdef0"
SECURITY_GROUP = f"arn:aws:ec2:us-east-1:{{a}}:security-group/{GROUP_ID}"
DB_SNAPSHOT, CLUSTER_SNAPSHOT = "arn:aws:rds:us-east-1:{a}:snapshot:backup", "arn:aws:rds:us-east-1:{a}:cluster-snapshot:backup"
REPOSITORY, SECRET = "arn:aws:ecr:us-east-1:{a}:repository/images", "arn:aws:secretsmanager:us-east-1:{a}:secret:token"
DOCUMENT_ARN, PARAMETER = "arn:aws:ssm:us-east-1:{a}:document/runbook", "arn:aws:ssm:us-east-1:{a}:parameter/mode"
RECORDER = "arn:aws:config:us-east-1:{a}:configuration-recorder/default/*"
DETECTOR, ANALYZER = "arn:aws:guardduty:us-east-1:{a}:detector/abc", "arn:aws:access-analyzer:us-east-1:{a}:analyzer/account"
SCHEDULE = "arn:aws:scheduler:us-east-1:{a}:schedule/reverts/once"
SCHEDULES = "arn:aws:scheduler:us-east-1:{a}:schedule-group/reverts"
TARGET = {"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": "arn:aws:iam::123456789012:role/r"}

# Service → whether `--auth` really enforces the operations below.
ENFORCED = dict.fromkeys(
    ("accessanalyzer", "cloudtrail", "config", "ec2", "ecr", "events", "guardduty", "iam", "kms", "lambda", "rds", "s3",
     "scheduler", "secretsmanager", "sns", "sqs", "ssm", "sts"), True)

_OF_USER, _OF_ROLE, _OF_GROUP = {"UserName": "alice"}, {"RoleName": "worker"}, {"GroupName": "team"}


def _iam():
    for kind, name, arn in (("user", _OF_USER, USER), ("role", _OF_ROLE, ROLE), ("group", _OF_GROUP, GROUP)):
        yield f"attach_{kind}_policy", {**name, "PolicyArn": POLICY}, arn
        yield f"detach_{kind}_policy", {**name, "PolicyArn": POLICY}, arn
        yield f"list_attached_{kind}_policies", name, arn
        yield f"put_{kind}_policy", {**name, "PolicyName": "own", "PolicyDocument": DOCUMENT}, arn
        yield f"get_{kind}_policy", {**name, "PolicyName": "own"}, arn
        yield f"delete_{kind}_policy", {**name, "PolicyName": "own"}, arn
        yield f"list_{kind}_policies", name, arn
    for kind, name, arn in (("user", _OF_USER, USER), ("role", _OF_ROLE, ROLE)):
        yield f"put_{kind}_permissions_boundary", {**name, "PermissionsBoundary": POLICY}, arn
        yield f"delete_{kind}_permissions_boundary", name, arn
        yield f"get_{kind}", name, arn
    yield "get_login_profile", _OF_USER, USER
    yield "list_service_specific_credentials", _OF_USER, USER
    yield ("update_service_specific_credential",
           {**_OF_USER, "ServiceSpecificCredentialId": "A" * 20, "Status": "Inactive"}, USER)
    yield "list_ssh_public_keys", _OF_USER, USER
    yield "update_ssh_public_key", {**_OF_USER, "SSHPublicKeyId": "A" * 20, "Status": "Inactive"}, USER
    yield "list_signing_certificates", _OF_USER, USER
    yield "update_signing_certificate", {**_OF_USER, "CertificateId": "A" * 24, "Status": "Inactive"}, USER


_RULES = {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}
_STATEMENT = {"FunctionName": "worker", "StatementId": "s"}
_WRITTEN = {"Name": "once", "GroupName": "reverts", "ScheduleExpression": "at(2100-01-01T00:00:00)", "Target": TARGET,
            "FlexibleTimeWindow": {"Mode": "OFF"}}

# (service, operation, parameters, resource); the permission is called as the operation, except for `_PERMISSIONS`.
CALLS = [
    *(("iam", *call) for call in _iam()),
    ("sts", "assume_role", {"RoleArn": "arn:aws:iam::{a}:role/worker", "RoleSessionName": "one"}, ROLE),
    *(("cloudtrail", name, {"Name": "all"}, TRAIL) for name in ("start_logging", "stop_logging", "get_trail_status", "get_trail")),
    *(("cloudtrail", name, {"TrailName": "all"}, TRAIL) for name in ("get_event_selectors", "get_insight_selectors")),
    ("cloudtrail", "put_event_selectors", {"TrailName": "all", "EventSelectors": []}, TRAIL),
    ("cloudtrail", "put_insight_selectors", {"TrailName": "all", "InsightSelectors": []}, TRAIL),
    *(("events", name, {"Name": "detect"}, RULE) for name in ("enable_rule", "disable_rule", "describe_rule")),
    ("events", "put_rule", {"Name": "detect", "EventPattern": '{"source": ["own"]}'}, RULE),
    ("events", "list_targets_by_rule", {"Rule": "detect"}, RULE),
    ("events", "put_targets", {"Rule": "detect", "Targets": [{"Id": "one", "Arn": TARGET["Arn"]}]}, RULE),
    ("events", "remove_targets", {"Rule": "detect", "Ids": ["one"]}, RULE),
    *(("lambda", name, {"FunctionName": "worker"}, FUNCTION) for name in (
        "get_function_concurrency", "delete_function_concurrency", "get_policy", "get_function_url_config",
        "delete_function_url_config", "get_function", "invoke")),
    ("lambda", "put_function_concurrency", {"FunctionName": "worker", "ReservedConcurrentExecutions": 0}, FUNCTION),
    ("lambda", "add_permission", {**_STATEMENT, "Action": "lambda:InvokeFunction", "Principal": "*"}, FUNCTION),
    ("lambda", "remove_permission", _STATEMENT, FUNCTION),
    ("lambda", "create_function_url_config", {"FunctionName": "worker", "AuthType": "NONE"}, FUNCTION),
    ("lambda", "update_function_url_config", {"FunctionName": "worker", "AuthType": "AWS_IAM"}, FUNCTION),
    *(("sns", name, {"TopicArn": TOPIC}, TOPIC) for name in ("list_subscriptions_by_topic", "get_topic_attributes")),
    ("sns", "set_topic_attributes", {"TopicArn": TOPIC, "AttributeName": "Policy", "AttributeValue": DOCUMENT}, TOPIC),
    ("sns", "subscribe", {"TopicArn": TOPIC, "Protocol": "sqs", "Endpoint": TARGET["Arn"]}, TOPIC),
    ("sns", "unsubscribe", {"SubscriptionArn": f"{TOPIC}:{KEY_ID}"}, "*"),
    ("sqs", "get_queue_attributes", {"QueueUrl": "http://queue/{a}/work"}, QUEUE),
    ("sqs", "set_queue_attributes", {"QueueUrl": "http://queue/{a}/work", "Attributes": {"Policy": ""}}, QUEUE),
    ("sqs", "send_message", {"QueueUrl": "http://queue/{a}/work", "MessageBody": "x", "DelaySeconds": 900}, QUEUE),
    *(("kms", name, {"KeyId": KEY_ID}, KEY) for name in (
        "describe_key", "schedule_key_deletion", "cancel_key_deletion", "enable_key", "disable_key", "get_key_policy")),
    ("kms", "put_key_policy", {"KeyId": KEY_ID, "Policy": DOCUMENT}, KEY),
    *(("s3", name, {"Bucket": "bucket-{a}"}, BUCKET) for name in ("get_public_access_block", "delete_public_access_block")),
    ("s3", "put_public_access_block", {"Bucket": "bucket-{a}", "PublicAccessBlockConfiguration": {}}, BUCKET),
    ("s3", "put_object", {"Bucket": "bucket-{a}", "Key": "k", "Body": b"x"}, f"{BUCKET}/k"),
    ("s3", "delete_object", {"Bucket": "bucket-{a}", "Key": "k", "VersionId": "v"}, f"{BUCKET}/k"),
    ("ec2", "modify_snapshot_attribute", {"SnapshotId": SNAPSHOT, "CreateVolumePermission": {"Remove": [{"Group": "all"}]}},
     f"arn:aws:ec2:us-east-1::snapshot/{SNAPSHOT}"),
    ("ec2", "describe_snapshot_attribute", {"SnapshotId": SNAPSHOT, "Attribute": "createVolumePermission"},
     f"arn:aws:ec2:us-east-1::snapshot/{SNAPSHOT}"),
    ("ec2", "modify_image_attribute", {"ImageId": IMAGE, "LaunchPermission": {"Remove": [{"Group": "all"}]}},
     f"arn:aws:ec2:us-east-1::image/{IMAGE}"),
    ("ec2", "describe_image_attribute", {"ImageId": IMAGE, "Attribute": "launchPermission"},
     f"arn:aws:ec2:us-east-1::image/{IMAGE}"),
    *(("ec2", f"{verb}_{kind}_block_public_access{state}", more, "*") for kind, more_of in (
        ("snapshot", {"State": "block-all-sharing"}), ("image", {"ImageBlockPublicAccessState": "block-new-sharing"}))
      for verb, state, more in (("get", "_state", {}), ("enable", "", more_of), ("disable", "", {}))),
    *(("ec2", f"{verb}_security_group_{side}", {"GroupId": GROUP_ID, **_RULES}, SECURITY_GROUP)
      for verb in ("authorize", "revoke") for side in ("ingress", "egress")),
    ("ec2", "describe_security_group_rules", {}, "*"),
    ("rds", "describe_db_snapshot_attributes", {"DBSnapshotIdentifier": "backup"}, DB_SNAPSHOT),
    ("rds", "modify_db_snapshot_attribute", {"DBSnapshotIdentifier": "backup", "AttributeName": "restore"}, DB_SNAPSHOT),
    ("rds", "describe_db_cluster_snapshot_attributes", {"DBClusterSnapshotIdentifier": "backup"}, CLUSTER_SNAPSHOT),
    ("rds", "modify_db_cluster_snapshot_attribute", {"DBClusterSnapshotIdentifier": "backup", "AttributeName": "restore"},
     CLUSTER_SNAPSHOT),
    ("ecr", "get_repository_policy", {"repositoryName": "images"}, REPOSITORY),
    ("ecr", "set_repository_policy", {"repositoryName": "images", "policyText": DOCUMENT}, REPOSITORY),
    ("ecr", "delete_repository_policy", {"repositoryName": "images"}, REPOSITORY),
    *(("secretsmanager", name, {"SecretId": "token"}, SECRET) for name in ("get_resource_policy", "delete_resource_policy")),
    ("secretsmanager", "put_resource_policy", {"SecretId": "token", "ResourcePolicy": DOCUMENT}, SECRET),
    ("ssm", "create_document", {"Name": "runbook", "Content": "{}"}, DOCUMENT_ARN),
    *(("ssm", f"{verb}_document_permission", {"Name": "runbook", "PermissionType": "Share"}, DOCUMENT_ARN)
      for verb in ("describe", "modify")),
    ("ssm", "get_parameter", {"Name": "/mode"}, PARAMETER),
    ("ssm", "put_parameter", {"Name": "/mode", "Value": "act", "Type": "String"}, PARAMETER),
    ("guardduty", "create_detector", {"Enable": True}, "*"),
    ("guardduty", "list_detectors", {}, "*"),
    *(("guardduty", f"{verb}_detector", {"DetectorId": "abc"}, DETECTOR) for verb in ("get", "update", "delete")),
    *(("config", f"{verb}_configuration_recorder", {"ConfigurationRecorderName": "default"}, RECORDER)
      for verb in ("start", "stop")),
    ("config", "describe_configuration_recorder_status", {}, "*"),
    ("accessanalyzer", "create_analyzer", {"analyzerName": "account", "type": "ACCOUNT"}, ANALYZER),
    ("accessanalyzer", "list_analyzers", {}, "*"),
    *(("accessanalyzer", f"{verb}_analyzer", {"analyzerName": "account"}, ANALYZER) for verb in ("get", "delete")),
    ("scheduler", "create_schedule", _WRITTEN, SCHEDULE),
    *(("scheduler", f"{verb}_schedule", {"Name": "once", "GroupName": "reverts"}, SCHEDULE) for verb in ("get", "delete")),
    ("scheduler", "create_schedule_group", {"Name": "reverts"}, SCHEDULES),
]

PERMISSIONS = {
    ("lambda", "invoke"): "lambda:InvokeFunction",
    ("s3", "get_public_access_block"): "s3:GetBucketPublicAccessBlock",
    ("s3", "put_public_access_block"): "s3:PutBucketPublicAccessBlock",
    ("s3", "delete_public_access_block"): "s3:PutBucketPublicAccessBlock",
    ("s3", "delete_object"): "s3:DeleteObjectVersion",
}
# What the call needs beside it.
BESIDE = {("scheduler", "create_schedule"): {"Action": "iam:PassRole", "Resource": TARGET["RoleArn"]}}
PREFIXES = {"accessanalyzer": "access-analyzer"}
