//! What one log file says: findings, what it adds to correlations, and what could not be read.

use jiff::Timestamp;
use trailreflex_detection::{Alert, Contribution, RuleSet};
use trailreflex_findings::{Carrier, correlated, observe};
use trailreflex_model::Finding;
use trailreflex_model::cloudtrail::{LogFile, Record, Rejected, Rejection};
use trailreflex_suppression::Suppressions;

/// A file whose records were evaluated.
#[derive(Debug)]
pub struct EvaluatedFile {
    carrier: Carrier,
    records: Vec<Record>,
    /// What single rules found.
    pub findings: Vec<Finding>,
    /// What all records together add to correlations.
    pub contributions: Vec<Contribution>,
    /// Findings that a suppression hides, with its id.
    pub hidden: Vec<(String, Finding)>,
    /// How many matches count in no correlation.
    pub skipped: usize,
    /// Rules that could not be used.
    pub unusable: Vec<trailreflex_detection::Rejected>,
    /// What is missing: entries that are no records.
    pub unreadable: Vec<Rejected>,
    /// What the file is, if it holds no records and should not: `digest`, `empty`.
    pub kind: Option<&'static str>,
}

impl EvaluatedFile {
    /// Evaluates `rules` on the records in `content`, which `carrier` brought, and takes out what is suppressed `now`.
    #[must_use]
    pub fn of(
        content: &[u8],
        (rules, suppressions): (&RuleSet, &Suppressions),
        carrier: Carrier,
        now: Timestamp,
    ) -> Self {
        let file = LogFile::read(content);
        let mut evaluated = Self {
            carrier,
            records: file.records,
            findings: Vec::new(),
            contributions: Vec::new(),
            hidden: Vec::new(),
            skipped: 0,
            unusable: Vec::new(),
            unreadable: Vec::new(),
            kind: None,
        };
        for rejected in file.rejected {
            match rejected.reason {
                Rejection::Digest => evaluated.kind = Some("digest"),
                Rejection::NoRecords | Rejection::Empty => evaluated.kind = Some("empty"),
                Rejection::NotARecord(_) | Rejection::NotJson { .. } => evaluated.unreadable.push(rejected),
            }
        }
        for record in &evaluated.records {
            let mut observed = observe(rules, &evaluated.carrier, record);
            evaluated.hidden.extend(observed.suppress(suppressions, record, now).findings);
            evaluated.findings.extend(observed.findings);
            evaluated.contributions.extend(observed.contributions);
            if evaluated.unusable.is_empty() {
                evaluated.unusable = observed.unusable;
            }
            evaluated.skipped = evaluated.skipped.saturating_add(observed.skipped.len());
        }
        evaluated
    }

    /// Returns the records that were evaluated.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Turns alerts that the file has completed into findings.
    #[must_use]
    pub fn findings_of(&self, alerts: &[Alert<'_>]) -> Vec<Finding> {
        let records: Vec<_> = self.records.iter().map(|record| (&self.carrier, record)).collect();
        alerts.iter().filter_map(|alert| correlated(alert, &records)).collect()
    }
}
