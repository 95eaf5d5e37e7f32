//! Outcomes as an event for the bus and as numbers.

use jiff::Timestamp;
use trailreflex_aws::BusEvent;
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_response::{Outcome, OutcomeStatus};

/// `detail-type` of an outcome on the findings bus.
pub const DETAIL_TYPE_OUTCOME: &str = "Trailreflex Outcome";
/// `source` of what this function puts on the findings bus.
pub const SOURCE: &str = "trailreflex.contain-identity";

/// Renders an outcome for the findings bus.
///
/// # Errors
/// None that is known: an outcome is always valid JSON.
pub fn bus_event(outcome: &Outcome, now: Timestamp) -> Result<BusEvent, serde_json::Error> {
    let user = outcome.plan.user.as_ref().map(|user| user.arn.as_str().to_owned());
    Ok(BusEvent {
        source: SOURCE,
        detail_type: DETAIL_TYPE_OUTCOME,
        detail: serde_json::to_string(outcome)?,
        resources: user.into_iter().collect(),
        time: now,
    })
}

/// Counts an outcome and its steps. A duplicate counts as one plan and no action: nothing was done.
#[must_use]
pub fn data(outcome: &Outcome, now: Timestamp) -> Vec<Datum> {
    let mut data = vec![
        Datum::one(Metric::Events(Function::ContainIdentity), now),
        Datum::one(Metric::Plans(outcome.status.as_str()), now),
    ];
    if outcome.status == OutcomeStatus::Duplicate {
        return data;
    }
    for step in &outcome.steps {
        let metric = Metric::Actions { action: step.action.name(), outcome: step.result.as_str() };
        data.push(Datum::one(metric, now));
    }
    if let Some(seconds) = outcome.seconds_to_containment {
        data.push(Datum::seconds(Metric::SecondsToContainment, seconds, now));
    }
    data
}
