//! Findings as one page for a browser.

use super::line::{Line, Subject};
use crate::page::{Look, OfLevel, by_level, cell, shown};
use crate::reading::Counts;
use askama::Template;
use serde_json::Value;
use std::collections::BTreeMap;
use trailreflex_detection::Level;

/// Most findings on a page: a browser still filters and sorts them at once. All are counted.
const MAX_ROWS: usize = 5_000;

/// Findings on their way to a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    rows: BTreeMap<Level, Vec<Row>>,
    rules: BTreeMap<String, OfRule>,
    /// Rows that come behind all others.
    suppressed: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    level: Level,
    time: String,
    title: String,
    techniques: String,
    matched: Vec<(String, String)>,
    call: String,
    source: String,
    caller: String,
    address: String,
    agent: String,
    place: String,
    event_id: String,
    suppressed_by: Option<String>,
}

#[derive(Debug, Clone)]
struct OfRule {
    level: Level,
    title: String,
    name: String,
    count: usize,
    first: String,
    last: String,
}

#[derive(Template)]
#[template(path = "findings.html")]
struct Document<'p> {
    look: Look,
    counts: &'p Counts,
    findings: usize,
    first: Option<&'p str>,
    last: Option<&'p str>,
    levels: [OfLevel; 5],
    rules: &'p [OfRule],
    rows: Vec<Row>,
    left_out: usize,
    suppressed: usize,
    has_suppressed_rows: bool,
}

impl Page {
    /// Adds a finding.
    pub(super) fn add(&mut self, line: &Line<'_>) {
        if line.suppressed_by.is_some() {
            if self.suppressed.len() < MAX_ROWS {
                self.suppressed.push(Row::of(line));
            }
            return;
        }
        let time = line.event_time.clone().unwrap_or_default();
        let of_rule = self.rules.entry(line.rule.to_owned()).or_insert_with(|| OfRule {
            level: line.level,
            title: shown(line.title),
            name: shown(line.name.unwrap_or(line.rule)),
            count: 0,
            first: time.clone(),
            last: time.clone(),
        });
        of_rule.count = of_rule.count.saturating_add(1);
        if !time.is_empty() {
            if of_rule.first.is_empty() || time < of_rule.first {
                of_rule.first.clone_from(&time);
            }
            of_rule.last = std::mem::take(&mut of_rule.last).max(time);
        }
        let rows = self.rows.entry(line.level).or_default();
        if rows.len() < MAX_ROWS {
            rows.push(Row::of(line));
        }
    }

    /// Returns the page.
    ///
    /// # Errors
    /// None that is known: the template is checked when the command is built.
    pub(super) fn document(mut self, counts: &Counts, suppressed: usize) -> anyhow::Result<String> {
        let mut rules: Vec<_> = std::mem::take(&mut self.rules).into_values().collect();
        rules.sort_by(|one, other| {
            other
                .level
                .cmp(&one.level)
                .then(other.count.cmp(&one.count))
                .then_with(|| one.title.cmp(&other.title))
        });
        let levels = by_level(rules.iter().map(|rule| (rule.level, rule.count)));
        let findings: usize = levels.iter().map(|level| level.count).sum();
        let mut rows: Vec<_> = self.rows.into_values().rev().flatten().take(MAX_ROWS).collect();
        let left_out = findings.saturating_sub(rows.len());
        let has_suppressed_rows = !self.suppressed.is_empty();
        rows.append(&mut self.suppressed);
        let times =
            || rules.iter().flat_map(|rule| [&rule.first, &rule.last]).filter(|time| !time.is_empty());
        let document = Document {
            look: Look::new(),
            counts,
            findings,
            first: times().min().map(String::as_str),
            last: times().max().map(String::as_str),
            levels,
            rules: &rules,
            left_out,
            rows,
            suppressed,
            has_suppressed_rows,
        };
        Ok(document.render()?)
    }
}

impl Row {
    fn of(line: &Line<'_>) -> Self {
        let text = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
        let [call, caller, address, _, place] = line.cells();
        let (source, agent) = match &line.subject {
            Subject::Call { event_source, user_agent, succeeded, .. } => {
                let source = text(event_source);
                (if *succeeded { source } else { format!("{source}, refused or failed") }, text(user_agent))
            }
            Subject::Events { .. } => (String::new(), String::new()),
        };
        let techniques = line.tags.iter().filter_map(|tag| tag.strip_prefix("attack.t"));
        let matched = line.matched.iter().flat_map(|selection| &selection.fields);
        Self {
            level: line.level,
            time: text(&line.event_time),
            title: shown(line.title),
            techniques: techniques.map(|number| shown(&format!("T{number}"))).collect::<Vec<_>>().join(" "),
            matched: matched.map(|field| (shown(&field.field), values(&field.values))).collect(),
            call: cell(&call),
            source,
            caller: cell(&caller),
            address: cell(&address),
            agent,
            place: shown(&place),
            event_id: text(&line.event_id),
            suppressed_by: line.suppressed_by.as_deref().map(shown),
        }
    }
}

fn values(values: &[Value]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if values.is_empty() {
        return "absent".to_owned();
    }
    shown(&values.iter().map(text).collect::<Vec<_>>().join(", "))
}
