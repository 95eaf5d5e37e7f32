//! All that a record means: its findings, and what it adds to correlations.

use crate::{about, evidence, finding};
use jiff::Timestamp;
use trailreflex_detection::{Alert, Contribution, Rejected, RuleSet, Skipped};
use trailreflex_model::cloudtrail::{Envelope, Record};
use trailreflex_model::{AccountId, Correlated, Finding, FindingId, Region};

/// What is known of a record from whatever brought it, for records that do not say so themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The account that recorded it.
    pub account: AccountId,
    /// The Region that recorded it.
    pub region: Region,
    /// When it happened, if the carrier knows.
    pub time: Option<Timestamp>,
    /// Name of the archive replay that delivered it.
    pub replay_name: Option<String>,
}

impl Carrier {
    /// What an EventBridge event tells of its record.
    #[must_use]
    pub fn of(envelope: &Envelope) -> Self {
        Self {
            account: envelope.account.clone(),
            region: envelope.region.clone(),
            time: Some(envelope.time),
            replay_name: envelope.replay_name.clone(),
        }
    }
}

/// All that a record means to a rule set.
#[derive(Debug, Clone, Default)]
pub struct Observed {
    /// What single rules found.
    pub findings: Vec<Finding>,
    /// To be given to [`RuleSet::correlate`]; without any there is nothing to correlate.
    pub contributions: Vec<Contribution>,
    /// The correlations that the record should count in but cannot.
    pub skipped: Vec<Skipped>,
    /// Why rules that the record may concern could not be used: then there may be more findings than these.
    pub unusable: Vec<Rejected>,
}

/// Evaluates `rules` on a record.
#[must_use]
pub fn observe(rules: &RuleSet, carrier: &Carrier, record: &Record) -> Observed {
    let observation = rules.observe(record.raw());
    Observed {
        findings: observation.matches.iter().map(|found| finding(found, carrier, record)).collect(),
        contributions: observation.contributions,
        skipped: observation.skipped,
        unusable: rules.unusable(record.raw()).into_iter().cloned().collect(),
    }
}

/// Turns an alert into a finding about the newest of `records` that is part of it.
///
/// If none is, because the alert is about other alerts, it is about the newest of all. Nothing without records.
/// The finding's id depends on the alert only.
#[must_use]
pub fn correlated(alert: &Alert<'_>, records: &[(&Carrier, &Record)]) -> Option<Finding> {
    let is_part = |(_, record): &&(&Carrier, &Record)| {
        let account = record.recipient_account().map(AccountId::as_str);
        let event = record.event_id().map(trailreflex_model::EventId::as_str);
        let name = match (account, event) {
            (Some(account), Some(event)) => format!("{account}/{event}"),
            (None, Some(event)) => event.to_owned(),
            (_, None) => return false,
        };
        alert.events.contains(&name)
    };
    let newest = |(_, record): &&(&Carrier, &Record)| record.event_time();
    let found = records.iter().filter(is_part).max_by_key(newest);
    let (carrier, record) = found.or_else(|| records.iter().max_by_key(newest))?;
    let evidence = evidence(carrier, record);
    let mut finding = about(FindingId::of_alert(&alert.id), alert.rule, evidence, record);
    finding.correlation = Some(Correlated::new(&alert.group, alert.event_count, &alert.events));
    Some(finding)
}
