//! What a change has added to who has access, and what it has taken away.

use crate::known::{After, Known};
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_access::{Parts, Verdict};

/// What is different from before. Without a state of before, everything is new.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Whether anybody is let in from anywhere who was not before.
    pub becomes_public: bool,
    /// Who of outside is let in and was not before.
    pub principals_added: BTreeSet<String>,
    /// Who of outside was let in and is no longer.
    pub principals_removed: BTreeSet<String>,
    /// Services that are let in whoever they call for and were not before.
    pub services_added: BTreeSet<String>,
    /// Statements that are new, by `Sid` or fingerprint.
    pub statements_added: BTreeSet<String>,
    /// Statements that are gone, by `Sid` or fingerprint.
    pub statements_removed: BTreeSet<String>,
    /// Fingerprints of the new statements that allow something.
    pub fingerprints: BTreeSet<String>,
    /// Whether all is as it was, or less: no statement more that allows, none less that denies, nobody more on a list. Then
    /// nobody is new, even if whoever is left is named otherwise than before: one account of an organization, for instance.
    pub only_narrows: bool,
}

impl Difference {
    pub(crate) fn between(former: Option<&Known>, after: &After, verdict: &Verdict) -> Self {
        let empty = Known::default();
        let before = former.unwrap_or(&empty);
        let principals = verdict.principals();
        let less = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> BTreeSet<String> {
            one.difference(other).cloned().collect()
        };
        let (old, now) = (parts(before.policy.as_deref().unwrap_or_default()), parts(after.policy()));
        let only_narrows = after.written.is_none() && former.is_some_and(|former| narrows(former, after));
        let new = |names| if only_narrows { BTreeSet::new() } else { names };
        // Of statements that were added to a policy that is not known, nothing says which or who is gone.
        let gone = |names| if after.written.is_some() { BTreeSet::new() } else { names };
        Self {
            becomes_public: !only_narrows && verdict.public && !before.public,
            principals_added: new(less(&principals, &before.principals)),
            principals_removed: gone(less(&before.principals, &principals)),
            services_added: new(less(&verdict.services_without_source, &before.services)),
            statements_added: names(&now, &old),
            statements_removed: gone(names(&old, &now)),
            fingerprints: less(&now.fingerprints(), &old.fingerprints()),
            only_narrows,
        }
    }
}

/// Whether the settings let in nobody whom they did not let in before, whatever they let in.
fn narrows(before: &Known, after: &After) -> bool {
    let is_within = |now: &Option<BTreeSet<String>>, before: &Option<BTreeSet<String>>| match (now, before) {
        (None, _) => true,
        (Some(now), Some(before)) => now.is_subset(before),
        (Some(now), None) => now.is_empty(),
    };
    let now = &after.known;
    let (blocks, blocked) = (now.block.unwrap_or_default(), before.block.unwrap_or_default());
    after.undecided.is_none()
        && now.shares.is_subset(&before.shares)
        && is_within(&now.acl, &before.acl)
        && blocks.ignore_public_acls >= blocked.ignore_public_acls
        && blocks.restrict_public_buckets >= blocked.restrict_public_buckets
        && policy_narrows(before.policy.as_deref(), now.policy.as_deref())
}

/// Of a policy that cannot be read, this is known only if it is the same.
fn policy_narrows(before: Option<&str>, now: Option<&str>) -> bool {
    if before == now {
        return true;
    }
    let (Some(before), Some(now)) = (before, now) else { return false };
    let (Ok(before), Ok(now)) = (Parts::of(before), Parts::of(now)) else { return false };
    let is_allow = |line: &str| !Parts::from_lines([line]).fingerprints().is_empty();
    let is_statement = |line: &str| line.contains("\"Effect\":");
    let denies = |parts: &Parts| -> BTreeSet<String> {
        let lines = parts.lines().iter();
        lines.filter(|line| is_statement(line) && !is_allow(line)).cloned().collect()
    };
    // `Version` tells how texts are read, with or without variables.
    let version =
        |parts: &Parts| parts.lines().iter().find(|line| line.starts_with("{\"Version\":")).cloned();
    version(&before) == version(&now)
        && now.fingerprints().is_subset(&before.fingerprints())
        && denies(&before).is_subset(&denies(&now))
}

fn parts(policy: &str) -> Parts {
    Parts::of(policy).unwrap_or_default()
}

/// The statements that are in the one and not in the other.
fn names(one: &Parts, other: &Parts) -> BTreeSet<String> {
    let lines = one.lines().difference(other.lines());
    lines.filter_map(|line| name(line)).collect()
}

/// A statement's `Sid`, or else its fingerprint, or else that it denies.
fn name(line: &str) -> Option<String> {
    let statement: Value = serde_json::from_str(line).ok()?;
    statement.get("Effect")?;
    let sid = statement.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()).map(str::to_owned);
    let fingerprint = || Parts::from_lines([line]).fingerprints().into_iter().next();
    Some(sid.or_else(fingerprint).unwrap_or_else(|| "Deny without Sid".to_owned()))
}
