//! CloudTrail records in, metrics of activity out, each record once. Holds no power over the account but to count.

mod config;
mod read;

pub use config::Config;
pub use read::{Message, read};

use jiff::Timestamp;
use serde_json::{Value, json};
use trailreflex_aws::{Canary, DynamoLedger, Examples, MetricSink, Metrics, Quarantine};
use trailreflex_lambda::{Answer, Batch, Failed, Failure, now};
use trailreflex_metering::{Counted, FlushId, Meter, Published};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::cause_chain;

/// The function `meter`.
#[derive(Debug)]
pub struct MeterFunction {
    /// What counts.
    pub meter: Meter<DynamoLedger>,
    /// Where counts go.
    pub sink: MetricSink,
    /// Where calls that are monitored are named.
    pub examples: Examples,
    /// What calls AWS in order to be seen.
    pub canary: Canary,
    /// What cannot be used is kept here.
    pub quarantine: Quarantine,
    /// Where the function's own numbers go.
    pub metrics: Metrics,
}

impl MeterFunction {
    /// Counts the records of a batch of messages, or, given `{"sweep": true}`, sends what is still to be sent and makes a
    /// call that is to come back as a record.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload is neither.
    pub async fn handle(&self, payload: Value, request: &str) -> Result<Value, Failure> {
        if payload.get("sweep") == Some(&Value::Bool(true)) {
            let published = self.publish(request).await;
            self.tell(published_data(&published, now())).await;
            if let Err(error) = self.canary.call().await {
                tracing::warn!(reason = cause_chain(&error), "no canary was sent");
            }
            return Ok(json!({"status": "swept", "sent": published.sent, "waiting": published.waiting}));
        }
        let batch = Batch::parse(payload)?;
        let mut data = vec![Datum::count(Metric::Events(Function::Meter), batch.messages.len(), now())];
        let mut answer = Answer::default();
        let mut ids = Vec::new();
        let mut records = Vec::new();
        let mut unusable = Vec::new();
        for message in batch.messages {
            match read(&message.body) {
                Message::Record(record) => {
                    ids.push(message.message_id);
                    records.push(*record);
                }
                Message::Ignored(reason) => data.push(Datum::one(Metric::Ignored(reason), now())),
                Message::Unusable(reason) => unusable.push((message.message_id, reason, message.body)),
            }
        }
        let counted = self.meter.count(&records, &FlushId(request.to_owned()), now()).await;
        for place in &counted.unidentified {
            if let (Some(id), Some(record)) = (ids.get(*place), records.get(*place)) {
                let reason =
                    "NoEventId: the record has no eventID, so it cannot be told from its copies".to_owned();
                unusable.push((id.clone(), reason, record.raw().to_string()));
            }
        }
        answer.batch_item_failures.extend(counted.again.iter().filter_map(|place| failed(ids.get(*place)?)));
        for problem in &counted.problems {
            tracing::error!(problem, "records come again");
        }
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
        self.name(&counted).await;
        let published = self.publish(request).await;
        data.extend(counted_data(&counted, now()));
        data.extend(published_data(&published, now()));
        self.tell(data).await;
        serde_json::to_value(answer).map_err(|error| Failure::permanent("NotJson", error))
    }

    /// Keeps the newest of what is monitored, so that an alarm can name who set it off. It is counted all the same.
    async fn name(&self, counted: &Counted) {
        for (control, examples) in &counted.examples {
            for example in examples {
                if let Err(error) = self.examples.keep(*control, example).await {
                    tracing::warn!(reason = cause_chain(&error), "an alarm will not name this call");
                    return;
                }
            }
        }
    }

    /// Sends what is kept, and keeps on the quarantine queue what CloudWatch refuses.
    async fn publish(&self, request: &str) -> Published {
        let published = self.meter.publish(&self.sink, request, now()).await;
        for problem in &published.problems {
            tracing::error!(problem, "metrics wait to be sent");
        }
        for refused in &published.refused {
            let reason = format!("MetricsRefused: {}", refused.reason);
            tracing::error!(reason, "metrics are quarantined");
            let payload = json!({"series": refused.part.series});
            let kept = self.quarantine.store(Function::Meter.as_str(), &reason, &payload).await;
            let end = match kept {
                Ok(()) => self.meter.forget(refused).await,
                Err(error) => Err(error),
            };
            if let Err(error) = end {
                tracing::error!(reason = cause_chain(&error), "refused metrics will be refused again");
            }
        }
        published
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

fn counted_data(counted: &Counted, now: Timestamp) -> Vec<Datum> {
    let reasons =
        counted.not_metered.iter().map(|(reason, count)| (Metric::NotMetered(reason.as_str()), *count));
    [
        (Metric::Duplicates(Function::Meter), counted.duplicates),
        (Metric::Retried(Function::Meter), counted.again.len()),
    ]
    .into_iter()
    .chain(reasons)
    .filter(|(_, count)| *count > 0)
    .map(|(metric, count)| Datum::count(metric, count, now))
    .collect()
}

fn published_data(published: &Published, now: Timestamp) -> Vec<Datum> {
    [
        (Metric::MetricWritesUncertain(Function::Meter), published.uncertain),
        (Metric::Quarantined(Function::Meter), published.refused.len()),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(metric, count)| Datum::count(metric, count, now))
    .collect()
}
