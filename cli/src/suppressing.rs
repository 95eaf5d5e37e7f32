//! The suppressions that a command uses, held against what proves the rules.

use crate::args::RuleSelection;
use crate::input::{Found, files, name_of, text};
use crate::rules::load::proof_files;
use crate::terminal::Terminal;
use anyhow::Context;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use trailreflex_detection::RuleSet;
use trailreflex_proofs::Proof;
use trailreflex_suppression::{
    Entry, Firing, Refused, Suppression, Suppressions, is_suppressions, read_yaml,
};

/// Suppressions, and the day that counts for them.
#[derive(Debug)]
pub(crate) struct Suppressing {
    suppressions: Suppressions,
    now: Timestamp,
}

impl Suppressing {
    /// Loads the suppressions in `paths`. What cannot be used or has expired is said on stderr and hides nothing.
    ///
    /// # Errors
    /// If a path leads nowhere, or the proofs of a rule cannot be read: then nobody could say what may be hidden.
    pub(crate) fn load(
        paths: &[PathBuf],
        (rules, selection): (&RuleSet, &RuleSelection),
        terminal: &mut Terminal,
    ) -> anyhow::Result<Self> {
        let now = now();
        if paths.is_empty() {
            return Ok(Self { suppressions: Suppressions::default(), now });
        }
        let (suppressions, refused) = judged(paths, (rules, selection), now)?;
        for refused in refused {
            terminal.complain(&format!("suppression not used: {refused}"));
        }
        for one in suppressions.expired(now) {
            terminal.complain(&expired(one));
        }
        Ok(Self { suppressions, now })
    }

    /// Returns the suppression that hides a match of that rule on `record`.
    pub(crate) fn of(&self, rule_key: &str, record: &Value) -> Option<&Suppression> {
        self.suppressions.suppressing(rule_key, record, self.now)
    }
}

/// Holds the suppressions in `paths` against rules and what proves those; tells which are refused.
///
/// # Errors
/// As of [`Suppressing::load`].
pub(crate) fn judged(
    paths: &[PathBuf],
    (rules, selection): (&RuleSet, &RuleSelection),
    now: Timestamp,
) -> anyhow::Result<(Suppressions, Vec<Refused>)> {
    let mut entries = Vec::new();
    let mut refused = Vec::new();
    for found in files(paths, &[".yml", ".yaml"]) {
        let (read, unreadable) = read(found)?;
        entries.extend(read);
        refused.extend(unreadable);
    }
    let proofs = all_proofs(selection)?;
    let (suppressions, more) = Suppressions::new(entries, rules, &firings(&proofs), now);
    refused.extend(more);
    Ok((suppressions, refused))
}

fn read(found: Found) -> anyhow::Result<(Vec<Entry>, Vec<Refused>)> {
    let path = found.map_err(|(path, error)| anyhow::anyhow!("{}: {error}", name_of(&path)))?;
    let name = name_of(&path);
    let text = text(&path).with_context(|| name.clone())?;
    anyhow::ensure!(is_suppressions(&text), "{name}: holds no `suppressions:`");
    Ok(read_yaml(&name, &text))
}

/// Says that a suppression is over, and who can renew it.
pub(crate) fn expired(one: &Suppression) -> String {
    let Suppression { id, owner, expires, file, .. } = one;
    format!("{file}: suppression `{id}` of {owner} has expired on {expires} and hides nothing")
}

/// Returns what proves the rules that are used.
///
/// # Errors
/// If a file of proofs cannot be read.
pub(crate) fn all_proofs(selection: &RuleSelection) -> anyhow::Result<Vec<Proof>> {
    let mut proofs = if selection.only_rules_given { Vec::new() } else { built_in_proofs()? };
    proofs.extend(proofs_of(&selection.paths)?);
    Ok(proofs)
}

/// Returns what proves the built-in rules.
///
/// # Errors
/// None that is known: they are tested before they are built in.
pub(crate) fn built_in_proofs() -> anyhow::Result<Vec<Proof>> {
    let texts: BTreeMap<String, String> = serde_json::from_str(trailreflex_content::PROOFS)?;
    let mut proofs = Vec::new();
    for (file, text) in texts {
        proofs.extend(trailreflex_proofs::read(&file, &text)?);
    }
    Ok(proofs)
}

/// Returns what proves the rules in `paths`.
///
/// # Errors
/// If a file of proofs cannot be read.
pub(crate) fn proofs_of(paths: &[PathBuf]) -> anyhow::Result<Vec<Proof>> {
    let mut proofs = Vec::new();
    for found in proof_files(paths) {
        let path = found.map_err(|(path, error)| anyhow::anyhow!("{}: {error}", name_of(&path)))?;
        let name = name_of(&path);
        proofs.extend(trailreflex_proofs::read(&name, &text(&path).with_context(|| name.clone())?)?);
    }
    Ok(proofs)
}

/// Returns the proofs that something fires.
pub(crate) fn firings(proofs: &[Proof]) -> Vec<Firing<'_>> {
    let firing = |proof| {
        let Proof { what, records, fires, .. }: &Proof = proof;
        Firing { rules: fires, what, records }
    };
    proofs.iter().filter(|proof| !proof.fires.is_empty()).map(firing).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command's only clock: what has expired by today, and what time it is for an account that is read"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
