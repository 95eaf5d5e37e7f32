//! An outcome in; what there is about it to a bucket that keeps it: the outcome with everything that it changed, the records
//! around the call, and the settings of the identity that was contained.
//!
//! A function of its own, so that no containment waits for it, and that no responder may read that much. What cannot be
//! read is named in the evidence; only what cannot be stored is tried again.

mod case;
mod config;
mod evidence;
mod persistence;

pub use case::{Case, Lookup, NotACase, When};
pub use config::Config;
pub use evidence::Evidence;
pub use persistence::persistence;

use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use trailreflex_aws::{Bus, BusEvent, EventHistory, EvidenceStore, Identities, Metrics, Stored};
use trailreflex_lambda::{Batch, Failure, now};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::cause_chain;
use trailreflex_response::{DETAIL_TYPE_LEFT_BEHIND, LeftBehind};

/// `source` of what the function puts on the findings bus.
const SOURCE: &str = "trailreflex.keep-evidence";

/// The function `keep-evidence`.
#[derive(Debug)]
pub struct KeepEvidence {
    /// CloudTrail's event history.
    pub history: EventHistory,
    /// Settings of users, roles and groups.
    pub identities: Identities,
    /// Where evidence is kept.
    pub store: EvidenceStore,
    /// Where people are told of what was left behind.
    pub bus: Bus,
    /// Where the function's own numbers go.
    pub metrics: Metrics,
}

impl KeepEvidence {
    /// Keeps what there is about an outcome, as EventBridge hands it over at once, and as the queue does a quarter of an hour
    /// later, when CloudTrail has delivered what was done up to the containment.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the event is no outcome; [`Failure::Retryable`] if the evidence was not stored, or people
    /// were not told.
    pub async fn handle(&self, payload: Value) -> Result<Value, Failure> {
        if payload.get("Records").is_none() {
            return self.keep(payload, When::AtOnce).await;
        }
        let mut kept = Vec::new();
        for message in Batch::parse(payload)?.messages {
            let event =
                serde_json::from_str(&message.body).map_err(|error| Failure::permanent("NotJson", error))?;
            kept.push(self.keep(event, When::Later).await?);
        }
        Ok(Value::Array(kept))
    }

    async fn keep(&self, event: Value, when: When) -> Result<Value, Failure> {
        let case = Case::read(event).map_err(|error| Failure::permanent("NotAnOutcome", error))?;
        let key = case.key(when);
        let evidence = self.collect(case).await;
        let missing = evidence.missing.len();
        let text =
            serde_json::to_vec_pretty(&evidence).map_err(|error| Failure::permanent("NotJson", error))?;
        let stored =
            self.store.put(&key, text).await.map_err(|error| Failure::retryable("NotStored", error))?;
        // By then CloudTrail has delivered it all. Who is told again is told once: `notify` knows the plan.
        if let (When::Later, Some(left)) = (when, evidence.left_behind(&key)) {
            self.tell(&left).await?;
        }
        let event = [Datum::one(Metric::Events(Function::KeepEvidence), now())];
        if let Err(error) = self.metrics.publish(&event).await {
            tracing::warn!(reason = cause_chain(&error), "a metric was not published");
        }
        let status = match stored {
            Stored::Now => "kept",
            Stored::Before => "kept before",
        };
        let (records, persistence) = (evidence.records.len(), evidence.persistence.len());
        Ok(
            json!({"status": status, "key": key, "records": records, "persistence": persistence, "missing": missing}),
        )
    }

    async fn tell(&self, left: &LeftBehind) -> Result<(), Failure> {
        let detail = serde_json::to_string(left).map_err(|error| Failure::permanent("NotJson", error))?;
        let event = BusEvent {
            source: SOURCE,
            detail_type: DETAIL_TYPE_LEFT_BEHIND,
            detail,
            resources: Vec::new(),
            time: now(),
        };
        self.bus.put(&[event]).await.map_err(|error| Failure::retryable("NotTold", error))
    }

    async fn collect(&self, case: Case) -> Evidence {
        let mut evidence = Evidence::new(case, now());
        if evidence.case.is_of_member() {
            evidence.lacks("records and settings", "they are in a member account, which is not read");
            return evidence;
        }
        let (mut next, mut asked) = (VecDeque::from(evidence.case.lookups()), BTreeSet::new());
        while let Some(lookup) = next.pop_front() {
            if !asked.insert(lookup.clone()) {
                continue;
            }
            let (attribute, value) = lookup.attribute();
            match self.history.records(attribute, value, evidence.case.since(), evidence.collected_at).await {
                Ok(found) => {
                    next.extend(lookup.of_caller(&found.records));
                    evidence.add(&lookup, found.records, found.is_whole);
                }
                Err(error) => evidence.lacks(&lookup.to_string(), &cause_chain(&error)),
            }
        }
        if let Some(identity) = evidence.case.identity().cloned() {
            let described = self.identities.describe(identity.kind, &identity.name).await;
            evidence.describe(&identity, &described.settings, &described.problems);
        }
        evidence
    }
}
