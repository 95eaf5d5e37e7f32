//! The EventBridge event that carries a record, another service's report or a finding to a function.

use super::detail_kind::DetailKind;
use super::lookup::type_name;
use crate::text_id::text_id;
use crate::{AccountId, InvalidId, Region, shown};
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use serde_json::{Map, Value};
use std::str::FromStr;

text_id! {
    /// The id of an EventBridge event, which is not the id of the record in it: 1 to 64 letters, digits and hyphens.
    EnvelopeId, "an EventBridge event id: at most 64 letters, digits and hyphens", |text| {
        (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}

/// An EventBridge event. What this type does not know is kept in `other`.
///
/// Source: EventBridge User Guide, "Event structure".
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The version of the structure: `0`.
    pub version: Option<String>,
    /// The event's id; a replay or a repeated delivery has the same.
    pub id: EnvelopeId,
    /// What kind of detail the event carries.
    pub kind: DetailKind,
    /// Who sent it: `aws.iam`, `aws.s3`, …
    pub source: String,
    /// The account that the event came from.
    pub account: AccountId,
    /// The Region that the event came from.
    pub region: Region,
    /// When it happened.
    pub time: jiff::Timestamp,
    /// ARNs of what it concerns; empty for most CloudTrail events.
    pub resources: Vec<String>,
    /// The archive replay that delivered it again, if one did.
    pub replay_name: Option<String>,
    /// The record or finding.
    pub detail: Value,
    /// All members that are not named here.
    pub other: Map<String, Value>,
}

/// Why a value is not an EventBridge event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEnvelope {
    /// It is not a JSON object.
    #[error("an EventBridge event must be a JSON object, found {found}")]
    NotAnObject {
        /// The JSON type that was found.
        found: &'static str,
    },
    /// A member that every EventBridge event has is missing, null or empty.
    #[error("not an EventBridge event: `{field}` is missing, expected {expected}")]
    Missing {
        /// The member.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A member has another JSON type.
    #[error("not an EventBridge event: `{field}` must be {expected}, found {found}")]
    WrongType {
        /// The member.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// The JSON type that was found.
        found: &'static str,
    },
    /// The id, account or Region is not well formed.
    #[error("not an EventBridge event: `{field}` is malformed")]
    MalformedId {
        /// The member.
        field: &'static str,
        /// What is wrong with it.
        #[source]
        cause: InvalidId,
    },
    /// The time cannot be read.
    #[error("not an EventBridge event: `time` is `{found}`, expected one such as 2026-01-31T09:30:00Z")]
    MalformedTime {
        /// The text, at most 80 characters of it.
        found: String,
    },
    /// The event cannot be read for a reason not foreseen here.
    #[error("not an EventBridge event: expected its documented structure, but: {cause}")]
    Unreadable {
        /// The reason, at most 80 characters of it.
        cause: String,
    },
}

impl Envelope {
    /// Reads an EventBridge event.
    ///
    /// # Errors
    /// [`NotAnEnvelope`] if a member that every event has is missing or malformed. What `detail` holds is not looked at.
    pub fn parse(value: Value) -> Result<Self, NotAnEnvelope> {
        check(&value)?;
        let event: EventBridgeEvent<Value> = serde_json::from_value(value)
            .map_err(|error| NotAnEnvelope::Unreadable { cause: shown(&error.to_string()) })?;
        let mut other = event.other;
        let replay_name = match other.get("replay-name") {
            Some(Value::String(name)) => Some(name.clone()),
            Some(_) | None => None, // of another type: it stays in `other`
        };
        if replay_name.is_some() {
            other.shift_remove("replay-name");
        }
        Ok(Self {
            version: event.version,
            id: id("id", event.id)?,
            kind: DetailKind::from(event.detail_type.as_str()),
            source: event.source,
            account: id("account", event.account)?,
            region: id("region", event.region)?,
            time: event
                .time
                .and_then(|time| {
                    let nanosecond = i32::try_from(time.timestamp_subsec_nanos()).ok()?;
                    jiff::Timestamp::new(time.timestamp(), nanosecond).ok()
                })
                .ok_or(NotAnEnvelope::Missing { field: "time", expected: "a time" })?,
            resources: event.resources.unwrap_or_default(),
            replay_name,
            detail: event.detail,
            other,
        })
    }
}

/// The members that every event has, and what each should be.
const TEXTS: [(&str, &str); 6] = [
    ("id", "the event's id"),
    ("detail-type", "a text such as AWS API Call via CloudTrail"),
    ("source", "a text such as aws.iam"),
    ("account", "12 digits"),
    ("region", "a Region's code, such as us-east-1"),
    ("time", "a time such as 2026-01-31T09:30:00Z"),
];

/// Names what is wrong before the generic reader would, whose messages repeat the input.
fn check(value: &Value) -> Result<(), NotAnEnvelope> {
    let event = value.as_object().ok_or(NotAnEnvelope::NotAnObject { found: type_name(value) })?;
    for (field, expected) in TEXTS {
        match event.get(field) {
            None | Some(Value::Null) => return Err(NotAnEnvelope::Missing { field, expected }),
            Some(Value::String(text)) if text.is_empty() => {
                return Err(NotAnEnvelope::Missing { field, expected });
            }
            Some(Value::String(_)) => {}
            Some(found) => return Err(NotAnEnvelope::WrongType { field, expected, found: type_name(found) }),
        }
    }
    if let Some(text) = event.get("time").and_then(Value::as_str)
        && text.parse::<jiff::Timestamp>().is_err()
    {
        return Err(NotAnEnvelope::MalformedTime { found: shown(text) });
    }
    if !event.contains_key("detail") {
        return Err(NotAnEnvelope::Missing { field: "detail", expected: "what the event carries" });
    }
    if let Some(found) = event.get("version").filter(|version| !version.is_string() && !version.is_null()) {
        return Err(NotAnEnvelope::WrongType {
            field: "version",
            expected: "a text",
            found: type_name(found),
        });
    }
    check_resources(event.get("resources"))
}

fn check_resources(resources: Option<&Value>) -> Result<(), NotAnEnvelope> {
    let (field, expected) = ("resources", "an array of texts");
    match resources {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Array(items)) => items
            .iter()
            .find(|item| !item.is_string())
            .map_or(Ok(()), |item| Err(NotAnEnvelope::WrongType { field, expected, found: type_name(item) })),
        Some(found) => Err(NotAnEnvelope::WrongType { field, expected, found: type_name(found) }),
    }
}

fn id<T: FromStr<Err = InvalidId>>(field: &'static str, text: Option<String>) -> Result<T, NotAnEnvelope> {
    text.unwrap_or_default().parse().map_err(|cause| NotAnEnvelope::MalformedId { field, cause })
}
