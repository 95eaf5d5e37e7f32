//! Tells the bus and the metrics what came of a request, and the journal that they know.

use crate::{Answer, bus_event, data};
use jiff::Timestamp;
use serde_json::Value;
use trailreflex_aws::{Bus, Metrics};
use trailreflex_lambda::Failure;
use trailreflex_metrics::{Datum, Metric};
use trailreflex_model::cause_chain;
use trailreflex_response::{ActionClass, Entry, Journal, Outcome};

/// Where outcomes go.
#[derive(Debug, Clone)]
pub struct Reporter {
    /// Whose.
    pub class: ActionClass,
    /// The findings bus.
    pub bus: Bus,
    /// The metrics.
    pub metrics: Metrics,
}

impl Reporter {
    /// Reports an outcome and returns it as the invocation's answer.
    ///
    /// The journal is marked last: if the function is stopped before, the next delivery reports again. So an
    /// outcome is on the bus at least once, never not at all.
    ///
    /// # Errors
    /// [`Failure::Retryable`] if the bus did not take the outcome: the next delivery changes nothing and reports.
    pub async fn report<J: Journal>(
        &self,
        answer: Answer,
        journal: &J,
        now: Timestamp,
    ) -> Result<Value, Failure> {
        let outcome = &answer.outcome;
        log(outcome);
        self.put_on_bus(outcome, now).await?;
        self.publish(outcome, now).await;
        if let Some(entry) = &answer.unreported {
            store(entry, journal).await;
        }
        serde_json::to_value(outcome).map_err(|error| Failure::permanent("NotJson", error))
    }

    /// Reports what is known of a plan that another delivery will finish. Best effort: the failure itself is
    /// Lambda's to keep.
    pub async fn report_trouble(&self, outcome: &Outcome, now: Timestamp) {
        log(outcome);
        if let Err(failure) = self.put_on_bus(outcome, now).await {
            tracing::warn!(reason = failure.explain(), "the bus did not take the outcome");
        }
        self.publish(outcome, now).await;
    }

    /// Counts one.
    pub async fn count(&self, metric: Metric, now: Timestamp) {
        if let Err(error) = self.metrics.publish(&[Datum::one(metric, now)]).await {
            tracing::warn!(reason = cause_chain(&error), "a metric was not published");
        }
    }

    async fn put_on_bus(&self, outcome: &Outcome, now: Timestamp) -> Result<(), Failure> {
        let event =
            bus_event(self.class, outcome, now).map_err(|error| Failure::permanent("NotJson", error))?;
        let put = self.bus.put(&[event]).await;
        put.map_err(|error| Failure::retryable("OutcomeNotReported", error))
    }

    /// A number that cannot be sent must not undo what was done, so it is only logged.
    async fn publish(&self, outcome: &Outcome, now: Timestamp) {
        if let Err(error) = self.metrics.publish(&data(self.class, outcome, now)).await {
            tracing::warn!(reason = cause_chain(&error), "metrics were not published");
        }
    }
}

/// Stores that an outcome was reported; if that fails, a later delivery reports once more, which does no harm.
async fn store<J: Journal>(entry: &Entry, journal: &J) {
    if let Err(error) = journal.replace(entry).await {
        tracing::warn!(reason = cause_chain(&error), "the journal was not marked as reported");
    }
}

fn log(outcome: &Outcome) {
    tracing::info!(
        plan = outcome.plan.id.as_str(),
        finding = outcome.plan.cause.finding,
        rule = outcome.plan.cause.rule,
        status = outcome.status.as_str(),
        refused = outcome.refused().map(|reason| reason.to_string()),
        held = outcome.plan.held.map(|hold| hold.to_string()),
        "outcome"
    );
}
