//! One event in, findings on the bus out: a CloudTrail record, or another AWS service's report. Holds no power over the
//! account but to report.

mod config;
mod report;

pub use config::Config;
pub use report::data;

use serde_json::{Value, json};
use trailreflex_aws::{DynamoWindows, Metrics};
use trailreflex_delivery::Delivery;
use trailreflex_detection::{Contribution, RuleSet};
use trailreflex_findings::{Evaluated, Event};
use trailreflex_lambda::{Current, Failure, Reported, Reporter, Rules, now};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::{AccountId, Finding, cause_chain};

/// The function `detect`.
#[derive(Debug)]
pub struct Detect {
    /// The account that it runs in.
    pub account: AccountId,
    /// The built-in rules and those of the user, and what its owner has said not to be told of.
    pub rules: Rules,
    /// Where findings go, each once.
    pub reporter: Reporter,
    /// What correlations keep between records.
    pub windows: DynamoWindows,
    /// Where numbers go.
    pub metrics: Metrics,
}

/// Reads an EventBridge event that has come to the account `own`.
///
/// # Errors
/// [`Failure::Permanent`] if it carries nothing that is read here: no retry would change that.
pub fn read(payload: Value, own: &AccountId) -> Result<Event, Failure> {
    Event::read_at(payload, own).map_err(|error| Failure::permanent(error.code(), error))
}

impl Detect {
    /// Evaluates one event. `delivery` names the delivery, the same when Lambda repeats it.
    ///
    /// Safe to repeat: the same record or report gives the same findings with the same ids, and what has gone out
    /// does not go out again.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload carries nothing that is read, or a rule about it turns out to be unusable,
    /// [`Failure::Retryable`] if AWS did not answer.
    pub async fn handle(&self, payload: Value, delivery: &str) -> Result<Value, Failure> {
        let event = read(payload, &self.account)?;
        let Current { rules, suppressions, problems } = self.rules.current(now()).await;
        let mut evaluated = event.evaluate(&rules);
        let hidden = evaluated.suppress(&suppressions, &event, now());
        for (id, finding) in &hidden.findings {
            tracing::info!(
                suppression = id,
                finding = finding.id.as_str(),
                rule = finding.rule.id,
                "suppressed"
            );
        }
        let Evaluated { mut findings, ignored, contributions, skipped, unusable } = evaluated;
        for reason in &ignored {
            tracing::info!(reason = reason.as_str(), "a report was ignored");
        }
        // What a single record shows goes out first: no containment waits for the calls of a correlation.
        let mut reported = self.reporter.report(findings.clone(), delivery).await?;
        let correlating = self.correlate(&rules, contributions, &event, delivery).await;
        let end = correlating.and_then(|(alerts, more)| {
            findings.extend(alerts);
            reported.add(more);
            reported.settled()
        });
        // The findings are out: a number that is missing must not send them again.
        let mut data = data(&reported, &ignored, skipped.len(), now());
        if !hidden.findings.is_empty() {
            data.push(Datum::count(Metric::Suppressed(Function::Detect), hidden.findings.len(), now()));
        }
        if !problems.is_empty() {
            data.push(Datum::count(Metric::RulesNotLoaded(Function::Detect), problems.len(), now()));
        }
        if let Err(error) = self.metrics.publish(&data).await {
            tracing::warn!(reason = cause_chain(&error), "metrics were not published");
        }
        end?;
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

    /// Adds to correlations and reports those that are fulfilled. A record without matches makes no call.
    ///
    /// Correlations over log files are left to `ingest`, which sees all of their records: what happens to be delivered
    /// here would cost a write for nearly every call and prove nothing.
    async fn correlate(
        &self,
        rules: &RuleSet,
        mut contributions: Vec<Contribution>,
        event: &Event,
        delivery: &str,
    ) -> Result<(Vec<Finding>, Reported), Failure> {
        contributions.retain(|contribution| {
            let correlation = rules.counted_by(contribution);
            correlation.is_none_or(|rule| Delivery::stated(rule) != Ok(Some(Delivery::Slow)))
        });
        if contributions.is_empty() {
            return Ok((Vec::new(), Reported::default()));
        }
        let alerts = rules.correlate(&self.windows, contributions).await;
        let alerts = alerts.map_err(|error| Failure::of(error.is_transient, "WindowsFailed", error))?;
        let findings: Vec<_> = alerts.iter().filter_map(|alert| event.correlated(alert)).collect();
        let reported = self.reporter.report(findings.clone(), delivery).await?;
        Ok((findings, reported))
    }
}
