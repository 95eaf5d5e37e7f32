//! A backtest as one page for a browser.

use super::OfRule;
use super::show::{NOTICE, day, does};
use crate::history::History;
use crate::page::{Look, OfLevel, by_level, cell, shown};
use crate::reading::Counts;
use crate::terminal::safe_json;
use askama::Template;
use trailreflex_detection::Level;

#[derive(Template)]
#[template(path = "backtest.html")]
struct Document<'h> {
    look: Look,
    counts: &'h Counts,
    period: Option<(String, String)>,
    findings: usize,
    levels: [OfLevel; 5],
    rows: Vec<Row>,
    /// Said if anything would have been done.
    notice: Option<&'static str>,
}

/// What there is to say of one rule, made safe for a browser.
#[derive(Debug)]
struct Row {
    level: Level,
    title: String,
    name: String,
    is_correlation: bool,
    findings: usize,
    days: usize,
    first: String,
    last: String,
    principals: Vec<Principal>,
    noise: Vec<Noise>,
    responses: Vec<Response>,
}

#[derive(Debug)]
struct Principal {
    name: String,
    findings: usize,
    days: usize,
}

#[derive(Debug)]
struct Noise {
    id: String,
    hides: usize,
    /// The condition, as JSON.
    when: String,
}

#[derive(Debug)]
struct Response {
    playbook: String,
    findings: usize,
    does: String,
}

/// Returns the page.
///
/// # Errors
/// None that is known: the template is checked when the command is built.
pub(super) fn document(all: &[OfRule<'_>], history: &History<'_>) -> anyhow::Result<String> {
    let responds = all.iter().any(|one| !one.responses.is_empty());
    let document = Document {
        look: Look::new(),
        counts: &history.counts,
        period: history.period.map(|(first, last)| (first.to_string(), last.to_string())),
        findings: all.iter().map(|one| one.findings).sum(),
        levels: by_level(all.iter().map(|one| (one.level, one.findings))),
        rows: all.iter().map(Row::of).collect::<Result<_, _>>()?,
        notice: responds.then_some(NOTICE),
    };
    Ok(document.render()?)
}

impl Row {
    fn of(one: &OfRule<'_>) -> anyhow::Result<Self> {
        let principals = one.top_principals.iter().map(|principal| Principal {
            name: cell(&principal.display),
            findings: principal.findings,
            days: principal.days,
        });
        let noise = one.suggestions.iter().map(|suggested| {
            let when = safe_json(&serde_json::to_string(&suggested.when)?).into_owned();
            anyhow::Ok(Noise { id: shown(&suggested.id), hides: suggested.hides, when })
        });
        let responses = one.responses.iter().map(|decided| Response {
            playbook: shown(&decided.decision.playbook),
            findings: decided.findings,
            does: shown(&does(&decided.decision)),
        });
        Ok(Self {
            level: one.level,
            title: shown(one.title),
            name: shown(one.name.unwrap_or(one.rule)),
            is_correlation: one.kind == "correlation",
            findings: one.findings,
            days: one.days,
            first: day(one.first.as_deref()),
            last: day(one.last.as_deref()),
            principals: principals.collect(),
            noise: noise.collect::<Result<_, _>>()?,
            responses: responses.collect(),
        })
    }
}
