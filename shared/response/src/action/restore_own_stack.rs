//! `enable_rule` and `restore_concurrency` set what belongs to the responder's own stack to work again: event rules on the
//! default bus that were disabled, functions whose reserved concurrency was set to 0. Undo sets them back.
//!
//! Hazards: an owner who pauses Trailreflex in this way is answered; `Mode` and a deployment are the ways to pause it.
//! Whoever stops the function that answers is not answered: the alarm on an event that is not delivered tells.

use super::Proposal;
use crate::{ActionKind, Control, Reason, Setting};
use serde_json::Value;
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(kind: ActionKind, resource: &Resource) -> Vec<Control> {
    let control = match (kind, resource.resource) {
        (ActionKind::EnableRule, ResourceKind::EventRule) => {
            Control::EventRule { rule: resource.name.clone() }
        }
        (ActionKind::RestoreConcurrency, ResourceKind::Function) => {
            // A name and the ARN of the same function are one control.
            let name = resource.name.as_str().rsplit(':').next().unwrap_or_default();
            let Ok(function) = name.parse() else { return Vec::new() };
            Control::FunctionConcurrency { function }
        }
        _ => return Vec::new(),
    };
    vec![control]
}

/// Enables a rule in the state that its pattern needs: `ENABLED` leaves read-only management events out.
pub(super) fn enable(current: &Setting) -> Proposal {
    let Setting::Document(rule) = current else { return Proposal::Refuse(Reason::NotDisabled) };
    // The finding may be about another pattern or other targets: that must not be reported as contained.
    if rule.get("State").and_then(Value::as_str) != Some("DISABLED") {
        return Proposal::Refuse(Reason::NotDisabled);
    }
    let mut enabled = rule.clone();
    if let Some(state) = enabled.get_mut("State") {
        *state = state_for(rule.get("EventPattern").and_then(Value::as_str).unwrap_or_default()).into();
    }
    Proposal::Set(Setting::Document(enabled))
}

/// Removes a limit of 0; another limit is its owner's.
pub(super) fn unlimit(current: &Setting) -> Proposal {
    if *current == Setting::word("0") { Proposal::Set(Setting::Absent) } else { Proposal::InForce }
}

fn state_for(pattern: &str) -> &'static str {
    let pattern: Value = serde_json::from_str(pattern).unwrap_or_default();
    let kinds = pattern.get("detail-type").and_then(Value::as_array);
    let is_call = |kind: &Value| {
        let text = kind.as_str().or_else(|| kind.get("suffix")?.as_str()).unwrap_or_default();
        text.ends_with(" via CloudTrail") && text != "AWS Insight via CloudTrail"
    };
    if kinds.is_some_and(|kinds| kinds.iter().any(is_call)) {
        "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    } else {
        "ENABLED"
    }
}
