//! The run loop: hands events to a function, quarantines what cannot succeed, returns what may.

use crate::{Failure, not_json, now};
use lambda_runtime::tower::util::MapRequestLayer;
use lambda_runtime::{Context, Error, LambdaEvent, Runtime, service_fn};
use serde_json::{Value, json};
use std::future::Future;
use trailreflex_aws::{Metrics, Quarantine};
use trailreflex_metrics::{Datum, Function, Metric};

/// What stands at the edge of every function.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Which function it is.
    pub function: Function,
    /// Where unusable events are kept.
    pub quarantine: Quarantine,
    /// Where numbers go.
    pub metrics: Metrics,
}

/// Runs a function until Lambda ends it.
///
/// # Errors
/// Only if the runtime API is not there: outside Lambda and `cargo lambda watch`.
pub async fn run<H, F>(edge: Edge, handler: H) -> Result<(), Error>
where
    H: Fn(Value, Context) -> F,
    F: Future<Output = Result<Value, Failure>>,
{
    let (edge, handler) = (&edge, &handler);
    let handle = service_fn(move |event: LambdaEvent<Value>| async move {
        let payload = event.payload.clone();
        let answer = match not_json::wrapped(&event.payload) {
            Some(_) => Err(Failure::permanent("NotJson", "the payload is not JSON")),
            None => handler(event.payload, event.context).await,
        };
        settle(edge, &payload, answer).await
    });
    Runtime::new(handle).layer(MapRequestLayer::new(not_json::wrap)).run().await
}

/// Turns a permanent failure into a stored event and a good end.
async fn settle(edge: &Edge, payload: &Value, answer: Result<Value, Failure>) -> Result<Value, Failure> {
    let function = edge.function;
    match answer {
        Ok(answer) => Ok(answer),
        Err(failure @ Failure::Permanent { .. }) => {
            let (code, reason) = (failure.code(), failure.explain());
            tracing::warn!(code, reason, "the event is quarantined: no retry can make it usable");
            let text = format!("{code}: {reason}");
            edge.quarantine
                .store(function.as_str(), &text, payload)
                .await
                .map_err(|error| Failure::retryable("QuarantineFailed", error))?;
            count(edge, Metric::Quarantined(function)).await;
            Ok(json!({"status": "quarantined", "code": code, "reason": reason}))
        }
        Err(failure @ Failure::Retryable { .. }) => {
            tracing::error!(
                code = failure.code(),
                reason = failure.explain(),
                "Lambda will deliver the event again"
            );
            count(edge, Metric::Retried(function)).await;
            Err(failure)
        }
    }
}

/// Counts one. A number that cannot be sent must not undo what was done, so it is only logged.
async fn count(edge: &Edge, metric: Metric) {
    if let Err(error) = edge.metrics.publish(&[Datum::one(metric, now())]).await {
        tracing::warn!(reason = trailreflex_model::cause_chain(&error), "a metric was not published");
    }
}
