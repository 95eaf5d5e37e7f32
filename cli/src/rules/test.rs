//! `trailreflex rules test`: do rules fire on what they must, and on nothing else?

use super::load::{load, proof_files};
use crate::Ended;
use crate::args::{RuleSelection, Test};
use crate::input::{name_of, text};
use crate::terminal::{Style, Terminal, safe};
use anyhow::bail;
use std::collections::BTreeSet;
use std::io::Write;
use trailreflex_detection::{Level, RuleSet};
use trailreflex_proofs::{Proof, called};

/// Runs the command: one line per proof that fails and per rule that is not proven, then the numbers.
pub(crate) fn run(options: &Test, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let selection = RuleSelection { paths: options.paths.clone(), only_rules_given: !options.with_built_in };
    let rules = load(&selection, terminal)?;
    let (proofs, mut failures) = proofs(options);
    if proofs.is_empty() && failures.is_empty() {
        bail!("no proofs (`NAME.tests.yml`) stand beside these rules");
    }
    for proof in &proofs {
        if let Some(failure) = proof.failure(&rules) {
            failures.push(format!("{}: `{}`: {failure}", proof.file, proof.what));
        }
    }
    for failure in &failures {
        let shown = safe(failure);
        let painted = terminal.paint(Style::Of(Level::High), &shown).into_owned();
        writeln!(terminal.out, "{painted}")?;
    }
    let unproven = unproven(&rules, &proofs, options);
    for (name, lacks) in &unproven {
        let shown = format!("{name}: {lacks}");
        let painted = terminal.paint(Style::Of(Level::Medium), &safe(&shown)).into_owned();
        writeln!(terminal.out, "{painted}")?;
    }
    let (all, failed) = (proofs.len(), failures.len());
    let summary = format!("proofs: {all}, failed: {failed}, rules not proven: {}", unproven.len());
    let style = if failed == 0 { Style::Good } else { Style::Bold };
    let painted = terminal.paint(style, &summary).into_owned();
    writeln!(terminal.out, "{painted}")?;
    Ok(if failed == 0 { Ended::Well } else { Ended::WithRejections })
}

fn proofs(options: &Test) -> (Vec<Proof>, Vec<String>) {
    let mut proofs = Vec::new();
    let mut failures = Vec::new();
    for found in proof_files(&options.paths) {
        let path = match found {
            Ok(path) => path,
            Err((path, error)) => {
                failures.push(format!("{}: {error}", name_of(&path)));
                continue;
            }
        };
        let name = name_of(&path);
        match text(&path) {
            Ok(text) => match trailreflex_proofs::read(&name, &text) {
                Ok(read) => proofs.extend(read),
                Err(error) => failures.push(error.to_string()),
            },
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
    }
    (proofs, failures)
}

/// Names the rules of the user that no proof makes fire, or that none shows to stay quiet.
fn unproven(rules: &RuleSet, proofs: &[Proof], options: &Test) -> Vec<(String, &'static str)> {
    let name = |name: &String| rules.rule(name).map(called);
    let firing: BTreeSet<_> = proofs.iter().flat_map(|proof| proof.fires.iter().filter_map(name)).collect();
    let quiet: BTreeSet<_> =
        proofs.iter().flat_map(|proof| proof.near_miss_of.iter().filter_map(name)).collect();
    let given = |file: &str| options.paths.iter().any(|path| file.starts_with(&*path.to_string_lossy()));
    let lack = |rule: &str| match (firing.contains(rule), quiet.contains(rule)) {
        (true, true) => None,
        (true, false) => Some("no proof shows that it stays quiet on a near miss"),
        (false, true) => Some("no proof makes it fire"),
        (false, false) => Some("has no proof"),
    };
    rules
        .reported()
        .filter(|rule| given(&rule.origin.file))
        .filter_map(|rule| Some((called(rule).to_owned(), lack(called(rule))?)))
        .collect()
}
