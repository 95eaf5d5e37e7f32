//! CloudTrail log files in, findings on the bus out: complete, where the fast path is quick.

mod announcement;
mod config;
mod file;
mod tally;

pub use announcement::{Announced, NotAnAnnouncement, OTHER_EVENT, TEST, read as read_announcement};
pub use config::Config;
pub use file::EvaluatedFile;
pub use tally::Tally;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use trailreflex_aws::{DynamoWindows, Metrics, ObjectName, Objects, Quarantine, ReadError};
use trailreflex_findings::Carrier;
use trailreflex_lambda::{Answer, Batch, Current, Failed, Failure, Message, Metering, Reporter, Rules, now};
use trailreflex_log_files::{Inflated, Inflater, Limits, LogKey, TooLarge};
use trailreflex_metrics::Function;
use trailreflex_model::{AccountId, Region, cause_chain};

/// Least time, in seconds, that must be left to begin a message: what a large file takes.
const RESERVE: SignedDuration = SignedDuration::from_secs(30);
/// Most records that are counted in one step, as many as `meter` takes at a time.
const COUNTED_AT_ONCE: usize = 2000;
/// Most unreadable entries of a file that are told apart on the quarantine queue.
const MAX_NAMED: usize = 50;

/// The function `ingest`.
#[derive(Debug)]
pub struct Ingest {
    /// The built-in rules and those of the user, and what its owner has said not to be told of.
    pub rules: Rules,
    /// The log files.
    pub objects: Objects,
    /// Where findings go, each once.
    pub reporter: Reporter,
    /// What correlations keep between files.
    pub windows: DynamoWindows,
    /// What counts the records of log files, if events are not counted.
    pub metering: Option<Metering>,
    /// Where unusable messages and files are kept.
    pub quarantine: Quarantine,
    /// Where numbers go.
    pub metrics: Metrics,
    /// The one bucket that is read.
    pub bucket: String,
    /// The account of records that name none.
    pub account: AccountId,
    /// The Region of records that name none.
    pub region: Region,
}

impl Ingest {
    /// Reads the files that a batch of messages announces, and answers which messages are to come again.
    ///
    /// Safe to repeat: what has gone out does not go out again. Messages for which the time until `deadline` is
    /// too short come again untouched.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload is no batch.
    pub async fn handle(&self, payload: Value, request: &str, deadline: Timestamp) -> Result<Value, Failure> {
        let batch = Batch::parse(payload)?;
        let current = self.rules.current(now()).await;
        let mut tally = Tally::of(batch.messages.len());
        tally.request = request.to_owned();
        tally.rule_problems = current.problems.len();
        let mut answer = Answer::default();
        for message in batch.messages {
            let settled = if deadline.duration_since(now()) < RESERVE {
                Err(Failure::retryable("NoTimeLeft", "the batch took too long"))
            } else {
                // On the heap: the compiler cannot lay out a future that nests all calls of all clients.
                Box::pin(self.settle(&current, &message, &mut tally)).await
            };
            if let Err(failure) = settled {
                let (code, reason) = (failure.code(), failure.explain());
                tracing::error!(
                    code,
                    reason,
                    message = message.message_id,
                    "SQS will deliver the message again"
                );
                tally.retried = tally.retried.saturating_add(1);
                answer.batch_item_failures.push(Failed { item_identifier: message.message_id });
            }
        }
        if let Some(metering) = &self.metering {
            let published = metering.publish(request).await;
            tally.metered.extend(Metering::published_data(&published, now()));
        }
        // The findings are out: a number that is missing must not bring the messages again.
        if let Err(error) = self.metrics.publish(&tally.data(&current.rules, now())).await {
            tracing::warn!(reason = cause_chain(&error), "metrics were not published");
        }
        serde_json::to_value(answer).map_err(|error| Failure::permanent("NotJson", error))
    }

    /// Deals with one message; what no retry can mend goes to the quarantine queue, and the message is done.
    async fn settle(&self, current: &Current, message: &Message, tally: &mut Tally) -> Result<(), Failure> {
        match self.message(current, message, tally).await {
            Err(failure @ Failure::Permanent { .. }) => {
                let reason = format!("{}: {}", failure.code(), failure.explain());
                self.keep(&reason, &json!({"messageId": message.message_id, "body": message.body}), tally)
                    .await
            }
            other => other,
        }
    }

    async fn message(&self, current: &Current, message: &Message, tally: &mut Tally) -> Result<(), Failure> {
        let announced = read_announcement(&message.body)
            .map_err(|error| Failure::permanent("NotAnAnnouncement", error))?;
        for kind in announced.ignored {
            tally.file(kind);
        }
        for object in &announced.objects {
            match LogKey::of(&object.key) {
                LogKey::Other(kind) => tally.file(kind),
                LogKey::Log { account, region } => {
                    let carrier = Carrier {
                        account: account.unwrap_or_else(|| self.account.clone()),
                        region: region.unwrap_or_else(|| self.region.clone()),
                        time: None,
                        replay_name: None,
                    };
                    self.object(current, object, carrier, &message.message_id, tally).await?;
                }
            }
        }
        Ok(())
    }

