//! `trailreflex rules check`: can each rule file be honoured?

use super::load::{read, rule_files};
use crate::Ended;
use crate::args::Check;
use crate::input::name_of;
use crate::terminal::{Style, Terminal, safe};
use std::collections::BTreeMap;
use std::io::Write;
use trailreflex_detection::{Document, Level, Rejected, RuleSet};

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
    for found in rule_files(&options.paths) {
        let (name, result) = match found {
            Ok(path) => (name_of(&path), read(&path)),
            Err((path, error)) => (name_of(&path), Err(error.into())),
        };
        if verdicts.contains_key(&name) {
            continue; // given twice
        }
        let verdict = verdicts.entry(name.clone()).or_default();
        match result {
            Ok((read, unreadable)) => {
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
