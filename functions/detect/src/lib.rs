//! One event in, findings on the bus out: a CloudTrail record, or another AWS service's report. Holds no power over the
//! account but to report.

mod config;
mod report;

pub use config::Config;
pub use report::{bus_events, data};

use serde_json::{Value, json};
use trailreflex_aws::{Bus, Metrics};
use trailreflex_detection::{Bundle, RuleSet};
use trailreflex_findings::{Evaluated, Event};
use trailreflex_lambda::{Failure, now};
use trailreflex_model::cause_chain;

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

/// Takes the rules that were built in; each is compiled when the first record needs it.
///
/// # Errors
/// If the bundle is damaged: the build checks it, so this means a broken package.
pub fn built_in_rules() -> Result<RuleSet, trailreflex_detection::BundleError> {
    Bundle::built_in(trailreflex_content::RULES)?.load()
}

/// Reads an EventBridge event.
///
/// # Errors
/// [`Failure::Permanent`] if it carries nothing that is read here: no retry would change that.
pub fn read(payload: Value) -> Result<Event, Failure> {
    Event::read(payload).map_err(|error| Failure::permanent(error.code(), error))
}

impl Detect {
    /// Evaluates one event.
    ///
    /// Safe to repeat: the same record or report gives the same findings with the same ids.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload carries nothing that is read, or a rule about it turns out to be unusable,
    /// [`Failure::Retryable`] if the bus did not answer.
    pub async fn handle(&self, payload: Value) -> Result<Value, Failure> {
        let Evaluated { findings, ignored, unusable } = read(payload)?.evaluate(&self.rules);
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
        for reason in &ignored {
            tracing::info!(reason = reason.as_str(), "a report was ignored");
        }
        // The findings are out: a number that is missing must not send them again.
        if let Err(error) = self.metrics.publish(&data(&findings, &ignored, now())).await {
            tracing::warn!(reason = cause_chain(&error), "metrics were not published");
        }
        // So are the findings of other rules; what the record means to this one must not be lost.
        if let Some(first) = unusable.first() {
            return Err(Failure::permanent("RuleUnusable", first.to_string()));
        }
        if ignored.is_empty() {
            return Ok(json!({"status": "evaluated", "findings": findings}));
        }
        let ignored: Vec<_> = ignored.iter().map(|reason| reason.as_str()).collect();
        Ok(json!({"status": "evaluated", "findings": findings, "ignored": ignored}))
    }
}
