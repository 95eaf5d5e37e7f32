//! What happened during an invocation, as numbers.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use trailreflex_delivery::{EventPattern, NeededCalls, event_patterns, needed_calls};
use trailreflex_detection::{Bundle, Pin, RuleSet, Text};
use trailreflex_findings::Sender;
use trailreflex_lambda::Reported;
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::Finding;

/// What happened so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Messages.
    pub messages: usize,
    /// Messages that are to come again.
    pub retried: usize,
    /// What was put on the quarantine queue.
    pub quarantined: usize,
    /// Rules of the user that are not in use as they are now.
    pub rule_problems: usize,
    /// Matches that count in no correlation.
    pub skipped: usize,
    /// Findings that suppressions hide.
    pub suppressed: usize,
    /// Id of the invocation.
    pub request: String,
    /// Numbers of what was counted.
    pub metered: Vec<Datum>,
    /// Findings.
    pub reported: Reported,
    flushes: usize,
    files: BTreeMap<&'static str, usize>,
    records: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// Begins an invocation with that many messages.
    #[must_use]
    pub fn of(messages: usize) -> Self {
        Self { messages, ..Self::default() }
    }

    /// Returns an id for a batch of records that is to be counted, which no other batch has.
    pub fn flush(&mut self) -> String {
        self.flushes = self.flushes.saturating_add(1);
        format!("{}/{}", self.request, self.flushes)
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
            (Metric::RulesNotLoaded(own), self.rule_problems),
            (Metric::NotCorrelated(own), self.skipped),
            (Metric::Suppressed(own), self.suppressed),
        ]
        .into_iter()
        .chain(self.files.iter().map(|(outcome, count)| (Metric::Files(outcome), *count)))
        .chain(self.records.iter().map(|(outcome, count)| (Metric::Records(outcome), *count)))
        .filter(|(_, count)| *count > 0)
        .map(|(metric, count)| Datum::count(metric, count, now))
        .collect();
        data.extend(self.metered.iter().cloned());
        data.extend(self.reported.data(own, now));
        data.extend(missed(&self.reported, rules).into_iter().map(|metric| Datum::one(metric, now)));
        data
    }
}

/// Returns what the fast path should have brought first. What `detect` had begun to send, it had seen.
fn missed(reported: &Reported, rules: &RuleSet) -> Vec<Metric> {
    let is_missed = |from: Option<Sender>| match from {
        Some(Sender::Detect) => false,
        Some(Sender::Ingest | Sender::ReviewAccess) | None => true,
    };
    let unseen: Vec<&Finding> =
        reported.sent.iter().filter(|(_, from)| is_missed(*from)).map(|(finding, _)| finding).collect();
    if unseen.is_empty() {
        return Vec::new();
    }
    let needed = needed_calls(rules);
    let fast: BTreeSet<&String> = needed.calls.values().flatten().chain(&needed.unpinned).collect();
    let is_fast =
        |finding: &&Finding| fast.contains(&finding.rule.id) && !needed.slow.contains(&finding.rule.id);
    unseen.into_iter().filter(is_fast).map(|finding| metric(finding, &needed)).collect()
}

/// Tells a call that got lost from one that no event rule of the stack lets through: only a user's rules need those.
fn metric(finding: &Finding, needed: &NeededCalls) -> Metric {
    let text = |text: &str| Some(Text::Equals(text.to_owned()));
    let call = Pin { source: text(&finding.evidence.event_source), name: text(&finding.evidence.event_name) };
    let is_delivered = DELIVERED.iter().any(|pattern| pattern.delivers(&call));
    // Findings of correlations are about several calls, so about none that could be looked up.
    // Event rules about callers deliver what rules about callers need.
    let is_about_caller = needed.unpinned.contains(&finding.rule.id);
    if is_delivered || is_about_caller || finding.correlation.is_some() {
        Metric::missed_by_fast_path(&finding.rule)
    } else {
        Metric::rule_not_delivered(&finding.rule)
    }
}

/// What the stack's event rules about named calls deliver: they are written from the built-in rules.
static DELIVERED: LazyLock<Vec<EventPattern>> = LazyLock::new(|| {
    let rules = Bundle::built_in(trailreflex_content::RULES).and_then(|bundle| bundle.load());
    rules.map(|rules| event_patterns(&needed_calls(&rules))).unwrap_or_default()
});
