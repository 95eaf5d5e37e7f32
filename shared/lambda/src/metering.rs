//! Counting records in CloudWatch metrics, as `meter` does of events and `ingest` of log files: one table, so that a record that
//! both have is counted once.

use crate::now;
use jiff::Timestamp;
use serde_json::json;
use trailreflex_aws::{DynamoLedger, Examples, MetricSink, Quarantine, SdkConfig};
use trailreflex_metering::{Counted, FlushId, Meter, Published, Services};
use trailreflex_metrics::{Datum, Function, Metric, Sensor};
use trailreflex_model::cause_chain;
use trailreflex_model::cloudtrail::Record;

/// What counts records. Its numbers and what it keeps are `meter`'s, whichever function it runs in.
#[derive(Debug)]
pub struct Metering {
    meter: Meter<DynamoLedger>,
    sink: MetricSink,
    examples: Examples,
    quarantine: Quarantine,
}

impl Metering {
    /// Counts in `table`, with metrics of their own for `services`; `home` as [`Meter`] has it. Makes no call.
    #[must_use]
    pub fn new(
        aws: &SdkConfig,
        table: String,
        services: Services,
        home: Option<Sensor>,
        quarantine: Quarantine,
    ) -> Self {
        let examples = Examples::new(aws, table.clone());
        let meter = Meter { ledger: DynamoLedger::new(aws, table), services, home };
        Self { meter, sink: MetricSink::new(aws), examples, quarantine }
    }

    /// Counts records, each once, as the flush of that id, and keeps the newest of what is monitored, so that an alarm can name
    /// who set it off. It is counted all the same.
    pub async fn count(&self, records: &[Record], flush: &str) -> Counted {
        let counted = self.meter.count(records, &FlushId(flush.to_owned()), now()).await;
        for problem in &counted.problems {
            tracing::error!(problem, "records come again");
        }
        for (control, examples) in &counted.examples {
            for example in examples {
                if let Err(error) = self.examples.keep(*control, example).await {
                    tracing::warn!(reason = cause_chain(&error), "an alarm will not name this call");
                    return counted;
                }
            }
        }
        counted
    }

    /// Sends what is kept, and keeps on the quarantine queue what CloudWatch refuses.
    pub async fn publish(&self, owner: &str) -> Published {
        let published = self.meter.publish(&self.sink, owner, now()).await;
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

    /// Returns the numbers of a batch that was counted.
    #[must_use]
    pub fn counted_data(counted: &Counted, now: Timestamp) -> Vec<Datum> {
        let reasons =
            counted.not_metered.iter().map(|(reason, count)| (Metric::NotMetered(reason.as_str()), *count));
        let duplicates = (Metric::Duplicates(Function::Meter), counted.duplicates);
        data([duplicates].into_iter().chain(reasons), now)
    }

    /// Returns the numbers of what was sent.
    #[must_use]
    pub fn published_data(published: &Published, now: Timestamp) -> Vec<Datum> {
        let uncertain = (Metric::MetricWritesUncertain(Function::Meter), published.uncertain);
        let refused = (Metric::Quarantined(Function::Meter), published.refused.len());
        data([uncertain, refused].into_iter(), now)
    }
}

fn data(counts: impl Iterator<Item = (Metric, usize)>, now: Timestamp) -> Vec<Datum> {
    counts.filter(|(_, count)| *count > 0).map(|(metric, count)| Datum::count(metric, count, now)).collect()
}
