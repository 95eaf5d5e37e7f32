//! Which actions policies grant.

use crate::attached::{Attached, items};
use crate::index;
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_access::{Effect, Glob, Selection, Statement};
use trailreflex_actions::Action;

/// Returns the actions that some Allow names, less those that a Deny takes away whatever the resource and without a
/// condition.
pub(super) fn granted(policies: &[Attached]) -> BTreeSet<Action> {
    let mut granted = BTreeSet::new();
    for (statement, json) in policies.iter().flat_map(|policy| policy.statements(Effect::Allow)) {
        granted.extend(named(statement, &json));
    }
    for (statement, json) in policies.iter().flat_map(|policy| policy.statements(Effect::Deny)) {
        if statement.conditions.is_empty() && json.get("Resource").is_some_and(is_any) {
            named(statement, &json).iter().for_each(|action| {
                granted.remove(action);
            });
        }
    }
    granted
}

fn is_any(resource: &Value) -> bool {
    items(resource).iter().any(|one| one.as_str() == Some("*"))
}

fn named(statement: &Statement, json: &Value) -> BTreeSet<Action> {
    match &statement.actions {
        Selection::Unstated => BTreeSet::new(),
        Selection::These(globs) => these(globs, json.get("Action")),
        Selection::AllBut(globs) => {
            let but = these(globs, json.get("NotAction"));
            Action::all().filter(|action| !but.contains(action)).collect()
        }
    }
}

/// Only actions of the services that a pattern begins with are looked at: there are 22,321 in all.
fn these(globs: &[Glob], texts: Option<&Value>) -> BTreeSet<Action> {
    let mut found = BTreeSet::new();
    for (glob, text) in globs.iter().zip(texts.map(items).unwrap_or_default()) {
        let text = text.as_str().unwrap_or_default();
        if let Some(action) = Action::named(text) {
            found.insert(action);
            continue;
        }
        let matching = |action: &Action| glob.matches(&action.to_string());
        match text.split_once(':') {
            Some((service, "*")) if !service.contains(['*', '?']) => {
                found.extend(index::of_service(&service.to_ascii_lowercase()));
            }
            Some((service, _)) if !service.contains(['*', '?']) => {
                let all = index::of_service(&service.to_ascii_lowercase()).iter().copied();
                found.extend(all.filter(matching));
            }
            _ if text == "*" => found.extend(Action::all()),
            Some(_) | None => found.extend(Action::all().filter(matching)),
        }
    }
    found
}
