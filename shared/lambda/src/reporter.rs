//! Sends findings once and says in the log what became of them.

use crate::{Failure, now};
use trailreflex_aws::{Bus, CallFailed, DynamoSentLog, FindingsBus, SdkConfig};
use trailreflex_findings::{Claimant, Sender, dispatch};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::{Finding, cause_chain};

/// Where a function's findings go.
#[derive(Debug, Clone)]
pub struct Reporter {
    sender: Sender,
    outlet: FindingsBus,
    log: DynamoSentLog,
}

/// What became of findings.
#[derive(Debug, Default)]
pub struct Reported {
    /// Those that went out, each with who had claimed it before and was stopped.
    pub sent: Vec<(Finding, Option<Sender>)>,
    /// How many had gone out before.
    pub known: usize,
    /// How many another delivery may be sending right now.
    pub held: usize,
    /// How many calls to the log failed.
    pub log_failures: usize,
}

impl Reporter {
    /// A reporter for `sender`; makes no call.
    #[must_use]
    pub fn new(config: &SdkConfig, sender: Sender, findings_bus: String, sent_table: String) -> Self {
        let outlet = FindingsBus::new(Bus::new(config, findings_bus), sender);
        Self { sender, outlet, log: DynamoSentLog::new(config, sent_table) }
    }

    /// Sends what has not been sent. `delivery` names the delivery, the same when it is repeated.
    ///
    /// # Errors
    /// [`Failure`] if the bus did not take a finding.
    pub async fn report(&self, findings: Vec<Finding>, delivery: &str) -> Result<Reported, Failure> {
        let by = Claimant { sender: self.sender, delivery: delivery.to_owned() };
        let done = dispatch(findings, &by, &self.log, &self.outlet, now)
            .await
            .map_err(|error: CallFailed| Failure::of(error.is_transient, "BusFailed", error))?;
        for (finding, _) in &done.sent {
            tracing::info!(
                finding = finding.id.as_str(),
                rule = finding.rule.id,
                severity = finding.severity.as_str(),
                event = finding.evidence.event_id.as_str(),
                "finding"
            );
        }
        for (finding, by) in &done.known {
            tracing::info!(
                finding = finding.id.as_str(),
                by = by.as_str(),
                "the finding had gone out before"
            );
        }
        for error in &done.log_failures {
            tracing::warn!(reason = cause_chain(error), "the log of findings failed: one may go out twice");
        }
        Ok(Reported {
            sent: done.sent,
            known: done.known.len(),
            held: done.held.len(),
            log_failures: done.log_failures.len(),
        })
    }
}

impl Reported {
    /// Takes over what became of further findings.
    pub fn add(&mut self, other: Self) {
        self.sent.extend(other.sent);
        self.known = self.known.saturating_add(other.known);
        self.held = self.held.saturating_add(other.held);
        self.log_failures = self.log_failures.saturating_add(other.log_failures);
    }

    /// Returns what `function` publishes about findings that went out.
    #[must_use]
    pub fn data(&self, function: Function, now: jiff::Timestamp) -> Vec<Datum> {
        let mut data = Vec::new();
        for (finding, _) in &self.sent {
            data.push(Datum::one(Metric::Findings(finding.severity), now));
            data.push(Datum::one(Metric::findings_of(&finding.rule, finding.severity), now));
        }
        if self.log_failures > 0 {
            data.push(Datum::count(Metric::SentLogFailures(function), self.log_failures, now));
        }
        data
    }

    /// Makes the delivery come again if another one may be sending the same findings: if that one was stopped,
    /// this one sends them.
    ///
    /// # Errors
    /// [`Failure::Retryable`] if findings are held.
    pub fn settled(&self) -> Result<(), Failure> {
        if self.held == 0 {
            return Ok(());
        }
        let reason = format!("another delivery may be sending {} of the findings right now", self.held);
        Err(Failure::retryable("HeldElsewhere", reason))
    }
}