    async fn object(
        &self,
        Current { rules, suppressions, .. }: &Current,
        object: &ObjectName,
        carrier: Carrier,
        delivery: &str,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let inflated = match self.read(object).await? {
            Ok(inflated) => inflated,
            Err((outcome, reason)) => {
                tally.file(outcome);
                return self.keep(&reason, &described(object), tally).await;
            }
        };
        let file = EvaluatedFile::of(&inflated.content, (&**rules, &**suppressions), carrier, now());
        for (id, finding) in &file.hidden {
            tracing::info!(
                suppression = id,
                finding = finding.id.as_str(),
                rule = finding.rule.id,
                "suppressed"
            );
        }
        let mut reported = self.reporter.report(file.findings.clone(), delivery).await?;
        if !file.contributions.is_empty() {
            let alerts = rules.correlate(&self.windows, file.contributions.clone()).await;
            let alerts = alerts.map_err(|error| Failure::of(error.is_transient, "WindowsFailed", error));
            let findings = alerts.map(|alerts| file.findings_of(&alerts));
            match findings {
                Ok(findings) => reported.add(self.reporter.report(findings, delivery).await?),
                Err(failure) => {
                    tally.reported.add(reported);
                    return Err(failure);
                }
            }
        }
        let settled = reported.settled();
        tally.reported.add(reported);
        settled?;
        self.count(&file, tally).await?;
        tally.suppressed = tally.suppressed.saturating_add(file.hidden.len());
        tally.skipped = tally.skipped.saturating_add(file.skipped);
        tally.records("evaluated", file.records().len());
        tally.records("unreadable", file.unreadable.len());
        if let Some(first) = file.unusable.first() {
            // The findings of other rules are out; what the file means to this one must not be lost.
            let reason = format!("RuleUnusable: {first}");
            self.keep(&reason, &described(object), tally).await?;
        }
        let damage = inflated.damage;
        let is_whole = damage.is_none() && file.unreadable.is_empty();
        tally.file(if is_whole { file.kind.unwrap_or("evaluated") } else { "damaged" });
        if is_whole {
            return Ok(());
        }
        let named = file.unreadable.iter().take(MAX_NAMED);
        let named: Vec<Value> = named
            .map(|entry| json!({"position": entry.position, "reason": cause_chain(&entry.reason)}))
            .collect();
        let kept = json!({
            "file": described(object),
            "evaluated": file.records().len(),
            "unreadableCount": file.unreadable.len(),
            "unreadable": named,
        });
        let reason = damage.unwrap_or_else(|| "the file has entries that are no records".to_owned());
        self.keep(&format!("DamagedFile: {reason}; what could be read was evaluated"), &kept, tally).await
    }

    /// Counts the records of a file that no file or event has brought before, if log files are counted. What could not be
    /// counted comes again with its message, and then counts once all the same.
    async fn count(&self, file: &EvaluatedFile, tally: &mut Tally) -> Result<(), Failure> {
        let Some(metering) = &self.metering else { return Ok(()) };
        let mut again = 0_usize;
        for records in file.records().chunks(COUNTED_AT_ONCE) {
            let counted = metering.count(records, &tally.flush()).await;
            tally.metered.extend(Metering::counted_data(&counted, now()));
            tally.records("unidentified", counted.unidentified.len());
            again = again.saturating_add(counted.again.len());
        }
        if again == 0 {
            return Ok(());
        }
        Err(Failure::retryable("NotCounted", format!("{again} records of a file could not be counted")))
    }

    /// Reads and decompresses an object; or says, with a word and a reason, why no retry would help.
    async fn read(&self, object: &ObjectName) -> Result<Result<Inflated, (&'static str, String)>, Failure> {
        if object.bucket != self.bucket {
            let reason =
                "ForeignBucket: the object is not in the trail's bucket; correct who sends to the queue";
            return Ok(Err(("foreign", reason.to_owned())));
        }
        let mut inflater = Inflater::new(Limits::DEFAULT);
        let too_large = |error: TooLarge| Ok(Err(("tooLarge", format!("TooLarge: {error}"))));
        match self.objects.read(object, |piece| inflater.push(piece)).await {
            Ok(()) => inflater.finish().map_or_else(too_large, |inflated| Ok(Ok(inflated))),
            Err(ReadError::Stopped(error)) => too_large(error),
            Err(ReadError::Gone) => {
                let reason = "Gone: the file was removed before it could be read; find out by whom";
                Ok(Err(("gone", reason.to_owned())))
            }
            // Somebody can mend permissions, so the message is kept as it is, at last in the dead letters.
            Err(ReadError::Denied(error)) => Err(Failure::retryable("AccessDenied", error)),
            Err(ReadError::Failed(error)) => Err(Failure::of(error.is_transient, "ReadFailed", error)),
        }
    }

    async fn keep(&self, reason: &str, payload: &Value, tally: &mut Tally) -> Result<(), Failure> {
        tracing::warn!(reason, "put on the quarantine queue");
        let stored = self.quarantine.store(Function::Ingest.as_str(), reason, payload).await;
        stored.map_err(|error| Failure::retryable("QuarantineFailed", error))?;
        tally.quarantined = tally.quarantined.saturating_add(1);
        Ok(())
    }
}

fn described(object: &ObjectName) -> Value {
    json!({"bucket": object.bucket, "key": object.key, "version": object.version})
}
