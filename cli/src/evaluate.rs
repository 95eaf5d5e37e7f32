//! `trailreflex evaluate`: rules on the records of files.

mod line;

use crate::Ended;
use crate::args::{Evaluate, Format};
use crate::input::{Input, log_files, name_of};
use crate::rules::load::load;
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use line::{Line, Place};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Instant;
use trailreflex_detection::{Contribution, Level, RuleSet, SkipReason};
use trailreflex_model::cause_chain;

/// Most malformed entries that are named one by one; the others are counted.
const MAX_NAMED: usize = 5;
/// Deepest nesting of correlations in which the last record is looked for.
const MAX_DEPTH: usize = 16;

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
    contributions: Vec<Contribution>,
    /// Where the records of the contributions stand.
    places: HashMap<String, Place>,
    /// Matches that correlations could not count, and why.
    skipped: BTreeMap<String, Vec<SkipReason>>,
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
        contributions: Vec::new(),
        places: HashMap::new(),
        skipped: BTreeMap::new(),
    };
    for found in log_files(&options.inputs) {
        match found {
            Ok(path) => run.input(&path, options.limit.max_bytes, terminal)?,
            Err((path, error)) => run.unreadable(&name_of(&path), &error.to_string(), terminal),
        }
    }
    run.correlate(terminal)?;
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
        for (number, record) in input.records() {
            let observed = self.rules.observe(record.raw());
            if observed.matches.is_empty() && observed.contributions.is_empty() && observed.skipped.is_empty()
            {
                continue;
            }
            // As recorded: an id that is none is still what the record can be found by.
            let event_id = record.field("eventID").and_then(Value::as_str).map(str::to_owned);
            let place = Place { input: input.name.clone(), record: number, event_id };
            for found in &observed.matches {
                self.show(&Line::of_match(found, &place, record), terminal)?;
            }
            for skipped in observed.skipped {
                self.skipped.entry(skipped.correlation).or_default().push(skipped.reason);
            }
            for contribution in observed.contributions {
                self.places.insert(contribution.item.event.clone(), place.clone());
                self.contributions.push(contribution);
            }
        }
        Ok(())
    }

    /// Judges the correlations, once all inputs are read: their records come in any order.
    fn correlate(&mut self, terminal: &mut Terminal) -> anyhow::Result<()> {
        let alerts = self.rules.correlate_history(std::mem::take(&mut self.contributions));
        let last_of: BTreeMap<&str, &String> =
            alerts.iter().filter_map(|alert| Some((alert.id.as_str(), alert.events.last()?))).collect();
        for alert in &alerts {
            // What a correlation of correlations counts are alerts.
            let last = |id: &&String| last_of.get(id.as_str()).copied();
            let events = std::iter::successors(alert.events.last(), last).take(MAX_DEPTH);
            let place = events.into_iter().find_map(|event| self.places.get(event)).cloned();
            self.show(&Line::of_alert(alert, place.as_ref()), terminal)?;
        }
        for (correlation, reasons) in &self.skipped {
            let reason = reasons.first().map(ToString::to_string).unwrap_or_default();
            let count = reasons.len();
            terminal.complain(&format!("correlation `{correlation}`: {count} matches left out: {reason}"));
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

    fn show(&mut self, line: &Line<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
        if line.level < self.min_level {
            return Ok(());
        }
        self.counts.findings = self.counts.findings.saturating_add(1);
        match self.format {
            Format::Json => terminal.json_line(line),
            Format::Table => {
                let [call, caller, address, program, place] = line.cells();
                let time = line.event_time.as_deref().unwrap_or_default();
                let cells = [line.level.name(), time, line.title, &call, &caller, &address, &program, &place];
                self.table.add(Style::Of(line.level), cells);
                Ok(())
            }
        }
    }
}
