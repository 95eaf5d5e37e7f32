//! Which actions CloudTrail shows as data events, which trails leave out unless they are asked for.
//!
//! Source: CloudTrail User Guide, "Logging data events". Where a service has both kinds and it is not certain which one an
//! action is, it counts as perhaps not shown.

use trailreflex_actions::Action;

/// Services whose data events are these actions and no others.
const THESE: [(&str, &[&str]); 6] = [
    ("lambda", &["InvokeFunction"]),
    ("sns", &["Publish"]),
    ("sqs", &["ChangeMessageVisibility", "DeleteMessage", "ReceiveMessage", "SendMessage"]),
    ("kinesis", &["GetRecords", "GetShardIterator", "PutRecord", "PutRecords", "SubscribeToShard"]),
    (
        "dynamodb",
        &[
            "BatchGetItem",
            "BatchWriteItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "GetRecords",
            "GetShardIterator",
            "PartiQLDelete",
            "PartiQLInsert",
            "PartiQLSelect",
            "PartiQLUpdate",
            "PutItem",
            "Query",
            "Scan",
            "UpdateItem",
        ],
    ),
    (
        "cloudwatch",
        &["GetMetricData", "GetMetricStatistics", "GetMetricWidgetImage", "ListMetrics", "PutMetricData"],
    ),
];

/// Services some of whose actions are data events.
const SOME: [&str; 33] = [
    "appconfig",
    "apigateway",
    "b2bi",
    "bedrock",
    "bedrock-agentcore",
    "cassandra",
    "cloudfront-keyvaluestore",
    "codewhisperer",
    "cognito-identity",
    "cognito-sync",
    "ebs",
    "execute-api",
    "finspace",
    "geo-maps",
    "geo-places",
    "geo-routes",
    "greengrass",
    "iot",
    "iotsitewise",
    "iottwinmaker",
    "kendra-ranking",
    "kinesisvideo",
    "logs",
    "managedblockchain",
    "medical-imaging",
    "qbusiness",
    "rds-data",
    "sagemaker",
    "servicediscovery",
    "states",
    "swf",
    "timestream",
    "xray",
];

/// Returns whether an action is, or may be, a data event.
pub(crate) fn may_be(action: Action) -> bool {
    let service = action.service();
    if service == "s3" {
        return action.resource_types().any(|kind| kind.name == "object");
    }
    if service.starts_with("s3") {
        return true;
    }
    match THESE.iter().find(|(name, _)| *name == service) {
        Some((_, actions)) => actions.contains(&action.name()),
        None => SOME.contains(&service),
    }
}

/// Returns whether a service has data events.
pub(crate) fn has_some(service: &str) -> bool {
    service.starts_with("s3") || SOME.contains(&service) || THESE.iter().any(|(name, _)| *name == service)
}
