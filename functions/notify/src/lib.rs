//! Findings, outcomes and alarms in, messages to people out. Holds no power over the account.

mod channels;
mod config;

pub use channels::Channels;
pub use config::Config;

use serde_json::{Value, json};
use trailreflex_aws::{DynamoGroups, Examples, Metrics, Quarantine};
use trailreflex_lambda::{Answer, Batch, Failed, Failure, now};
use trailreflex_metrics::{Datum, Example, Function, Metric};
use trailreflex_model::cause_chain;
use trailreflex_notify::{Handled, Message, Notifier, read};

/// The function `notify`.
#[derive(Debug)]
pub struct NotifyFunction {
    /// What decides who is told what.
    pub notifier: Notifier<DynamoGroups>,
    /// Where it goes.
    pub channels: Channels,
    /// Calls that alarms count; absent if nothing is metered.
    pub examples: Option<Examples>,
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
        let examples = self.examples_of(message).await;
        let Handled { told, counted, refused, again } =
            self.notifier.handle(id, message, &examples, &self.channels, now()).await;
        data.extend(told.iter().map(|sink| Datum::one(Metric::Notices(sink.as_str()), now())));
        data.extend(refused.iter().map(|_| Datum::one(Metric::Quarantined(Function::Notify), now())));
        if counted {
            data.push(Datum::one(Metric::Notices("counted"), now()));
        }
        again
    }

    /// A notice without examples is better than none.
    async fn examples_of(&self, message: &Message) -> Vec<Example> {
        let Message::Alarm(alarm) = message else { return Vec::new() };
        let (Some(examples), Some(control)) = (&self.examples, alarm.control()) else { return Vec::new() };
        match examples.newest(control).await {
            Ok(examples) => examples,
            Err(error) => {
                tracing::warn!(reason = cause_chain(&error), "the calls behind an alarm are not known");
                Vec::new()
            }
        }
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
