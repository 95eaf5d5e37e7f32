//! What happened during an invocation, as numbers.

use jiff::Timestamp;
use std::collections::BTreeMap;
use trailreflex_detection::RuleSet;
use trailreflex_findings::Sender;
use trailreflex_lambda::Reported;
use trailreflex_metrics::{Datum, Function, Metric};

/// What happened so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Messages.
    pub messages: usize,
    /// Messages that are to come again.
    pub retried: usize,
    /// What was put on the quarantine queue.
    pub quarantined: usize,
    /// Matches that count in no correlation.
    pub skipped: usize,
    /// Findings.
    pub reported: Reported,
    files: BTreeMap<&'static str, usize>,
    records: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Begins an invocation with that many messages.
    #[must_use]
    pub fn of(messages: usize) -> Self {
        Self { messages, ..Self::default() }
    }

    /// Counts one file.
    pub fn file(&mut self, outcome: &'static str) {
        let count = self.files.entry(outcome).or_default();
        *count = count.saturating_add(1);
    }

    /// Counts entries of a file.
    pub fn records(&mut self, outcome: &'static str, more: usize) {
        let count = self.records.entry(outcome).or_default();
        *count = count.saturating_add(more);
    }

    /// Returns the numbers.
    #[must_use]
    pub fn data(&self, rules: &RuleSet, now: Timestamp) -> Vec<Datum> {
        let own = Function::Ingest;
        let mut data: Vec<Datum> = [
            (Metric::Events(own), self.messages),
            (Metric::Retried(own), self.retried),
            (Metric::Quarantined(own), self.quarantined),
            (Metric::NotCorrelated(own), self.skipped),
        ]
        .into_iter()
        .chain(self.files.iter().map(|(outcome, count)| (Metric::Files(outcome), *count)))
        .chain(self.records.iter().map(|(outcome, count)| (Metric::Records(outcome), *count)))
        .filter(|(_, count)| *count > 0)
        .map(|(metric, count)| Datum::count(metric, count, now))
        .collect();
        data.extend(self.reported.data(own, now));
        data.extend(missed(&self.reported, rules).map(|metric| Datum::one(metric, now)));
        data
    }
}

/// Returns what the fast path should have brought first. What `detect` had begun to send, it had seen.
fn missed<'a>(reported: &'a Reported, rules: &'a RuleSet) -> impl Iterator<Item = Metric> + 'a {
    let is_missed = |from: Option<Sender>| match from {
        Some(Sender::Detect) => false,
        Some(Sender::Ingest) | None => true,
    };
    let unseen = reported.sent.iter().filter(move |(_, from)| is_missed(*from));
    unseen
        .filter(|(finding, _)| is_both(rules, &finding.rule.id))
        .map(|(finding, _)| Metric::missed_by_fast_path(&finding.rule))
}

/// Tells whether a rule says that both paths bring its records: `custom.delivery: both`.
fn is_both(rules: &RuleSet, rule: &str) -> bool {
    let custom = rules.rule(rule).and_then(|rule| rule.custom.get("custom"));
    custom.and_then(|custom| custom.get("delivery")).is_some_and(|delivery| delivery == "both")
}
