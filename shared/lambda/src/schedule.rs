//! What a rule with a schedule sends.

use serde_json::Value;

/// Whether a payload is what EventBridge sends on a schedule.
#[must_use]
pub fn is_scheduled(payload: &Value) -> bool {
    let is = |field: &str, text: &str| payload.get(field).and_then(Value::as_str) == Some(text);
    is("detail-type", "Scheduled Event") && is("source", "aws.events")
}
