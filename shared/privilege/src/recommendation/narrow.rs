//! What of a grant is within old policies. See [`crate::Usage::narrowed`] for why nothing else is granted.

use super::Beyond;
use super::grants::Wanted;
use crate::attached::{Attached, items};
use crate::statement::{Draft, Grant};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use trailreflex_access::{Effect, Glob, Policy, Principals, Selection, Statement};

/// Patterns of resources with what they are written as.
struct Pattern {
    text: String,
    glob: Glob,
}

/// What old policies grant of what is wanted.
#[derive(Debug, Default)]
pub(super) struct Within {
    pub(super) grants: Vec<Grant>,
    /// What can only be said with the `NotResource` of an old statement.
    pub(super) verbatim: Vec<Draft>,
    pub(super) beyond: Option<Beyond>,
}

/// Returns what of a grant old policies grant, and what they do not.
pub(super) fn within(wanted: &Wanted, old: &[Attached]) -> Within {
    let whole = patterns(&wanted.grant.resources);
    let observed = wanted.observed.as_ref().map(patterns);
    let mut found = Within::default();
    for attached in old {
        for (statement, json) in attached.statements(Effect::Allow) {
            if !has_action(statement, &wanted.grant.action) {
                continue;
            }
            let condition = json.get("Condition").filter(|_| !statement.conditions.is_empty());
            let condition = both(wanted.grant.condition.as_ref(), condition);
            let action = wanted.grant.action.clone();
            let (resources, is_open) = granted(statement, &json, &whole, observed.as_deref());
            if is_open {
                found.verbatim.push(open(&action, &json, condition.as_ref()));
            }
            let is_all = statement.conditions.is_empty() && resources == wanted.grant.resources;
            found.grants.push(Grant { action, resources, condition });
            if is_all {
                return found;
            }
        }
    }
    if found.verbatim.is_empty() {
        let resources = beyond(&found.grants, observed.as_deref().unwrap_or(&whole), observed.is_some());
        found.beyond =
            (!resources.is_empty()).then(|| Beyond { action: wanted.grant.action.clone(), resources });
    }
    found
}

/// A statement for one action with the resources that an old one leaves open.
fn open(action: &str, old: &Value, condition: Option<&Value>) -> Draft {
    let mut statement = json!({"Effect": "Allow", "Action": action, "NotResource": old.get("NotResource")});
    if let (Some(condition), Some(members)) = (condition, statement.as_object_mut()) {
        members.insert("Condition".to_owned(), condition.clone());
    }
    Draft::Verbatim(statement)
}

/// Returns the Denies of old policies, which stay as they are.
pub(super) fn kept(old: &[Attached]) -> impl Iterator<Item = Draft> {
    let denies = old.iter().flat_map(|attached| attached.statements(Effect::Deny));
    denies.map(|(_, statement)| Draft::Verbatim(statement))
}

fn has_action(statement: &Statement, action: &str) -> bool {
    statement.principals == Principals::Unstated
        && match &statement.actions {
            Selection::Unstated => false,
            Selection::These(globs) => globs.iter().any(|glob| glob.matches(action)),
            Selection::AllBut(globs) => !globs.iter().any(|glob| glob.matches(action)),
        }
}

/// The resources that a statement grants of those that are wanted, and whether more of them is granted that only its own
/// `NotResource` can say.
fn granted(
    statement: &Statement,
    json: &Value,
    whole: &[Pattern],
    observed: Option<&[Pattern]>,
) -> (BTreeSet<String>, bool) {
    let globs = match &statement.resources {
        Selection::These(globs) => globs,
        Selection::AllBut(globs) => return outside(globs, whole, observed),
        Selection::Unstated => return (BTreeSet::new(), false),
    };
    let covers = |pattern: &Pattern| globs.iter().any(|glob| glob.covers(&pattern.glob));
    let mut found: BTreeSet<String> =
        whole.iter().filter(|pattern| covers(pattern)).map(|pattern| pattern.text.clone()).collect();
    let is_left = |pattern: &&Pattern| !whole.iter().any(|one| covers(one) && one.glob.covers(&pattern.glob));
    let left: Vec<&Pattern> = observed.unwrap_or(whole).iter().filter(is_left).collect();
    let texts = json.get("Resource").map(items).unwrap_or_default();
    for pattern in left {
        if covers(pattern) {
            found.insert(pattern.text.clone());
            continue;
        }
        let shared = globs.iter().zip(texts).filter(|(glob, _)| glob.overlaps(&pattern.glob));
        found.extend(shared.filter_map(|(_, text)| text.as_str().map(str::to_owned)));
    }
    (found, false)
}

/// Of what is wanted, that which has nothing in common with the resources of a `NotResource`, and whether there is more that it
/// may leave open.
fn outside(globs: &[Glob], whole: &[Pattern], observed: Option<&[Pattern]>) -> (BTreeSet<String>, bool) {
    let is_outside = |pattern: &&Pattern| !globs.iter().any(|glob| glob.overlaps(&pattern.glob));
    let is_inside = |pattern: &Pattern| globs.iter().any(|glob| glob.covers(&pattern.glob));
    let text = |pattern: &Pattern| pattern.text.clone();
    if whole.iter().all(|pattern| is_outside(&pattern)) {
        return (whole.iter().map(text).collect(), false);
    }
    let each = observed.unwrap_or(whole);
    let is_open = each.iter().any(|pattern| !is_outside(&pattern) && !is_inside(pattern));
    (each.iter().filter(is_outside).map(text).collect(), is_open)
}

/// What no grant covers. Of what is no longer known one by one, what no grant has anything in common with.
fn beyond(grants: &[Grant], wanted: &[Pattern], is_exact: bool) -> BTreeSet<String> {
    let granted: Vec<Pattern> = grants.iter().flat_map(|grant| patterns(&grant.resources)).collect();
    let is_beyond = |pattern: &&Pattern| {
        !granted.iter().any(|one| {
            let reaches = one.glob.covers(&pattern.glob);
            reaches || ((!is_exact || one.glob.has_variable()) && one.glob.overlaps(&pattern.glob))
        })
    };
    wanted.iter().filter(is_beyond).map(|pattern| pattern.text.clone()).collect()
}

/// Both conditions. Where they speak of the same key, the old one's stands: it is what must not be lost.
fn both(own: Option<&Value>, old: Option<&Value>) -> Option<Value> {
    let (Some(own), Some(old)) = (own, old) else { return own.or(old).cloned() };
    let mut all: Map<String, Value> = own.as_object().cloned().unwrap_or_default();
    for (operator, keys) in old.as_object().into_iter().flatten() {
        match all.get_mut(operator).and_then(Value::as_object_mut) {
            Some(known) => known.extend(keys.as_object().cloned().unwrap_or_default()),
            None => drop(all.insert(operator.clone(), keys.clone())),
        }
    }
    Some(Value::Object(all))
}

/// Reads patterns as a policy would.
fn patterns(texts: &BTreeSet<String>) -> Vec<Pattern> {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": texts}],
    });
    let read = Policy::from_text(&policy.to_string());
    let statement = read.ok().and_then(|policy| policy.statements.into_iter().next());
    let globs = match statement.map(|statement| statement.resources) {
        Some(Selection::These(globs)) => globs,
        Some(Selection::AllBut(_) | Selection::Unstated) | None => Vec::new(),
    };
    texts.iter().cloned().zip(globs).map(|(text, glob)| Pattern { text, glob }).collect()
}
