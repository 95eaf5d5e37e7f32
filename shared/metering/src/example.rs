//! Calls that are monitored, to be named when their alarm goes off.

use crate::monitored;
use trailreflex_metrics::{Example, Monitored};
use trailreflex_model::cloudtrail::Record;

/// Returns what a record is an example of; nothing of one without time or id, which could not be found again.
pub(crate) fn examples(record: &Record) -> Vec<(Monitored, Example)> {
    let (Some(at), Some(id)) = (record.event_time(), record.event_id()) else { return Vec::new() };
    let identity = record.identity();
    let who = identity.arn.as_ref().map(|arn| arn.as_str().to_owned());
    let who =
        who.or_else(|| identity.principal_id.clone()).unwrap_or_else(|| String::from("somebody unnamed"));
    let source = record.event_source().unwrap_or_default();
    let name = record.event_name().unwrap_or_default();
    let what = match record.error_code() {
        Some(code) => format!("{name} ({source}, {code})"),
        None => format!("{name} ({source})"),
    };
    let from = record.source_ip_address().unwrap_or("nowhere").to_owned();
    let example = Example { at, event: id.as_str().to_owned(), who, what, from }.shortened();
    monitored(record).into_iter().map(|control| (control, example.clone())).collect()
}
