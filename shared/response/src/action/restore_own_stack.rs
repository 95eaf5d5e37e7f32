//! `enable_rule`, `restore_targets`, `restore_subscriptions` and `restore_concurrency` set what belongs to the responder's
//! own stack to work again: event rules that were disabled, rules whose targets were removed or replaced, topics from which
//! a subscription was removed, functions whose reserved concurrency was set to 0. Undo sets them back.
//!
//! What a rule wakes and whom a topic tells is declared by the stack itself in the function's environment, since nothing in
//! the account tells what it was. Targets and subscriptions that others have added stay. Whoever is told by e-mail has to
//! confirm it again, and until then there is nothing that an undo could take back.
//!
//! Hazards: an owner who pauses Trailreflex in this way is answered; `Mode` and a deployment are the ways to pause it.
//! Two functions answer: `restore-logging`, and its stand-in for what wakes `restore-logging`. Whoever stops both within the
//! seconds that a finding takes is not answered: the alarms on what is not delivered and on throttling tell.

use super::Proposal;
use crate::{ActionKind, Control, Declared, Reason, RuleTarget, Setting, rule_and_bus};
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(kind: ActionKind, resource: &Resource) -> Vec<Control> {
    let control = match (kind, resource.resource) {
        (ActionKind::EnableRule, ResourceKind::EventRule) => {
            Control::EventRule { rule: resource.name.clone() }
        }
        (ActionKind::RestoreTargets, ResourceKind::EventRule) => {
            Control::RuleTargets { rule: resource.name.clone() }
        }
        (ActionKind::RestoreSubscriptions, ResourceKind::Topic) => {
            Control::Subscriptions { topic: resource.name.clone() }
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

/// Adds the declared targets that are missing, in the place of others of the same id.
pub(super) fn wake(control: &Control, current: &Setting, declared: &Declared) -> Proposal {
    let (Control::RuleTargets { rule }, Setting::Words(current)) = (control, current) else {
        return Proposal::Refuse(Reason::NothingApplies);
    };
    let name = rule_and_bus(rule).0.strip_prefix(&declared.own_prefix).unwrap_or_default();
    let Some(wanted) = declared.own_targets.of(name) else {
        return Proposal::Refuse(Reason::NoTargetsDeclared);
    };
    // The finding may be about a target that was added: that must not be reported as contained.
    if wanted.is_subset(current) {
        return Proposal::Refuse(Reason::TargetsStand);
    }
    let read = |lines: &BTreeSet<String>| -> Option<Vec<RuleTarget>> {
        lines.iter().map(|line| RuleTarget::from_line(line)).collect()
    };
    let (Some(standing), Some(missing)) = (read(current), read(&wanted)) else {
        return Proposal::Refuse(Reason::NotReproducible);
    };
    let (replaced, kept): (Vec<_>, Vec<_>) =
        standing.into_iter().partition(|target| missing.iter().any(|one| one.id == target.id));
    if replaced.iter().any(|target| target.has_more) {
        return Proposal::Refuse(Reason::NotReproducible);
    }
    Proposal::Set(Setting::Words(kept.iter().chain(&missing).map(RuleTarget::line).collect()))
}

/// Adds the declared subscriptions that are missing.
pub(super) fn tell(control: &Control, current: &Setting, declared: &Declared) -> Proposal {
    let (Control::Subscriptions { topic }, Setting::Words(current)) = (control, current) else {
        return Proposal::Refuse(Reason::NothingApplies);
    };
    let name = topic.as_str().rsplit(':').next().and_then(|name| name.strip_prefix(&declared.own_prefix));
    match name.and_then(|name| declared.own_targets.subscriptions(name)) {
        None => Proposal::Refuse(Reason::NoTargetsDeclared),
        Some(wanted) if wanted.is_subset(current) => Proposal::Refuse(Reason::TargetsStand),
        Some(wanted) => Proposal::Set(Setting::Words(current.union(wanted).cloned().collect())),
    }
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
