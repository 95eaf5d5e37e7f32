//! Wildcards in actions that allow exactly what the actions allowed by name.

use crate::index;
use std::collections::BTreeSet;
use trailreflex_actions::{AccessLevel, Action};

/// Returns the actions with those that only list and read named by wildcards, wherever all that a wildcard means among the
/// actions known today is there.
pub(super) fn shortened(actions: &BTreeSet<String>) -> BTreeSet<String> {
    let known: BTreeSet<Action> = actions.iter().filter_map(|action| Action::named(action)).collect();
    let mut left = actions.clone();
    let mut short = BTreeSet::new();
    for action in &known {
        if !left.contains(&action.to_string()) {
            continue;
        }
        let Some((pattern, meant)) =
            prefixes(action.name()).find_map(|prefix| widest(*action, prefix, &known))
        else {
            continue;
        };
        left.retain(|name| !Action::named(name).is_some_and(|action| meant.contains(&action)));
        short.insert(pattern);
    }
    short.extend(left);
    short
}

/// The wildcard of a prefix and what it means, if all of it is there, is more than one action, and only lists and reads.
fn widest(action: Action, prefix: &str, known: &BTreeSet<Action>) -> Option<(String, Vec<Action>)> {
    let starts = |other: &&Action| {
        other.name().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let meant: Vec<Action> = index::of_service(action.service()).iter().filter(starts).copied().collect();
    let is_harmless = |action: &Action| {
        known.contains(action)
            && action.levels().all(|level| match level {
                AccessLevel::List | AccessLevel::Read => true,
                AccessLevel::Write | AccessLevel::PermissionsManagement | AccessLevel::Tagging => false,
            })
    };
    (meant.len() > 1 && meant.iter().all(is_harmless))
        .then(|| (format!("{}:{prefix}*", action.service()), meant))
}

/// The beginnings of a name that end before a word, the shortest first.
fn prefixes(name: &str) -> impl Iterator<Item = &str> {
    let starts = name.char_indices().skip(1).filter(|(_, sign)| sign.is_ascii_uppercase());
    starts.filter_map(|(at, _)| name.get(..at))
}
