//! A record as it stands in log files, in the envelope in which EventBridge would deliver it.

use serde_json::{Value, json};
use trailreflex_model::cloudtrail::DetailKind;

/// Puts a record into its envelope; anything else stays as it is.
pub(super) fn enveloped(value: Value) -> Value {
    let text = |field: &str| value.get(field).and_then(Value::as_str);
    let (None, Some(source)) = (text("detail-type"), text("eventSource")) else { return value };
    // Source: CloudTrail User Guide, "CloudTrail record contents", eventType.
    let kind = match text("eventType") {
        Some("AwsConsoleSignIn") => DetailKind::ConsoleSignIn,
        Some("AwsConsoleAction") => DetailKind::ConsoleAction,
        Some("AwsServiceEvent") => DetailKind::ServiceEvent,
        Some("AwsCloudTrailInsight") => DetailKind::InsightEvent,
        Some(_) | None => DetailKind::ApiCall,
    };
    json!({
        "version": "0", "id": text("eventID"), "detail-type": kind.as_str(),
        "source": format!("aws.{}", source.split('.').next().unwrap_or_default()),
        "account": text("recipientAccountId"), "time": text("eventTime"), "region": text("awsRegion"),
        "resources": [], "detail": value,
    })
}
