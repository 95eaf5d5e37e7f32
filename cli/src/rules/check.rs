//! `trailreflex rules check`: can each rule file be honoured?

use super::load::{built_in, rule_files};
use crate::Ended;
use crate::args::Check;
use crate::input::{name_of, text};
use crate::suppressing::{built_in_proofs, expired, firings, now, proofs_of};
use crate::terminal::{Style, Terminal, safe};
use std::collections::BTreeMap;
use std::io::Write;
use trailreflex_detection::{Document, Level, Rejected, RuleSet, read_yaml};
use trailreflex_suppression::{Suppressions, is_suppressions};

/// What is known of one file.
#[derive(Default)]
struct Verdict {
    problems: Vec<String>,
}

/// Runs the command. All files are loaded together: correlations and filters name rules of other files.
pub(crate) fn run(options: &Check, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let mut order = Vec::new();
    let mut verdicts: BTreeMap<String, Verdict> = BTreeMap::new();
    let mut documents: Vec<Document> = Vec::new();
    let mut rejected: Vec<Rejected> = Vec::new();
    let mut suppressions: Vec<(String, String)> = Vec::new();
    for found in rule_files(&options.paths) {
        let (name, result) = match found {
            Ok(path) => (name_of(&path), text(&path)),
            Err((path, error)) => (name_of(&path), Err(error.into())),
        };
        if verdicts.contains_key(&name) {
            continue; // given twice
        }
        let verdict = verdicts.entry(name.clone()).or_default();
        match result {
            Ok(text) if is_suppressions(&text) => suppressions.push((name.clone(), text)),
            Ok(text) => {
                let (read, unreadable) = read_yaml(&name, &text);
                if read.is_empty() && unreadable.is_empty() {
                    verdict.problems.push(format!("{name}:1: holds no rule"));
                }
                documents.extend(read);
                rejected.extend(unreadable);
            }
            Err(error) => verdict.problems.push(format!("{name}: {error:#}")),
        }
        order.push(name);
    }
    for (name, problem) in refused(&suppressions, &documents, options, terminal)? {
        verdicts.entry(name).or_default().problems.push(problem);
    }
    let loaded = RuleSet::load(documents);
    rejected.extend(loaded.rejected);
    for one in rejected {
        verdicts.entry(one.origin.file.clone()).or_default().problems.push(one.to_string());
    }
    for warning in &loaded.warnings {
        terminal.complain(&format!("warning: {warning}"));
    }
    let mut ended = Ended::Well;
    for name in order {
        let Some(verdict) = verdicts.get(&name) else { continue };
        if verdict.problems.is_empty() {
            let ok = terminal.paint(Style::Good, "ok");
            writeln!(terminal.out, "{}: {ok}", safe(&name))?;
        } else {
            ended = Ended::WithRejections;
            let problems = verdict.problems.join("; ");
            let problems = safe(&problems);
            let text = terminal.paint(Style::Of(Level::High), &problems);
            writeln!(terminal.out, "{text}")?;
        }
    }
    Ok(ended)
}

/// Returns what is wrong with suppressions, by file. They may be about the rules given and about those built in.
fn refused(
    files: &[(String, String)],
    given: &[Document],
    options: &Check,
    terminal: &mut Terminal,
) -> anyhow::Result<Vec<(String, String)>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    // Of a rule that is in both, the one given counts.
    let rules = RuleSet::load(given.iter().cloned().chain(built_in()?)).rules;
    let mut proofs = proofs_of(&options.paths)?;
    proofs.extend(built_in_proofs()?);
    let mut entries = Vec::new();
    let mut refused = Vec::new();
    for (name, text) in files {
        let (read, unreadable) = trailreflex_suppression::read_yaml(name, text);
        entries.extend(read);
        refused.extend(unreadable);
    }
    let now = now();
    let (suppressions, more) = Suppressions::new(entries, &rules, &firings(&proofs), now);
    refused.extend(more);
    for one in suppressions.expired(now) {
        terminal.complain(&format!("warning: {}", expired(one)));
    }
    Ok(refused.into_iter().map(|one| (one.file.clone(), one.to_string())).collect())
}
