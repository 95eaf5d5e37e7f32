//! `trailreflex backtest`: what rules would have found in the past, and what would have been done about it.

mod csv;
mod html;
mod response;
mod show;

use crate::Ended;
use crate::args::{Backtest, FindingsFormat};
use crate::history::{Suggestion, gather, suggested};
use crate::playbooks::AllPlaybooks;
use crate::rules::load::load;
use crate::terminal::Terminal;
use response::{Responses, respond};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::Write;
use trailreflex_detection::{Level, Rule};
use trailreflex_model::cloudtrail::Record;

/// Most principals that are shown of one rule.
const TOP: usize = 5;

/// What one rule would have done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OfRule<'r> {
    rule: &'r str,
    name: Option<&'r str>,
    title: &'r str,
    level: Level,
    kind: &'static str,
    findings: usize,
    days: usize,
    first: Option<String>,
    last: Option<String>,
    top_principals: Vec<OfPrincipal>,
    suggestions: Vec<Suggested>,
    responses: Vec<response::Decided>,
}

/// What somebody fired.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OfPrincipal {
    principal: Map<String, Value>,
    #[serde(skip)]
    display: String,
    findings: usize,
    days: usize,
}

/// What a suppression would have hidden.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Suggested {
    id: String,
    hides: usize,
    when: Map<String, Value>,
}

/// Runs the command.
pub(crate) fn run(options: &Backtest, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = &load(&options.rules, terminal)?;
    let playbooks = &AllPlaybooks::built_in()?;
    let also = |record: &Record, fired: &[&Rule]| {
        (!fired.is_empty()).then(|| respond(record, fired, rules, playbooks))
    };
    let mut responses = Responses::default();
    let history = gather(&options.inputs, rules, terminal, also, |decided| {
        responses.add(decided?);
        Ok(())
    })?;
    let (suggested, _) = suggested(&history, options.habit, (rules, &options.rules))?;
    let mut all: Vec<_> =
        history.rules.values().map(|one| of_rule(one, &suggested, &mut responses)).collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.level), std::cmp::Reverse(one.findings), one.title));
    match options.format.unwrap_or_else(|| terminal.format(None).into()) {
        FindingsFormat::Json => all.iter().try_for_each(|one| terminal.json_line(one))?,
        FindingsFormat::Table => show::write(&all, &history, terminal)?,
        FindingsFormat::Csv => terminal.out.write_all(&csv::sheet(&all)?)?,
        FindingsFormat::Html => terminal.out.write_all(html::document(&all, &history)?.as_bytes())?,
    }
    history.counts.complain(terminal);
    Ok(history.counts.ended())
}

fn of_rule<'r>(
    one: &crate::history::OfRule<'r>,
    suggested: &[Suggestion],
    responses: &mut Responses,
) -> OfRule<'r> {
    let rule = one.rule;
    let top = one.top().into_iter().take(TOP).map(|(principal, tally)| OfPrincipal {
        principal: principal
            .fields
            .iter()
            .map(|(field, value)| (field.clone(), value.as_str().into()))
            .collect(),
        display: principal.display(),
        findings: tally.count,
        days: tally.days.len(),
    });
    let suggested = suggested.iter().filter(|suggestion| suggestion.rule == rule.key());
    OfRule {
        rule: rule.key(),
        name: rule.name.as_deref(),
        title: &rule.title,
        level: rule.level,
        kind: if one.is_correlation { "correlation" } else { "rule" },
        findings: one.all.count,
        days: one.all.days.len(),
        first: one.all.first.map(|time| time.to_string()),
        last: one.all.last.map(|time| time.to_string()),
        top_principals: top.collect(),
        suggestions: suggested
            .map(|suggestion| Suggested {
                id: suggestion.entry.id.clone(),
                hides: suggestion.hides,
                when: suggestion.entry.when.clone(),
            })
            .collect(),
        responses: responses.of(rule.key()),
    }
}
