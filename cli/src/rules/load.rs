//! The rules that a command uses: the built-in ones and those of the user.

use crate::args::RuleSelection;
use crate::input::{Found, files, name_of, text};
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use trailreflex_detection::{Bundle, Document, Rejected, RuleSet, read_yaml};
use trailreflex_suppression::is_suppressions;

/// What stands beside rules in the same folders and is none: their proofs, and what the pack is to cover.
const BESIDE_RULES: [&str; 3] = [".tests.yml", ".tests.yaml", "/catalogue.yml"];
/// How the names of files with proofs end.
const PROOFS: [&str; 2] = [".tests.yml", ".tests.yaml"];

/// Returns the rule files that `paths` mean.
pub(crate) fn rule_files(paths: &[PathBuf]) -> Vec<Found> {
    let mut found = files(paths, &[".yml", ".yaml"]);
    found.retain(|found| {
        let path = found.as_ref().unwrap_or_else(|(path, _)| path).to_string_lossy();
        !BESIDE_RULES.iter().any(|ending| path.ends_with(ending))
    });
    found
}

/// Returns the files of proofs that `paths` mean.
pub(crate) fn proof_files(paths: &[PathBuf]) -> Vec<Found> {
    let mut found = files(paths, &PROOFS);
    found.retain(|found| match found {
        Ok(path) => PROOFS.iter().any(|ending| path.to_string_lossy().ends_with(ending)),
        Err(_) => true,
    });
    found
}

/// Reads one rule file; one of suppressions holds none.
///
/// # Errors
/// If it cannot be read or is not UTF-8.
pub(crate) fn read(path: &Path) -> anyhow::Result<(Vec<Document>, Vec<Rejected>)> {
    let text = text(path)?;
    if is_suppressions(&text) {
        return Ok((Vec::new(), Vec::new()));
    }
    Ok(read_yaml(&name_of(path), &text))
}

/// Returns the built-in rules.
///
/// # Errors
/// If they are damaged: the build checks them, so this means a broken program.
pub(crate) fn built_in() -> anyhow::Result<Vec<Document>> {
    let bundle = Bundle::built_in(trailreflex_content::RULES);
    bundle.and_then(|bundle| bundle.documents()).context("the built-in rules")
}

/// Loads rules. Those of the user that cannot be honoured are named on stderr; the others are used.
///
/// # Errors
/// If a path of the user's leads nowhere, or no rule is left.
pub(crate) fn load(selection: &RuleSelection, terminal: &mut Terminal) -> anyhow::Result<RuleSet> {
    let mut documents = if selection.only_rules_given { Vec::new() } else { built_in()? };
    let mut rejected = Vec::new();
    for found in rule_files(&selection.paths) {
        let path = found.map_err(|(path, error)| anyhow::anyhow!("{}: {error}", name_of(&path)))?;
        match read(&path) {
            Ok((read, unreadable)) => {
                documents.extend(read);
                rejected.extend(unreadable);
            }
            // What is in a file costs only that file; a path that leads nowhere is a mistake of the caller's.
            Err(error) if path.is_file() => {
                terminal.complain(&format!("rule not used: {}: {error:#}", name_of(&path)));
            }
            Err(error) => return Err(error.context(name_of(&path))),
        }
    }
    let loaded = RuleSet::load(documents);
    rejected.extend(loaded.rejected);
    for rejected in &rejected {
        terminal.complain(&format!("rule not used: {rejected}"));
    }
    for warning in &loaded.warnings {
        terminal.complain(&format!("warning: {warning}"));
    }
    if loaded.rules.rules().len() == 0 {
        bail!("no rule is left to evaluate");
    }
    Ok(loaded.rules)
}
