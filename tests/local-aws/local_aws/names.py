"""What CloudTrail calls operations, where it differs from the SDK, and which it does not record.

Sources: AWS pages "Logging Lambda API calls using CloudTrail", "Amazon S3 CloudTrail events",
"Receiving read-only management events from AWS services" (EventBridge), and public records.
"""

import re

from local_aws.calls import Call

# Events of these services appear in us-east-1 only, wherever the call was made.
GLOBAL_SERVICES = frozenset({"iam", "organizations", "route53", "cloudfront", "account"})

_LAMBDA_DATES = {
    "20150331": """CreateAlias CreateEventSourceMapping CreateFunction DeleteAlias DeleteEventSourceMapping DeleteFunction
        GetAlias GetEventSourceMapping ListAliases ListEventSourceMappings ListFunctions ListVersionsByFunction
        PublishVersion UpdateAlias UpdateEventSourceMapping""",
    "20150331v2": """AddPermission GetFunction GetFunctionConfiguration GetPolicy RemovePermission UpdateFunctionCode
        UpdateFunctionConfiguration""",
    "20160819": "GetAccountSettings",
    "20170331": "ListTags",
    "20170331v2": "TagResource UntagResource",
    "20171031": "DeleteFunctionConcurrency PutFunctionConcurrency",
    "20181031": """AddLayerVersionPermission DeleteLayerVersion GetLayerVersion GetLayerVersionPolicy ListLayers
        ListLayerVersions PublishLayerVersion RemoveLayerVersionPermission""",
}
_S3_NAMES = {
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}
_EVENT_NAMES = {("s3", name): event for name, event in _S3_NAMES.items()} | {
    ("lambda", name): name + date for date, names in _LAMBDA_DATES.items() for name in names.split()
}

# Data events need a selector on a trail and never reach the event history; the rest is not recorded at all.
_NOT_MANAGEMENT = {
    "cloudwatch": "PutMetricData GetMetricData GetMetricStatistics GetMetricWidgetImage ListMetrics",
    "cloudtrail": "PutAuditEvents",
    "dynamodb": """BatchExecuteStatement BatchGetItem BatchWriteItem DeleteItem ExecuteStatement ExecuteTransaction GetItem
        PutItem Query Scan TransactGetItems TransactWriteItems UpdateItem""",
    "dynamodbstreams": "GetRecords GetShardIterator",
    "events": "PutEvents",
    "kinesis": "GetRecords GetShardIterator PutRecord PutRecords SubscribeToShard",
    "lambda": "Invoke InvokeAsync InvokeWithResponseStream",
    "logs": "PutLogEvents",
    "s3": "HeadBucket ListMultipartUploads ListObjects ListObjectsV2 ListObjectVersions DeleteObjects",
    "sns": "Publish PublishBatch",
    "sqs": """ChangeMessageVisibility ChangeMessageVisibilityBatch DeleteMessage DeleteMessageBatch ReceiveMessage
        SendMessage SendMessageBatch""",
}
_NOT_RECORDED = {(service, name) for service, names in _NOT_MANAGEMENT.items() for name in names.split()}

_READ_ONLY = re.compile(
    r"^(Get|List|Describe|Head|Lookup|BatchGet|BatchDescribe|Search|Simulate|Query|Scan|Validate|Test|Filter|Estimate|"
    r"GenerateCredentialReport|GenerateServiceLastAccessedDetails)"
)
_READ_ONLY_NAMES = {
    "kms": "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext GenerateMac GenerateRandom Sign Verify VerifyMac",
    "logs": "StartQuery StartLiveTail",
    "sts": "AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity DecodeAuthorizationMessage",
}
_READ_ONLY_PAIRS = {(service, name) for service, names in _READ_ONLY_NAMES.items() for name in names.split()}

# EventBridge goes by the first word of the name, and says that these two count as changes.
_HELD_BACK = re.compile(r"^(Get|List|Describe)")
_NOT_HELD_BACK = frozenset({"GetFederationToken", "GetSessionToken"})


def event_name(call: Call) -> str:
    return _EVENT_NAMES.get((call.service, call.operation.name), call.operation.name)


# Where it is not the first part of the service's host name.
_EVENT_SOURCES = {"dynamodbstreams": "dynamodb", "ecr": "ecr", "ses": "ses", "sesv2": "ses"}


def event_source(call: Call) -> str:
    name = _EVENT_SOURCES.get(call.service, call.operation.service_model.endpoint_prefix)
    return f"{name}.amazonaws.com"


def is_management_event(call: Call) -> bool:
    if call.service == "s3" and "{Key+}" in call.operation.http.get("requestUri", ""):
        return False
    return (call.service, call.operation.name) not in _NOT_RECORDED


def is_read_only(call: Call) -> bool:
    return bool(_READ_ONLY.match(call.operation.name)) or (call.service, call.operation.name) in _READ_ONLY_PAIRS


def needs_a_rule_for_all_events(name: str) -> bool:
    """Says if EventBridge shows a record only to rules in state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS."""
    return bool(_HELD_BACK.match(name)) and name not in _NOT_HELD_BACK
