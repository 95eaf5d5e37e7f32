//! What a message on the queue is: an event of the findings bus, or an alarm by way of SNS.

use crate::about_alarm::Alarm;
use serde::Deserialize;
use serde_json::Value;
use trailreflex_activity::{DETAIL_TYPE_REVIEW, Summary};
use trailreflex_model::{DETAIL_TYPE_FINDING, Finding, shown};
use trailreflex_response::{DETAIL_TYPE_LEFT_BEHIND, DETAIL_TYPE_OUTCOME, LeftBehind, Outcome};

/// What a message is.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A finding.
    Finding(Box<Finding>),
    /// An outcome.
    Outcome(Box<Outcome>),
    /// What an actor has left behind.
    LeftBehind(Box<LeftBehind>),
    /// What a review of activity has found.
    Review(Box<Summary>),
    /// A change of an alarm's state.
    Alarm(Box<Alarm>),
}

/// A message that no attempt makes usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It is not JSON.
    #[error("NotJson: {0}")]
    NotJson(String),
    /// It is JSON, but neither an event of the findings bus nor an alarm.
    #[error("UnknownMessage: neither a finding, nor an outcome, nor an alarm by way of SNS: {0}")]
    Unknown(String),
    /// It says what it is, but lacks what that must have.
    #[error("Malformed {what}: {problem}")]
    Malformed {
        /// What it says it is.
        what: &'static str,
        /// What is wrong.
        problem: String,
    },
}

/// Reads a message. SNS may hand the alarm over as it is or in an envelope of its own.
///
/// # Errors
/// [`Unusable`].
pub fn read(body: &str) -> Result<Message, Unusable> {
    let value: Value = serde_json::from_str(body).map_err(|error| Unusable::NotJson(error.to_string()))?;
    if let (Some("Notification"), Some(inner)) = (text(&value, "Type"), text(&value, "Message")) {
        let value = serde_json::from_str(inner).map_err(|error| Unusable::NotJson(error.to_string()))?;
        return alarm(value);
    }
    match text(&value, "detail-type") {
        Some(DETAIL_TYPE_FINDING) => part(&value, "finding").map(Message::Finding),
        Some(DETAIL_TYPE_OUTCOME) => part(&value, "outcome").map(Message::Outcome),
        Some(DETAIL_TYPE_LEFT_BEHIND) => part(&value, "leftBehind").map(Message::LeftBehind),
        Some(DETAIL_TYPE_REVIEW) => part(&value, "review").map(Message::Review),
        Some(other) => Err(Unusable::Unknown(shown(other))),
        None => alarm(value),
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

fn part<'v, T: Deserialize<'v>>(value: &'v Value, what: &'static str) -> Result<Box<T>, Unusable> {
    let detail = value.get("detail").unwrap_or(&Value::Null);
    T::deserialize(detail)
        .map(Box::new)
        .map_err(|error| Unusable::Malformed { what, problem: error.to_string() })
}

fn alarm(value: Value) -> Result<Message, Unusable> {
    if value.get("AlarmName").is_none() {
        return Err(Unusable::Unknown(shown(&value.to_string())));
    }
    let alarm = serde_json::from_value(value)
        .map_err(|error| Unusable::Malformed { what: "alarm", problem: error.to_string() })?;
    Ok(Message::Alarm(alarm))
}
