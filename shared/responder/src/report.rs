//! Outcomes as an event for the bus and as numbers.

use jiff::Timestamp;
use trailreflex_aws::BusEvent;
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_response::{ActionClass, DETAIL_TYPE_OUTCOME, Outcome, OutcomeStatus, StepResult};

/// Returns how metrics name the function of a class.
#[must_use]
pub fn function_of(class: ActionClass) -> Function {
    match class {
        ActionClass::ContainIdentity => Function::ContainIdentity,
        ActionClass::RestoreLogging => Function::RestoreLogging,
        ActionClass::CloseExposure => Function::CloseExposure,
    }
}

/// Returns the `source` of what the function of a class puts on the findings bus.
fn source_of(class: ActionClass) -> &'static str {
    match class {
        ActionClass::ContainIdentity => "trailreflex.contain-identity",
        ActionClass::RestoreLogging => "trailreflex.restore-logging",
        ActionClass::CloseExposure => "trailreflex.close-exposure",
    }
}

/// Renders an outcome for the findings bus.
///
/// # Errors
/// None that is known: an outcome is always valid JSON.
pub fn bus_event(
    class: ActionClass,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<BusEvent, serde_json::Error> {
    let identity = outcome.plan.identity.as_ref().map(|identity| identity.arn.as_str().to_owned());
    Ok(BusEvent {
        source: source_of(class),
        detail_type: DETAIL_TYPE_OUTCOME,
        detail: serde_json::to_string(outcome)?,
        resources: identity.into_iter().collect(),
        time: now,
    })
}

/// Counts an outcome and its steps. A duplicate counts as one plan and no action: nothing was done.
#[must_use]
pub fn data(class: ActionClass, outcome: &Outcome, now: Timestamp) -> Vec<Datum> {
    let mut data = vec![
        Datum::one(Metric::Events(function_of(class)), now),
        Datum::one(Metric::Plans(outcome.status.as_str()), now),
    ];
    if let Some(hold) = outcome.plan.held {
        data.push(Datum::one(Metric::HeldBack { function: function_of(class), reason: hold.as_str() }, now));
    }
    if outcome.status == OutcomeStatus::Bypassed {
        data.push(Datum::one(Metric::ContainmentBypassed(function_of(class)), now));
    }
    // Nothing was done.
    if matches!(outcome.status, OutcomeStatus::Duplicate | OutcomeStatus::Overdue) {
        return data;
    }
    for step in &outcome.steps {
        if step.result == StepResult::NotNeeded {
            continue;
        }
        let metric = Metric::Actions { action: step.action.name(), outcome: step.result.as_str() };
        data.push(Datum::one(metric, now));
    }
    if let Some(seconds) = outcome.seconds_to_containment {
        data.push(Datum::seconds(Metric::SecondsToContainment, seconds, now));
    }
    data
}
