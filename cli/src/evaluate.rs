//! `trailreflex evaluate`: rules on the records of files.

use crate::Ended;
use crate::args::{Evaluate, Format};
use crate::input::{Input, log_files, name_of};
use crate::rules::load::load;
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use serde::Serialize;
use serde_json::Value;
use std::path::Path;
use std::time::Instant;
use trailreflex_detection::{Level, Match, MatchedSelection, RuleSet};
use trailreflex_model::cause_chain;
use trailreflex_model::cloudtrail::Record;

/// Most malformed entries that are named one by one; the others are counted.
const MAX_NAMED: usize = 5;

/// One finding as a line of JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    rule: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    title: &'a str,
    level: Level,
    kind: &'static str,
    #[serde(rename = "eventID")]
    event_id: Option<&'a str>,
    event_time: Option<String>,
    event_source: Option<&'a str>,
    event_name: Option<&'a str>,
    succeeded: bool,
    account: Option<&'a str>,
    region: Option<&'a str>,
    caller: String,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: Option<&'a str>,
    user_agent: Option<&'a str>,
    input: &'a str,
    record: usize,
    matched: Vec<MatchedSelection>,
    tags: &'a [String],
    // The Detection Rule License wants these kept with every match.
    author: Option<&'a str>,
    license: Option<&'a str>,
    references: &'a [String],
}

#[derive(Default)]
struct Counts {
    inputs: usize,
    unreadable: usize,
    records: usize,
    malformed: usize,
    bytes: usize,
    findings: usize,
}

struct Run<'r> {
    rules: &'r RuleSet,
    min_level: Level,
    format: Format,
    table: Table<8>,
    counts: Counts,
}

/// Runs the command.
pub(crate) fn run(options: &Evaluate, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let rules = load(&options.rules, terminal)?;
    let headings = ["LEVEL", "TIME", "FINDING", "CALL", "BY", "FROM", "USER AGENT", "WHERE"];
    let mut run = Run {
        rules: &rules,
        min_level: options.min_level.unwrap_or(Level::Informational),
        format: terminal.format(options.format),
        table: Table::new(headings),
        counts: Counts::default(),
    };
    for found in log_files(&options.inputs) {
        match found {
            Ok(path) => run.input(&path, options.limit.max_bytes, terminal)?,
            Err((path, error)) => run.unreadable(&name_of(&path), &error.to_string(), terminal),
        }
    }
    run.table.write(terminal)?;
    let counts = &run.counts;
    if counts.unreadable > 0 || counts.malformed > 0 {
        let (unreadable, malformed) = (counts.unreadable, counts.malformed);
        terminal.complain(&format!("unreadable inputs: {unreadable}, malformed records: {malformed}"));
    }
    if options.stats {
        let seconds = started.elapsed().as_secs_f64();
        let Counts { inputs, records, bytes, findings, .. } = counts;
        terminal.complain(&format!(
            "inputs: {inputs}, records: {records}, bytes: {bytes}, seconds: {seconds:.3}, findings: {findings}"
        ));
    }
    Ok(if counts.unreadable > 0 { Ended::WithUnreadableInput } else { Ended::Well })
}

impl Run<'_> {
    fn input(&mut self, path: &Path, max_bytes: u64, terminal: &mut Terminal) -> anyhow::Result<()> {
        let input = match Input::read(path, max_bytes) {
            Ok(input) => input,
            Err(error) => {
                self.unreadable(&name_of(path), &format!("{error:#}"), terminal);
                return Ok(());
            }
        };
        self.complain_about(&input, terminal);
        self.counts.inputs = self.counts.inputs.saturating_add(1);
        self.counts.bytes = self.counts.bytes.saturating_add(input.bytes);
        self.counts.records = self.counts.records.saturating_add(input.file.records.len());
        for (place, record) in input.records() {
            for found in self.rules.evaluate(record.raw()) {
                if found.rule.level >= self.min_level {
                    self.counts.findings = self.counts.findings.saturating_add(1);
                    self.show(&found, (&input.name, place, record), terminal)?;
                }
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, name: &str, reason: &str, terminal: &mut Terminal) {
        self.counts.unreadable = self.counts.unreadable.saturating_add(1);
        terminal.complain(&format!("{name}: {reason}"));
    }

    fn complain_about(&mut self, input: &Input, terminal: &mut Terminal) {
        let name = &input.name;
        if input.is_unreadable() {
            self.counts.unreadable = self.counts.unreadable.saturating_add(1);
            terminal.complain(&format!("{name}: holds no JSON that can be read"));
        }
        if let Some(reason) = &input.cut {
            terminal.complain(&format!("{name}: its end is missing ({reason}); read what stands before"));
        }
        let malformed = input.malformed().count();
        self.counts.malformed = self.counts.malformed.saturating_add(malformed);
        for entry in input.malformed().take(MAX_NAMED) {
            terminal.complain(&format!("{name}: record {}: {}", entry.position, cause_chain(&entry.reason)));
        }
        if let Some(more) = malformed.checked_sub(MAX_NAMED).filter(|more| *more > 0) {
            terminal.complain(&format!("{name}: and {more} more malformed records"));
        }
    }

    fn show(
        &mut self,
        found: &Match<'_>,
        place: (&str, usize, &Record),
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        let line = Line::of(found, place);
        match self.format {
            Format::Json => terminal.json_line(&line),
            Format::Table => {
                let (input, number, _) = place;
                self.table.add(
                    Style::Of(line.level),
                    [
                        line.level.name(),
                        line.event_time.as_deref().unwrap_or_default(),
                        line.title,
                        line.event_name.unwrap_or_default(),
                        &line.caller,
                        line.source_ip_address.unwrap_or_default(),
                        &crate::terminal::short(line.user_agent.unwrap_or_default(), 24),
                        &format!("{input}:{number}"),
                    ],
                );
                Ok(())
            }
        }
    }
}

impl<'a> Line<'a> {
    fn of(found: &Match<'a>, (input, number, record): (&'a str, usize, &'a Record)) -> Self {
        let rule = found.rule;
        Self {
            rule: rule.key(),
            name: rule.name.as_deref(),
            title: &rule.title,
            level: rule.level,
            kind: "rule",
            // As recorded: an id that is none is still what the record can be found by.
            event_id: record.field("eventID").and_then(Value::as_str),
            event_time: record.event_time().map(|time| time.to_string()),
            event_source: record.event_source(),
            event_name: record.event_name(),
            succeeded: record.outcome().succeeded(),
            account: record.recipient_account().map(trailreflex_model::AccountId::as_str),
            region: record.region().map(trailreflex_model::Region::as_str),
            caller: record.identity().display(),
            source_ip_address: record.source_ip_address(),
            user_agent: record.user_agent(),
            input,
            record: number,
            matched: found.explain(record.raw()).selections,
            tags: &rule.tags,
            author: rule.author.as_deref(),
            license: rule.license.as_deref(),
            references: &rule.references,
        }
    }
}
