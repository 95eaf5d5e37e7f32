//! What tables and CSV show of a record.

use crate::terminal::safe_json;
use serde_json::Value;
use trailreflex_model::cloudtrail::{CallOutcome, Record};

/// The headings of [`cells`] in CSV.
pub(crate) const HEADINGS: [&str; 12] = [
    "time",
    "eventID",
    "eventSource",
    "eventName",
    "outcome",
    "account",
    "region",
    "caller",
    "accessKeyId",
    "sourceIPAddress",
    "userAgent",
    "requestParameters",
];

/// Returns a record's values in the order of the headings. The outcome of a call that succeeded is empty.
pub(crate) fn cells(record: &Record) -> [String; 12] {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let outcome = match record.outcome() {
        CallOutcome::Succeeded => "",
        CallOutcome::Denied { code } | CallOutcome::Failed { code } => code,
        CallOutcome::WouldHaveSucceeded => "DryRunOperation",
    };
    let parameters = record.request_parameters().filter(|value| !value.is_null());
    [
        record.event_time().map(|time| time.to_string()).unwrap_or_default(),
        text(record.field("eventID").and_then(Value::as_str)),
        text(record.event_source()),
        text(record.event_name()),
        outcome.to_owned(),
        record.recipient_account().map(ToString::to_string).unwrap_or_default(),
        record.region().map(ToString::to_string).unwrap_or_default(),
        record.identity().display(),
        record.identity().access_key_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        text(record.source_ip_address()),
        text(record.user_agent()),
        parameters.map(|value| safe_json(&value.to_string()).into_owned()).unwrap_or_default(),
    ]
}
