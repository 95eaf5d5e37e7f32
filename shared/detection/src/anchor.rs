//! Texts without which a rule cannot match, by the field that must hold them.
//!
//! They tell apart rules about the same API call: of a hundred rules about `AssumeRole`, those that want a certain
//! role or user agent are looked at only when that text is there.

use std::collections::BTreeSet;

use crate::clause::{Clause, FieldTest};
use crate::condition::Condition;
use crate::detection::Detection;
use crate::pin;

/// Most texts of one demand; a rule with more is not worth telling apart.
const MAX_TEXTS: usize = 64;

/// Most demands kept of one rule.
const MAX_ANCHORS: usize = 32;

/// A field and folded texts of which its values must hold at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) field: String,
    pub(crate) texts: BTreeSet<String>,
}

/// Returns what `detection` demands besides the fields that the index knows; each of it is demanded.
pub(crate) fn anchors(detection: &Detection) -> Vec<Anchor> {
    let mut anchors = of_condition(detection, &detection.condition);
    anchors.retain(|anchor| !pin::is_pinned(&anchor.field) && anchor.texts.len() <= MAX_TEXTS);
    anchors
}

fn of_condition(detection: &Detection, condition: &Condition) -> Vec<Anchor> {
    match condition {
        Condition::Selection(number) => detection
            .selections
            .get(*number)
            .map(|selection| of_clause(&selection.clause))
            .unwrap_or_default(),
        Condition::Not(_) => Vec::new(),
        Condition::All(parts) => all(parts.iter().map(|part| of_condition(detection, part))),
        Condition::Any(parts) => any(parts.iter().map(|part| of_condition(detection, part))),
    }
}

fn of_clause(clause: &Clause) -> Vec<Anchor> {
    match clause {
        Clause::All(parts) => all(parts.iter().map(of_clause)),
        Clause::Any(parts) => any(parts.iter().map(of_clause)),
        Clause::Field(test) => of_field(test),
        Clause::Not(_)
        | Clause::Exists(_)
        | Clause::Reference(_)
        | Clause::Keyword(_)
        | Clause::Members(_) => Vec::new(),
    }
}

fn of_field(test: &FieldTest) -> Vec<Anchor> {
    any(test.matchers.iter().map(|matcher| {
        let anchor = |texts| Anchor { field: test.field.name().to_owned(), texts };
        matcher.demands().into_iter().map(anchor).collect()
    }))
}

/// All must hold: what any demands is demanded.
fn all(parts: impl Iterator<Item = Vec<Anchor>>) -> Vec<Anchor> {
    parts.flatten().take(MAX_ANCHORS).collect()
}

/// Any may hold: a field is demanded if all demand it, with the texts of either.
fn any(parts: impl Iterator<Item = Vec<Anchor>>) -> Vec<Anchor> {
    parts
        .reduce(|one, other| {
            let joined = |mut anchor: Anchor| {
                let same_field = other.iter().filter(|more| more.field == anchor.field);
                let rarest = same_field.max_by_key(|more| more.texts.iter().map(String::len).min())?;
                anchor.texts.extend(rarest.texts.iter().cloned());
                Some(anchor)
            };
            one.into_iter().filter_map(joined).collect()
        })
        .unwrap_or_default()
}
