//! From the calls that rules need to as few patterns as EventBridge's limit allows.

use crate::pattern::{EventPattern, MAX_PATTERN};
use crate::route::NeededCalls;
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_detection::Text;

/// Returns patterns that deliver every call of `needed`, each within EventBridge's limit.
///
/// A pattern delivers every combination of its services and names, so a little more than asked for.
#[must_use]
pub fn event_patterns(needed: &NeededCalls) -> Vec<EventPattern> {
    event_patterns_within(needed, MAX_PATTERN)
}

/// Returns such patterns of at most `limit` characters each, which leaves room for what else a pattern is to ask for.
#[must_use]
pub fn event_patterns_within(needed: &NeededCalls, limit: usize) -> Vec<EventPattern> {
    let mut services: BTreeMap<Option<&Text>, Service<'_>> = BTreeMap::new();
    for call in needed.calls.keys() {
        let source = call.source.as_ref();
        let service =
            services.entry(source).or_insert_with(|| Service { source, names: BTreeSet::new(), all: false });
        match &call.name {
            Some(name) => drop(service.names.insert(name)),
            None => service.all = true,
        }
    }
    let (whole, named): (Vec<_>, Vec<_>) = services.into_values().partition(|service| service.all);
    let mut patterns = Vec::new();
    add(&mut patterns, limit, whole.into_iter().map(|service| (service.source.cloned(), None)));
    // Names without a service of their own must not be in one pattern with services.
    let (any, of_one): (Vec<_>, Vec<_>) = named.into_iter().partition(|service| service.source.is_none());
    for group in [any, of_one] {
        let calls = group.into_iter().flat_map(|service| {
            let source = service.source.cloned();
            service.names.into_iter().map(move |name| (source.clone(), Some(name.clone())))
        });
        add(&mut patterns, limit, calls);
    }
    patterns
}

/// The calls of one service.
struct Service<'p> {
    source: Option<&'p Text>,
    names: BTreeSet<&'p Text>,
    /// Whether any call is meant.
    all: bool,
}

/// Fills patterns with calls until each is as long as `limit` lets it be.
fn add(
    patterns: &mut Vec<EventPattern>,
    limit: usize,
    calls: impl Iterator<Item = (Option<Text>, Option<Text>)>,
) {
    let mut current = EventPattern::default();
    let mut is_empty = true;
    for (source, name) in calls {
        let mut longer = current.clone();
        longer.sources.extend(source.clone());
        longer.names.extend(name.clone());
        if longer.length() > limit && !is_empty {
            patterns.push(current);
            longer = EventPattern::default();
            longer.sources.extend(source);
            longer.names.extend(name);
        }
        current = longer;
        is_empty = false;
    }
    if !is_empty {
        patterns.push(current);
    }
}
