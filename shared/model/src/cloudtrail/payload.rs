//! The parts of a record whose shape is the service's own: request parameters, response elements and the like.
//!
//! CloudTrail writes an object or null; re-encodings write `"null"`, `""`, the object as JSON text, or
//! one dotted top-level key for each of its members.

use super::lookup::member;
use serde_json::{Map, Value};

/// How a record holds one payload.
#[derive(Clone)]
pub(super) enum Payload {
    /// Missing, null, `""` or `"null"`.
    Absent,
    /// As a value that can be used where it is.
    InPlace,
    /// As JSON text or as flattened keys; this is the object that they stand for.
    Rebuilt(Value),
}

impl Payload {
    /// Finds out how `raw` holds the payload called `key`.
    pub(super) fn find(raw: &Value, key: &str) -> Self {
        match member(raw, key) {
            None => gather_flattened(raw, key).map_or(Self::Absent, Self::Rebuilt),
            Some(Value::Null) => Self::Absent,
            Some(Value::String(text)) => Self::from_text(text.trim()),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => Self::InPlace,
        }
    }

    fn from_text(text: &str) -> Self {
        if text.is_empty() || text == "null" {
            return Self::Absent;
        }
        serde_json::from_str::<Map<String, Value>>(text)
            .map_or(Self::InPlace, |object| Self::Rebuilt(Value::Object(object)))
    }

    /// Returns the payload; `raw` and `key` are those it was found with.
    pub(super) fn value<'a>(&'a self, raw: &'a Value, key: &str) -> Option<&'a Value> {
        match self {
            Self::Absent => None,
            Self::InPlace => member(raw, key),
            Self::Rebuilt(value) => Some(value),
        }
    }
}

/// Gathers `requestParameters.bucketName`, … into one object; deeper levels stay dotted.
fn gather_flattened(raw: &Value, key: &str) -> Option<Value> {
    let gathered: Map<String, Value> = raw
        .as_object()?
        .iter()
        .filter_map(|(name, value)| {
            let (head, rest) = name.split_once('.')?;
            head.eq_ignore_ascii_case(key).then(|| (rest.to_owned(), value.clone()))
        })
        .collect();
    (!gathered.is_empty()).then_some(Value::Object(gathered))
}
