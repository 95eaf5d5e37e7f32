//! Findings, outcomes and alarms in, messages to people out. Holds no power over the account.

mod channels;
mod config;

pub use channels::Channels;
pub use config::Config;

use serde_json::{Value, json};
use trailreflex_aws::{CallFailed, DynamoGroups, Examples, Metrics, Quarantine, SensorLog};
use trailreflex_lambda::{Answer, Batch, Failed, Failure, now};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::cause_chain;
use trailreflex_notify::{Behind, Handled, Message, Notifier, read};

/// The function `notify`.
#[derive(Debug)]
pub struct NotifyFunction {
    /// What decides who is told what.
    pub notifier: Notifier<DynamoGroups>,
    /// Where it goes.
    pub channels: Channels,
    /// What alarms count; absent if nothing is metered.
    pub counted: Option<(Examples, SensorLog)>,
    /// What cannot be used is kept here.
    pub quarantine: Quarantine,
    /// Where the function's own numbers go.
    pub metrics: Metrics,
}

impl NotifyFunction {
    /// Tells of each of a batch of messages, or, given `{"sweep": true}`, of what followed in groups that have ended.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload is neither; [`Failure::Retryable`] if a sweep could not do all.
    pub async fn handle(&self, payload: Value) -> Result<Value, Failure> {
        if payload.get("sweep") == Some(&Value::Bool(true)) {
            return self.sweep().await;
        }
        let batch = Batch::parse(payload)?;
        let mut data = vec![Datum::count(Metric::Events(Function::Notify), batch.messages.len(), now())];
        let mut answer = Answer::default();
        for message in batch.messages {
            let (id, body) = (message.message_id, message.body);
            let again = match read(&body) {
                Ok(read) => self.tell(&id, &read, &mut data).await,
                Err(unusable) => self.keep(&id, &unusable.to_string(), &body, &mut data).await,
            };
            for problem in &again {
                tracing::error!(problem, "a message comes again");
            }
            if !again.is_empty() {
                data.push(Datum::one(Metric::Retried(Function::Notify), now()));
                answer.batch_item_failures.push(Failed { item_identifier: id });
            }
        }
        if let Err(error) = self.metrics.publish(&data).await {
            tracing::warn!(reason = cause_chain(&error), "metrics of the function itself were not published");
        }
        serde_json::to_value(answer).map_err(|error| Failure::permanent("NotJson", error))
    }

    /// Returns why the message must come again.
    async fn tell(&self, id: &str, message: &Message, data: &mut Vec<Datum>) -> Vec<String> {
        let behind = self.behind(message).await;
        let Handled { told, counted, refused, again } =
            self.notifier.handle(id, message, &behind, &self.channels, now()).await;
        data.extend(told.iter().map(|sink| Datum::one(Metric::Notices(sink.as_str()), now())));
        data.extend(refused.iter().map(|_| Datum::one(Metric::Quarantined(Function::Notify), now())));
        if counted {
            data.push(Datum::one(Metric::Notices("counted"), now()));
        }
        again
    }

    /// A notice that names nothing is better than none.
    async fn behind(&self, message: &Message) -> Behind {
        match self.look_behind(message).await {
            Ok(behind) => behind,
            Err(error) => {
                tracing::warn!(reason = cause_chain(&error), "what is behind an alarm is not known");
                Behind::default()
            }
        }
    }

    async fn look_behind(&self, message: &Message) -> Result<Behind, CallFailed> {
        let (Message::Alarm(alarm), Some((examples, sensors))) = (message, &self.counted) else {
            return Ok(Behind::default());
        };
        let calls = match alarm.control() {
            Some(control) => examples.newest(control).await?,
            None => Vec::new(),
        };
        let known = if alarm.is_of_sensors() { sensors.all().await? } else { Vec::new() };
        let blind = known.into_iter().filter(|one| one.is_blind).map(|one| one.state);
        Ok(Behind { calls, blind: blind.collect() })
    }

    async fn keep(&self, id: &str, reason: &str, body: &str, data: &mut Vec<Datum>) -> Vec<String> {
        let payload = json!({"messageId": id, "body": body});
        match self.quarantine.store(Function::Notify.as_str(), reason, &payload).await {
            Ok(()) => {
                data.push(Datum::one(Metric::Quarantined(Function::Notify), now()));
                Vec::new()
            }
            Err(error) => vec![cause_chain(&error)],
        }
    }

    async fn sweep(&self) -> Result<Value, Failure> {
        let swept = self.notifier.sweep(&self.channels, now()).await;
        for problem in &swept.problems {
            tracing::error!(problem, "a group waits for the next sweep");
        }
        Ok(json!({"status": "swept", "closed": swept.closed, "waiting": swept.problems.len()}))
    }
}
