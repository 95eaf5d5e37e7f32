//! What the EventBridge rules of an account deliver, and what rules lack.

use crate::pattern::EventPattern;
use crate::route::NeededCalls;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_detection::{Pin, Text};

/// A rule of EventBridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedRule {
    /// Its name.
    pub name: String,
    /// `ENABLED`, `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS` or `DISABLED`.
    pub state: String,
    /// Its event pattern as JSON text; none if it has a schedule.
    pub pattern: Option<String>,
}

impl DeployedRule {
    /// Tells whether it delivers every call of `pin`, whoever makes it. In doubt it does not.
    fn delivers(&self, pin: &Pin) -> bool {
        let Some(pattern) = self.pattern.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok())
        else {
            return false;
        };
        let state = match self.state.as_str() {
            "ENABLED" => !may_only_read(pin),
            crate::STATE => true,
            _ => false,
        };
        state && names_cloudtrail(&pattern) && calls(&pattern).is_some_and(|calls| calls.delivers(pin))
    }
}

/// EventBridge leaves out calls that CloudTrail marks as read-only, unless the rule's state asks for them.
fn may_only_read(pin: &Pin) -> bool {
    const READING: [&str; 4] = ["Get", "List", "Describe", "AssumeRole"];
    let Some(Text::Equals(name) | Text::StartsWith(name)) = &pin.name else { return true };
    READING.iter().any(|verb| name.starts_with(verb) || verb.starts_with(name.as_str()))
}

fn names_cloudtrail(pattern: &Value) -> bool {
    const API_CALL: &str = "AWS API Call via CloudTrail";
    let Some(kinds) = pattern.get("detail-type") else { return true };
    kinds.as_array().into_iter().flatten().any(|kind| {
        let with = |key: &str| kind.get(key).and_then(Value::as_str);
        kind == API_CALL
            || with("prefix").is_some_and(|start| API_CALL.starts_with(start))
            || with("suffix").is_some_and(|end| API_CALL.ends_with(end))
    })
}

/// Reads which calls a pattern delivers; nothing if it asks for more than the service and the name of a call.
fn calls(pattern: &Value) -> Option<EventPattern> {
    const UNDERSTOOD: [&str; 2] = ["detail-type", "detail"];
    let fields = pattern.as_object()?;
    if fields.keys().any(|key| !UNDERSTOOD.contains(&key.as_str())) {
        return None;
    }
    let mut calls = EventPattern::default();
    for (field, conditions) in fields.get("detail").and_then(Value::as_object).into_iter().flatten() {
        let texts = match field.as_str() {
            "eventSource" => &mut calls.sources,
            "eventName" => &mut calls.names,
            _ => return None,
        };
        // A condition that is not understood delivers something else; the others deliver what they say.
        texts.extend(conditions.as_array()?.iter().filter_map(text));
        if texts.is_empty() {
            return None;
        }
    }
    Some(calls)
}

fn text(condition: &Value) -> Option<Text> {
    match condition {
        Value::String(text) => Some(Text::Equals(text.clone())),
        Value::Object(operator) => Some(Text::StartsWith(operator.get("prefix")?.as_str()?.to_owned())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

/// Returns the calls that no deployed rule delivers, with the rules that need them.
#[must_use]
pub fn undelivered(needed: &NeededCalls, deployed: &[DeployedRule]) -> BTreeMap<Pin, BTreeSet<String>> {
    let is_missing = |pin: &Pin| !deployed.iter().any(|rule| rule.delivers(pin));
    needed
        .calls
        .iter()
        .filter(|(pin, _)| is_missing(pin))
        .map(|(pin, rules)| (pin.clone(), rules.clone()))
        .collect()
}
