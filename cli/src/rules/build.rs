//! `trailreflex rules build`: rules in one bundle, and what each may lead to.

use super::load::{built_in, read, rule_files};
use crate::Ended;
use crate::args::{Build, Format};
use crate::input::name_of;
use crate::playbooks::AllPlaybooks;
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use anyhow::Context;
use serde::Serialize;
use std::collections::BTreeSet;
use trailreflex_access_changes::ACCESS_RULES;
use trailreflex_detection::{Bundle, Level, Placeholders, Rule, RuleSet};
use trailreflex_findings::{SOURCE_RULES, SourceRule};
use trailreflex_response::{ActionKind, Mode, Playbook};

/// What a rule may lead to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'r> {
    rule: &'r str,
    name: Option<&'r str>,
    title: &'r str,
    level: Level,
    playbook: Option<&'r str>,
    mode: Option<Mode>,
    actions: Vec<ActionKind>,
    /// Whether the rule says whom a response would concern; without that, none acts.
    has_target: bool,
}

/// Runs the command. Nothing is written if a rule cannot be honoured.
pub(crate) fn run(options: &Build, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let mut documents = if options.rules.only_rules_given { Vec::new() } else { built_in()? };
    let mut rejected = Vec::new();
    for found in rule_files(&options.rules.paths) {
        let path = found.map_err(|(path, error)| anyhow::anyhow!("{}: {error}", name_of(&path)))?;
        let (read, unreadable) = read(&path).with_context(|| name_of(&path))?;
        documents.extend(read);
        rejected.extend(unreadable);
    }
    let (bundle, unusable) = Bundle::build(documents, &Placeholders::default())?;
    let rules = bundle.load()?;
    rejected.extend(unusable);
    rejected.extend(rules.check().into_iter().cloned());
    if !rejected.is_empty() {
        for rejected in &rejected {
            terminal.complain(&rejected.to_string());
        }
        let output = name_of(&options.output);
        terminal.complain(&format!("{output} is not written: {} rules cannot be honoured", rejected.len()));
        return Ok(Ended::WithRejections);
    }
    std::fs::write(&options.output, bundle.as_bytes()).with_context(|| name_of(&options.output))?;
    let playbooks = AllPlaybooks::built_in()?;
    show(&rules, &playbooks, options, terminal)?;
    let (count, bytes) = (rules.rules().len(), bundle.as_bytes().len());
    let (output, hash) = (name_of(&options.output), bundle.hash());
    let correlations = rules.correlations().len();
    terminal.complain(&format!(
        "{output}: {count} rules, {correlations} correlations, {bytes} bytes, SHA-256 {hash}"
    ));
    Ok(Ended::Well)
}

/// Shows which rule may lead to which actions: those that may come first, most serious first.
fn show(
    rules: &RuleSet,
    playbooks: &AllPlaybooks,
    options: &Build,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let mut rows: Vec<_> = rules.reported().flat_map(|rule| rows(rule, playbooks)).collect();
    rows.sort_by_key(|row| (row.playbook.is_none(), std::cmp::Reverse(row.level), row.title));
    let mut table = Table::new(["LEVEL", "RULE", "PLAYBOOK", "MODE", "ACTIONS", "TARGET"]);
    let mut others = 0_usize;
    match terminal.format(options.format) {
        Format::Json => rows.iter().try_for_each(|row| terminal.json_line(row))?,
        Format::Table => {
            for row in &rows {
                let (Some(playbook), Some(mode)) = (row.playbook, row.mode) else {
                    others = others.saturating_add(1);
                    continue;
                };
                let actions = row.actions.iter().map(word).collect::<Vec<_>>().join(", ");
                let target = if row.has_target { "named by the rule" } else { "none: never acts" };
                let name = row.name.unwrap_or(row.rule);
                table.add(
                    Style::Of(row.level),
                    [row.level.name(), name, playbook, &word(&mode), &actions, target],
                );
            }
            table.write(terminal)?;
        }
    }
    if others > 0 {
        terminal.complain(&format!("{others} other rules lead to no action"));
    }
    let known: BTreeSet<_> = rows.iter().map(|row| row.rule).collect();
    let named = playbooks.all().flat_map(|playbook| playbook.rules.iter().map(move |rule| (playbook, rule)));
    for (playbook, rule) in named {
        let is_not_sigmas = reported_rules().any(|reported| reported.id == rule);
        if !known.contains(rule.as_str()) && !is_not_sigmas {
            let id = &playbook.id;
            terminal.complain(&format!(
                "warning: playbook `{id}` names rule `{rule}`, which the bundle does not have"
            ));
        }
    }
    Ok(())
}

/// What stands for a rule where something else than a rule in Sigma does the detecting.
fn reported_rules() -> impl Iterator<Item = &'static SourceRule> {
    SOURCE_RULES.into_iter().chain(ACCESS_RULES).chain(trailreflex_credentials::RULES)
}

/// One row for each playbook of the rule; one without any if there is none.
fn rows<'r>(rule: &'r Rule, playbooks: &'r AllPlaybooks) -> Vec<Row<'r>> {
    let responder = rule.custom.get("custom").and_then(|custom| custom.get("responder"));
    let has_target = responder.is_some_and(|responder| responder.get("target").is_some());
    let row = |playbook: Option<&'r Playbook>| Row {
        rule: rule.key(),
        name: rule.name.as_deref(),
        title: &rule.title,
        level: rule.level,
        playbook: playbook.map(|playbook| playbook.id.as_str()),
        mode: playbook.map(|playbook| playbook.mode),
        actions: playbook.map(|playbook| playbook.actions.iter().copied().collect()).unwrap_or_default(),
        has_target,
    };
    let playbooks = playbooks.for_rule(rule.key());
    if playbooks.is_empty() {
        vec![row(None)]
    } else {
        playbooks.into_iter().map(|one| row(Some(one))).collect()
    }
}

/// The word that stands for a value in playbooks.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
