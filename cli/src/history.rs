//! What has fired in the past: how often, on which days, and because of whom.

mod principal;
mod suggest;

pub(crate) use principal::Principal;
pub(crate) use suggest::{Suggestion, file_of, suggested};

use crate::args::Inputs;
use crate::reading::{Counts, read_all};
use crate::terminal::Terminal;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use trailreflex_activity::program;
use trailreflex_detection::{Contribution, Rule, RuleSet};
use trailreflex_model::cloudtrail::Record;

/// Most principals that are told apart for one rule; those that come later are counted as others.
const MAX_PRINCIPALS: usize = 10_000;

/// What fired.
#[derive(Debug)]
pub(crate) struct History<'r> {
    /// By the rule's key.
    pub(crate) rules: BTreeMap<&'r str, OfRule<'r>>,
    /// When the first and the last of all records happened.
    pub(crate) period: Option<(Timestamp, Timestamp)>,
    pub(crate) counts: Counts,
}

/// What fired of one rule or correlation.
#[derive(Debug)]
pub(crate) struct OfRule<'r> {
    pub(crate) rule: &'r Rule,
    pub(crate) is_correlation: bool,
    pub(crate) all: Tally,
    pub(crate) principals: HashMap<Principal, Tally>,
    /// Findings of principals beyond those that are told apart, or of nobody.
    pub(crate) others: usize,
}

/// How often, and when.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) count: usize,
    pub(crate) days: BTreeSet<Date>,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    /// The kinds of programs that were used.
    pub(crate) programs: BTreeSet<String>,
}

impl Tally {
    fn add(&mut self, time: Option<Timestamp>, program: Option<&str>) {
        self.count = self.count.saturating_add(1);
        if let Some(time) = time {
            self.days.insert(day(time));
            self.first = Some(self.first.map_or(time, |first| first.min(time)));
            self.last = Some(self.last.map_or(time, |last| last.max(time)));
        }
        if let Some(program) = program.filter(|program| !self.programs.contains(*program)) {
            self.programs.insert(program.to_owned());
        }
    }
}

/// What a record means to the rules.
struct Looked<'r, R> {
    time: Option<Timestamp>,
    fired: Vec<&'r Rule>,
    principal: Option<Principal>,
    program: Option<String>,
    contributions: Vec<Contribution>,
    more: Option<R>,
}

/// Evaluates `rules` on all records. `also` sees each record and the rules that fire, on whatever thread, and `tell` what it
/// makes of it.
///
/// # Errors
/// Those of `tell`.
pub(crate) fn gather<'r, R: Send>(
    inputs: &Inputs,
    rules: &'r RuleSet,
    terminal: &mut Terminal,
    also: impl Fn(&Record, &[&'r Rule]) -> Option<R> + Sync,
    mut tell: impl FnMut(R) -> anyhow::Result<()>,
) -> anyhow::Result<History<'r>> {
    let mut history = History { rules: BTreeMap::new(), period: None, counts: Counts::default() };
    let period = (AtomicI64::new(i64::MAX), AtomicI64::new(i64::MIN));
    let mut contributions = Vec::new();
    let mut findings = 0_usize;
    let look = |record: &Record| {
        let time = record.event_time();
        if let Some(time) = time {
            period.0.fetch_min(time.as_second(), Ordering::Relaxed);
            period.1.fetch_max(time.as_second(), Ordering::Relaxed);
        }
        let observed = rules.observe(record.raw());
        let fired: Vec<_> = observed.matches.iter().map(|found| found.rule).collect();
        let more = also(record, &fired);
        let has_fired = !fired.is_empty();
        (has_fired || !observed.contributions.is_empty() || more.is_some()).then(|| Looked {
            time,
            principal: has_fired.then(|| Principal::of(record)).flatten(),
            program: record.user_agent().filter(|_| has_fired).map(program),
            fired,
            contributions: observed.contributions,
            more,
        })
    };
    let counts = read_all(inputs, terminal, look, |seen, terminal| {
        for (_, looked) in seen.found {
            for rule in &looked.fired {
                findings = findings.saturating_add(1);
                let program = looked.program.as_deref();
                history.add((rule, false), looked.principal.as_ref(), looked.time, program);
            }
            contributions.extend(looked.contributions);
            looked.more.map_or(Ok(()), &mut tell)?;
        }
        terminal.found(findings);
        Ok(())
    })?;
    for alert in rules.correlate_history(contributions) {
        let principal = Principal::of_group(&alert.group);
        let time = Timestamp::from_millisecond(alert.time_ms).ok();
        history.add((alert.rule, true), principal.as_ref(), time, None);
    }
    let moment = |second: &AtomicI64| Timestamp::from_second(second.load(Ordering::Relaxed)).ok();
    history.period = moment(&period.0).zip(moment(&period.1));
    history.counts = counts;
    Ok(history)
}

impl<'r> History<'r> {
    fn add(
        &mut self,
        (rule, is_correlation): (&'r Rule, bool),
        principal: Option<&Principal>,
        time: Option<Timestamp>,
        program: Option<&str>,
    ) {
        let of_rule = self.rules.entry(rule.key()).or_insert_with(|| OfRule {
            rule,
            is_correlation,
            all: Tally::default(),
            principals: HashMap::new(),
            others: 0,
        });
        of_rule.all.add(time, None);
        let has_room = of_rule.principals.len() < MAX_PRINCIPALS;
        match principal.filter(|principal| has_room || of_rule.principals.contains_key(principal)) {
            Some(principal) => of_rule.principals.entry(principal.clone()).or_default().add(time, program),
            None => of_rule.others = of_rule.others.saturating_add(1),
        }
    }
}

impl OfRule<'_> {
    /// Returns who fired it, most often first.
    pub(crate) fn top(&self) -> Vec<(&Principal, &Tally)> {
        let mut all: Vec<_> = self.principals.iter().collect();
        all.sort_by(|one, other| other.1.count.cmp(&one.1.count).then_with(|| one.0.cmp(other.0)));
        all
    }
}

fn day(time: Timestamp) -> Date {
    time.to_zoned(TimeZone::UTC).date()
}
