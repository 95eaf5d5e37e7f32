//! CloudTrail records in, metrics of activity out, each record once. Holds no power over the account but to count.

mod config;
mod read;
mod sensors;

pub use config::Config;
pub use read::{Message, read};

use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_aws::{Canary, Metrics, Quarantine, SensorLog};
use trailreflex_lambda::{Answer, Batch, Failed, Failure, Metering, now};
use trailreflex_metrics::{Datum, Function, Metric, Sensor};
use trailreflex_model::cause_chain;

/// The function `meter`.
#[derive(Debug)]
pub struct MeterFunction {
    /// What counts.
    pub metering: Metering,
    /// What calls AWS in order to be seen.
    pub canary: Canary,
    /// Whose events are counted.
    pub home: Sensor,
    /// Of whom something is to be heard, besides.
    pub others: BTreeSet<Sensor>,
    /// When they were heard.
    pub sensors: SensorLog,
    /// What cannot be used is kept here.
    pub quarantine: Quarantine,
    /// Where the function's own numbers go.
    pub metrics: Metrics,
}

impl MeterFunction {
    /// Counts the records of a batch of messages, or, given `{"sweep": true}`, sends what is still to be sent and makes a
    /// call that is to come back as a record, here and wherever else something is to be heard.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload is neither; [`Failure::Retryable`] if a sweep cannot tell what was heard.
    pub async fn handle(&self, payload: Value, request: &str) -> Result<Value, Failure> {
        if payload.get("sweep") == Some(&Value::Bool(true)) {
            let published = self.metering.publish(request).await;
            self.tell(Metering::published_data(&published, now())).await;
            if let Err(error) = self.canary.call_at(&self.home).await {
                tracing::warn!(reason = cause_chain(&error), "no canary was sent");
            }
            let blind = self.look_at_sensors().await?;
            return Ok(
                json!({"status": "swept", "sent": published.sent, "waiting": published.waiting, "blind": blind}),
            );
        }
        let batch = Batch::parse(payload)?;
        let mut data = vec![Datum::count(Metric::Events(Function::Meter), batch.messages.len(), now())];
        let mut answer = Answer::default();
        let mut ids = Vec::new();
        let mut records = Vec::new();
        let mut unusable = Vec::new();
        for message in batch.messages {
            match read(&message.body, &self.home) {
                Message::Record(record) => {
                    ids.push(message.message_id);
                    records.push(*record);
                }
                Message::Canary(sensor, at) => {
                    if let Err(error) = self.sensors.heard(&sensor, at.min(now())).await {
                        tracing::warn!(reason = cause_chain(&error), "a canary comes again");
                        answer.batch_item_failures.extend(failed(&message.message_id));
                    }
                }
                Message::Ignored(reason) => data.push(Datum::one(Metric::Ignored(reason), now())),
                Message::Unusable(reason) => unusable.push((message.message_id, reason, message.body)),
            }
        }
        let counted = self.metering.count(&records, request).await;
        for place in &counted.unidentified {
            if let (Some(id), Some(record)) = (ids.get(*place), records.get(*place)) {
                let reason =
                    "NoEventId: the record has no eventID, so it cannot be told from its copies".to_owned();
                unusable.push((id.clone(), reason, record.raw().to_string()));
            }
        }
        answer.batch_item_failures.extend(counted.again.iter().filter_map(|place| failed(ids.get(*place)?)));
        for (id, reason, body) in unusable {
            match self
                .quarantine
                .store(Function::Meter.as_str(), &reason, &json!({"messageId": id, "body": body}))
                .await
            {
                Ok(()) => data.push(Datum::one(Metric::Quarantined(Function::Meter), now())),
                Err(error) => {
                    tracing::error!(reason = cause_chain(&error), "an unusable message comes again");
                    answer.batch_item_failures.extend(failed(&id));
                }
            }
        }
        let published = self.metering.publish(request).await;
        if !counted.again.is_empty() {
            data.push(Datum::count(Metric::Retried(Function::Meter), counted.again.len(), now()));
        }
        data.extend(Metering::counted_data(&counted, now()));
        data.extend(Metering::published_data(&published, now()));
        self.tell(data).await;
        serde_json::to_value(answer).map_err(|error| Failure::permanent("NotJson", error))
    }

    /// The counts are kept: a number of the function's own that is missing must not bring the messages again.
    async fn tell(&self, data: Vec<Datum>) {
        if let Err(error) = self.metrics.publish(&data).await {
            tracing::warn!(reason = cause_chain(&error), "metrics of the function itself were not published");
        }
    }
}

fn failed(id: &str) -> Option<Failed> {
    Some(Failed { item_identifier: id.to_owned() })
}
