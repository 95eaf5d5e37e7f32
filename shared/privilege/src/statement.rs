//! Statements of a policy in the making.

mod wildcards;

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One thing that a policy is to allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) action: String,
    pub(crate) resources: BTreeSet<String>,
    pub(crate) condition: Option<Value>,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Draft {
    /// Allows these actions, each on each of these resources.
    Allow { actions: BTreeSet<String>, resources: BTreeSet<String>, condition: Option<Value> },
    /// As it stood in a policy.
    Verbatim(Value),
}

impl Draft {
    pub(crate) fn json(&self) -> Value {
        let (actions, resources, condition) = match self {
            Self::Allow { actions, resources, condition } => (actions, resources, condition),
            Self::Verbatim(statement) => return statement.clone(),
        };
        let mut statement = Map::from_iter([
            ("Effect".to_owned(), json!("Allow")),
            ("Action".to_owned(), one_or_more(actions)),
            ("Resource".to_owned(), one_or_more(resources)),
        ]);
        if let Some(condition) = condition {
            statement.insert("Condition".to_owned(), condition.clone());
        }
        Value::Object(statement)
    }

    /// Divides a statement in two that together allow the same; `None` if there is nothing to divide.
    pub(crate) fn halves(&self) -> Option<[Self; 2]> {
        let Self::Allow { actions, resources, condition } = self else { return None };
        let allow = |actions: &BTreeSet<String>, resources: &BTreeSet<String>| Self::Allow {
            actions: actions.clone(),
            resources: resources.clone(),
            condition: condition.clone(),
        };
        if actions.len() > 1 && (actions.len() >= resources.len()) {
            return Some(half(actions).map(|actions| allow(&actions, resources)));
        }
        (resources.len() > 1).then(|| half(resources).map(|resources| allow(actions, &resources)))
    }

    /// Writes actions that only list and read with wildcards, where that allows the same.
    pub(crate) fn with_wildcards(self) -> Self {
        match self {
            Self::Allow { actions, resources, condition } => {
                Self::Allow { actions: wildcards::shortened(&actions), resources, condition }
            }
            Self::Verbatim(_) => self,
        }
    }
}

fn half(all: &BTreeSet<String>) -> [BTreeSet<String>; 2] {
    let middle = all.len() / 2;
    [all.iter().take(middle).cloned().collect(), all.iter().skip(middle).cloned().collect()]
}

fn one_or_more(texts: &BTreeSet<String>) -> Value {
    match texts.first() {
        Some(only) if texts.len() == 1 => json!(only),
        Some(_) | None => json!(texts),
    }
}

/// Resources or actions under a condition.
type Conditioned = (Option<Value>, BTreeSet<String>);

/// Makes statements of grants: actions that are granted on the same resources under the same condition are one statement. No
/// action gets a resource that it was not granted.
pub(crate) fn merged(grants: impl IntoIterator<Item = Grant>) -> Vec<Draft> {
    let mut by_action: BTreeMap<(String, String), Conditioned> = BTreeMap::new();
    for grant in grants.into_iter().filter(|grant| !grant.resources.is_empty()) {
        let condition = grant.condition.as_ref().map(Value::to_string).unwrap_or_default();
        let entry = by_action.entry((condition, grant.action)).or_insert((grant.condition, BTreeSet::new()));
        entry.1.extend(grant.resources);
    }
    let direct: BTreeMap<String, BTreeSet<String>> = by_action
        .iter()
        .filter(|((condition, _), _)| condition.is_empty())
        .map(|((_, action), (_, resources))| (action.clone(), resources.clone()))
        .collect();
    let mut by_resources: BTreeMap<(String, BTreeSet<String>), Conditioned> = BTreeMap::new();
    for ((text, action), (condition, resources)) in by_action {
        let mut resources = resources;
        // What is allowed without a condition need not be allowed with one.
        if let Some(direct) = direct.get(&action).filter(|_| !text.is_empty()) {
            resources.retain(|resource| !direct.iter().any(|wide| is_within(resource, wide)));
        }
        let resources = tidy(&resources);
        if resources.is_empty() {
            continue;
        }
        let entry = by_resources.entry((text, resources)).or_insert((condition, BTreeSet::new()));
        entry.1.insert(action);
    }
    let drafts = by_resources.into_iter().map(|((_, resources), (condition, actions))| Draft::Allow {
        actions,
        resources,
        condition,
    });
    let mut drafts: Vec<Draft> = drafts.collect();
    drafts.sort_by_cached_key(|draft| {
        (matches!(draft, Draft::Allow { condition: Some(_), .. }), draft.json().to_string())
    });
    drafts
}

/// Leaves out what another one covers.
pub(crate) fn tidy(resources: &BTreeSet<String>) -> BTreeSet<String> {
    let all: Vec<&String> = resources.iter().collect();
    let is_needed = |one: &&String| !all.iter().any(|wide| wide != one && is_within(one, wide));
    resources.iter().filter(is_needed).cloned().collect()
}

/// Whether a pattern is covered by one that is a literal text with `*` at its end, the same pattern, or `*`.
fn is_within(pattern: &str, wide: &str) -> bool {
    pattern == wide
        || wide
            .strip_suffix('*')
            .is_some_and(|start| !start.contains(['*', '?', '$']) && pattern.starts_with(start))
}
