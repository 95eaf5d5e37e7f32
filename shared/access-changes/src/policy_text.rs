//! A policy as services put it into records: a JSON object, its text, or that text once more encoded.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// What stands where a policy should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A policy's text, which may still be none.
    Policy(String),
    /// Nothing: an empty text takes a policy away.
    Nothing,
    /// A word in place of it.
    Hidden,
    /// Neither text nor object.
    SomethingElse,
}

/// Words that services write in place of what they hide.
const HIDDEN: [&str; 4] = ["HIDDEN_DUE_TO_SECURITY_REASONS", "<sensitiveDataRemoved>", "redacted", "***"];

/// Reads what stands where a policy should.
pub(crate) fn read(value: &Value) -> Found {
    match value {
        Value::Object(object) if object.is_empty() => Found::SomethingElse,
        Value::Object(_) => Found::Policy(value.to_string()),
        Value::String(text) => of_text(text.trim()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Found::SomethingElse,
    }
}

/// Reads a text that should be a policy's.
pub(crate) fn of_text(text: &str) -> Found {
    if text.is_empty() {
        return Found::Nothing;
    }
    if HIDDEN.iter().any(|word| text.eq_ignore_ascii_case(word)) || text.bytes().all(|sign| sign == b'*') {
        return Found::Hidden;
    }
    // IAM gives policies back in the encoding of URLs (RFC 3986), and some tools send them so.
    let decoded = if text.starts_with("%7B") || text.starts_with("%7b") {
        percent_decode_str(text).decode_utf8_lossy().into_owned()
    } else {
        text.to_owned()
    };
    // JSON text within JSON text.
    let inner = decoded.starts_with('"').then(|| serde_json::from_str::<String>(&decoded).ok()).flatten();
    Found::Policy(inner.unwrap_or(decoded))
}
