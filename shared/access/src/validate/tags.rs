//! Denies by a tag of the resource that never deny some of their actions, since these do not know the tag.

use super::Issues;
use crate::condition::{Condition, Kind};
use crate::glob::Glob;
use crate::policy::{Effect, Selection, Statement};
use trailreflex_actions::{Action, Service};

/// How the key of a tag begins; what follows is free.
const TAG: &str = "aws:resourcetag/";
/// How many services are named; the others are counted.
const NAMED: usize = 12;

pub(super) fn check(statement: &Statement, path: &str, issues: &mut Issues) {
    if statement.effect == Effect::Allow {
        return;
    }
    let Some(condition) = statement.conditions.iter().find(|condition| needs_a_tag(condition)) else {
        return;
    };
    let services: Vec<&str> = Service::all()
        .filter(|service| {
            service
                .actions()
                .any(|action| !knows_tags(action) && selects(&statement.actions, &action.to_string()))
        })
        .map(Service::prefix)
        .collect();
    if services.is_empty() {
        return;
    }
    let code = match statement.actions {
        Selection::AllBut(_) => "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        Selection::These(_) | Selection::Unstated => "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    };
    let mut named = services.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    if let Some(others) = services.len().checked_sub(NAMED).filter(|others| *others > 0) {
        named.push_str(&format!(" and {others} others"));
    }
    let path = format!("{path}.Condition.{}.{}", condition.operator, condition.key);
    let what = format!(
        "some actions of {named} do not know `{}` and are not denied; deny them without it, by their resources",
        condition.key
    );
    issues.warning(code, path, what);
}

fn selects(actions: &Selection, action: &str) -> bool {
    let matches = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(action));
    match actions {
        Selection::These(globs) => matches(globs),
        Selection::AllBut(globs) => !matches(globs),
        Selection::Unstated => false,
    }
}

/// A condition that does not hold if the request says nothing of the resource's tags.
fn needs_a_tag(condition: &Condition) -> bool {
    condition.key.starts_with(TAG) && condition.kind != Kind::Unrecognised && !condition.holds_if_missing()
}

fn knows_tags(action: Action) -> bool {
    let is_tag = |key: &str| key.get(..TAG.len()).is_some_and(|start| start.eq_ignore_ascii_case(TAG));
    action.condition_keys().any(is_tag)
        || action.resource_types().any(|kind| kind.condition_keys().any(is_tag))
}
