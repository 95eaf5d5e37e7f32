//! Which rules are about CloudTrail.
//!
//! Product `aws` with service `cloudtrail` is evaluated, and so is one of the two alone: many rules leave the
//! service out, and only AWS has a CloudTrail. Everything else is about records that never come here, and a
//! rule that silently never matches is worse than one that is refused.

use serde_json::{Map, Value};

use crate::reject::Reason;

/// Accepts the log source of a rule or filter.
pub(crate) fn check(map: &Map<String, Value>) -> Result<(), Reason> {
    let source = match map.get("logsource") {
        Some(Value::Object(source)) => source,
        None | Some(Value::Null) => return Err(Reason::Missing("logsource")),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return Err(Reason::WrongType { key: "logsource".to_owned(), expected: "a map" });
        }
    };
    let parts = ["product", "service", "category"].map(|key| source.get(key).and_then(Value::as_str));
    let is = |part: Option<&str>, wanted: &str| part.is_some_and(|part| part.eq_ignore_ascii_case(wanted));
    let ours = match parts {
        [None, None, None] => return Err(Reason::Missing("logsource")),
        [product, None, None] => is(product, "aws"),
        [None, service, None] => is(service, "cloudtrail"),
        [product, service, None] => is(product, "aws") && is(service, "cloudtrail"),
        [_, _, Some(_)] => false,
    };
    if ours {
        return Ok(());
    }
    let named = ["product", "service", "category"].into_iter().zip(parts);
    let named: Vec<String> = named.filter_map(|(key, part)| Some(format!("{key}: {}", part?))).collect();
    Err(Reason::OtherLogSource(named.join(", ")))
}
