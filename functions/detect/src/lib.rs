//! One CloudTrail record in, findings on the bus out. Holds no power over the account but to report.

mod config;
mod report;

pub use config::Config;
pub use report::{bus_events, data};

use serde_json::{Value, json};
use trailreflex_aws::{Bus, Metrics};
use trailreflex_detection::{Bundle, RuleSet};
use trailreflex_findings::findings;
use trailreflex_lambda::{Failure, now};
use trailreflex_model::cloudtrail::{Envelope, Record};
use trailreflex_model::{cause_chain, shown};

/// The function `detect`.
#[derive(Debug)]
pub struct Detect {
    /// The compiled rules.
    pub rules: RuleSet,
    /// Where findings go.
    pub bus: Bus,
    /// Where numbers go.
    pub metrics: Metrics,
}

/// Compiles the rules that were built in.
///
/// # Errors
/// If the bundle is damaged: the build checks it, so this means a broken package.
pub fn built_in_rules() -> Result<RuleSet, trailreflex_detection::BundleError> {
    Ok(Bundle::from_json(trailreflex_content::RULES.as_bytes())?.load().rules)
}

/// Reads the EventBridge event that carries one record.
///
/// # Errors
/// [`Failure::Permanent`] if it carries none: no retry would change that.
pub fn read(payload: Value) -> Result<(Envelope, Record), Failure> {
    let mut envelope = Envelope::parse(payload).map_err(|error| Failure::permanent("NotAnEvent", error))?;
    if !envelope.kind.carries_a_record() {
        let kind = shown(envelope.kind.as_str());
        let reason = format!("the event is a `{kind}`, not a CloudTrail record; correct the rule's pattern");
        return Err(Failure::permanent("NotCloudTrail", reason));
    }
    let record =
        Record::parse(envelope.detail.take()).map_err(|error| Failure::permanent("NotARecord", error))?;
    if let Some(account) = record.recipient_account()
        && *account != envelope.account
    {
        let reason = format!("the event is of account {}, its record of account {account}", envelope.account);
        return Err(Failure::permanent("AccountMismatch", reason));
    }
    Ok((envelope, record))
}

impl Detect {
    /// Evaluates one record.
    ///
    /// Safe to repeat: the same record gives the same findings with the same ids.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload carries no record, [`Failure::Retryable`] if the bus did not answer.
    pub async fn handle(&self, payload: Value) -> Result<Value, Failure> {
        let (envelope, record) = read(payload)?;
        let findings = findings(&self.rules, &envelope, &record);
        let events = bus_events(&findings).map_err(|error| Failure::permanent("NotJson", error))?;
        if !events.is_empty() {
            self.bus
                .put(&events)
                .await
                .map_err(|error| Failure::of(error.is_transient, "BusFailed", error))?;
        }
        for finding in &findings {
            tracing::info!(
                finding = finding.id.as_str(),
                rule = finding.rule.id,
                severity = finding.severity.as_str(),
                event = finding.evidence.event_id.as_str(),
                "finding"
            );
        }
        // The findings are out: a number that is missing must not send them again.
        if let Err(error) = self.metrics.publish(&data(&findings, now())).await {
            tracing::warn!(reason = cause_chain(&error), "metrics were not published");
        }
        Ok(json!({"status": "evaluated", "findings": findings}))
    }
}
