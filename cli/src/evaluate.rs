//! `trailreflex evaluate`: rules on the records of files.

mod csv;
mod html;
mod line;
mod output;

use crate::Ended;
use crate::args::Evaluate;
use crate::reading::{ByRules, Counts, Seen, read_picked};
use crate::rules::load::load;
use crate::suppressing::Suppressing;
use crate::terminal::Terminal;
use line::{Line, Place, event_id};
use output::Output;
use std::collections::{BTreeMap, HashMap};
use std::time::Instant;
use trailreflex_detection::{Contribution, Level, RuleSet, SkipReason, Skipped};
use trailreflex_model::cloudtrail::Record;

/// Deepest nesting of correlations in which the last record is looked for.
const MAX_DEPTH: usize = 16;

/// What a record means to the rules.
#[derive(Debug)]
struct Observed<'r> {
    event_id: Option<String>,
    lines: Vec<Line<'r>>,
    contributions: Vec<Contribution>,
    skipped: Vec<Skipped>,
    /// Ids of the suppressions because of which correlations do not count the record.
    uncounted: Vec<String>,
}

impl<'r> Observed<'r> {
    /// Evaluates the rules on a record; none if it means nothing to them.
    fn of(
        record: &Record,
        (rules, suppressing): (&'r RuleSet, &Suppressing),
        min_level: Level,
    ) -> Option<Self> {
        let observed = rules.observe(record.raw());
        let suppression = |rule: &str| suppressing.of(rule, record.raw()).map(|one| one.id.clone());
        let shown = observed.matches.iter().filter(|found| found.rule.level >= min_level);
        let line = |found| {
            let mut line = Line::of_match(found, record);
            line.suppressed_by = suppression(line.rule);
            line
        };
        let lines: Vec<_> = shown.map(line).collect();
        let mut uncounted = Vec::new();
        let mut contributions = observed.contributions;
        contributions.retain(|contribution| {
            let hidden = suppression(&contribution.window.correlation);
            let is_counted = hidden.is_none();
            uncounted.extend(hidden);
            is_counted
        });
        let skipped = observed.skipped;
        let is_nothing =
            lines.is_empty() && contributions.is_empty() && skipped.is_empty() && uncounted.is_empty();
        (!is_nothing).then(|| Self { event_id: event_id(record), lines, contributions, skipped, uncounted })
    }
}

/// How much suppressions hide, by their ids.
#[derive(Debug, Default)]
struct Hidden {
    findings: BTreeMap<String, usize>,
    /// Records that correlations do not count.
    uncounted: BTreeMap<String, usize>,
}

struct Run<'r> {
    rules: &'r RuleSet,
    min_level: Level,
    output: Output,
    findings: usize,
    hidden: Hidden,
    show_suppressed: bool,
    contributions: Vec<Contribution>,
    /// Where the records of the contributions stand.
    places: HashMap<String, Place>,
    /// Matches that correlations could not count, and why.
    skipped: BTreeMap<String, Vec<SkipReason>>,
}

/// Runs the command.
pub(crate) fn run(options: &Evaluate, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let rules = &load(&options.rules, terminal)?;
    let suppressing = Suppressing::load(&options.suppressions.paths, (rules, &options.rules), terminal)?;
    let min_level = options.min_level.unwrap_or(Level::Informational);
    let format = options.format.unwrap_or_else(|| terminal.format(None).into());
    let mut run = Run {
        rules,
        min_level,
        output: Output::new(format, terminal)?,
        findings: 0,
        hidden: Hidden::default(),
        show_suppressed: options.show_suppressed,
        contributions: Vec::new(),
        places: HashMap::new(),
        skipped: BTreeMap::new(),
    };
    let look = |record: &Record| Observed::of(record, (rules, &suppressing), min_level);
    let by_rules = ByRules::of(rules, options.parse_all);
    let counts =
        read_picked(&options.inputs, &by_rules, terminal, look, |seen, terminal| run.take(seen, terminal))?;
    run.correlate(terminal)?;
    run.output.end(&counts, run.hidden.findings.values().sum(), terminal)?;
    run.hidden.tell(terminal);
    counts.complain(terminal);
    let Counts { inputs, records, bytes, .. } = counts;
    if options.stats {
        let (seconds, findings) = (started.elapsed().as_secs_f64(), run.findings);
        terminal.complain(&format!(
            "inputs: {inputs}, records: {records}, bytes: {bytes}, seconds: {seconds:.3}, findings: {findings}"
        ));
    }
    Ok(counts.ended())
}

impl Hidden {
    fn add(counts: &mut BTreeMap<String, usize>, id: String) {
        let count = counts.entry(id).or_default();
        *count = count.saturating_add(1);
    }

    fn tell(&self, terminal: &mut Terminal) {
        for (what, counts) in [
            ("suppressed findings", &self.findings),
            ("suppressed records that correlations do not count", &self.uncounted),
        ] {
            if !counts.is_empty() {
                let all: usize = counts.values().sum();
                let each = counts.iter().map(|(id, count)| format!("{id} {count}")).collect::<Vec<_>>();
                terminal.complain(&format!("{what}: {all} ({})", each.join(", ")));
            }
        }
    }
}

impl<'r> Run<'r> {
    fn take(&mut self, seen: Seen<Observed<'r>>, terminal: &mut Terminal) -> anyhow::Result<()> {
        for (record, observed) in seen.found {
            for line in observed.lines {
                self.show(&line.at(&seen.name, record), terminal)?;
            }
            for id in observed.uncounted {
                Hidden::add(&mut self.hidden.uncounted, id);
            }
            for skipped in observed.skipped {
                self.skipped.entry(skipped.correlation).or_default().push(skipped.reason);
            }
            for contribution in observed.contributions {
                let place =
                    || Place { input: seen.name.clone(), record, event_id: observed.event_id.clone() };
                self.places.entry(contribution.item.event.clone()).or_insert_with(place);
                self.contributions.push(contribution);
            }
        }
        terminal.found(self.findings);
        Ok(())
    }

    /// Judges the correlations, once all inputs are read: their records come in any order.
    fn correlate(&mut self, terminal: &mut Terminal) -> anyhow::Result<()> {
        let min_level = self.min_level;
        let alerts = self.rules.correlate_history(std::mem::take(&mut self.contributions));
        let last_of: BTreeMap<&str, &String> =
            alerts.iter().filter_map(|alert| Some((alert.id.as_str(), alert.events.last()?))).collect();
        for alert in alerts.iter().filter(|alert| alert.rule.level >= min_level) {
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

    fn show(&mut self, line: &Line<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
        if let Some(id) = &line.suppressed_by {
            Hidden::add(&mut self.hidden.findings, id.clone());
            if !self.show_suppressed {
                return Ok(());
            }
        } else {
            self.findings = self.findings.saturating_add(1);
        }
        self.output.add(line, terminal)
    }
}
