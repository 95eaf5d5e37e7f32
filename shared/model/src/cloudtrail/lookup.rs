//! How a key is looked up: as CloudTrail spells it, else as pipelines respell it.
//!
//! Athena and Security Lake exports lower all keys (`awsregion`); others flatten nested keys into dotted ones.

use serde_json::Value;

/// Returns the member called `key`, in any ASCII case if none is spelt exactly so.
pub(super) fn member<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members
        .get(key)
        .or_else(|| members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, member)| member))
}

/// Returns the member spelt exactly `key`: inside payloads, case is the service's own (`policyArn`, `Name`).
pub(super) fn exact_member<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.as_object()?.get(key)
}

/// Follows a dotted path with `find`; at every level the rest of the path may be one flattened key.
pub(super) fn at_path<'a>(
    value: &'a Value,
    path: &str,
    find: for<'v> fn(&'v Value, &str) -> Option<&'v Value>,
) -> Option<&'a Value> {
    let (mut value, mut rest) = (value, path);
    loop {
        if let Some(found) = find(value, rest) {
            return Some(found);
        }
        let (head, tail) = rest.split_once('.')?;
        value = find(value, head)?;
        rest = tail;
    }
}

/// Returns the text at a dotted path; an empty text is absent, as CloudTrail writes it for "none".
pub(super) fn text_at<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at_path(value, path, member)?.as_str().filter(|text| !text.is_empty())
}

/// Reads a truth value at a dotted path: a boolean, or the texts that real records hold instead.
pub(super) fn flag_at(value: &Value, path: &str) -> Option<bool> {
    match at_path(value, path, member)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => flag_from(text),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn flag_from(text: &str) -> Option<bool> {
    let is_one_of = |words: [&str; 2]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(["true", "yes"]) {
        Some(true)
    } else if is_one_of(["false", "no"]) {
        Some(false)
    } else {
        None
    }
}

/// Names the JSON type of a value, for messages.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
