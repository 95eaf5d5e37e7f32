//! What happened as numbers.

use jiff::Timestamp;
use trailreflex_findings::Ignored;
use trailreflex_lambda::Reported;
use trailreflex_metrics::{Datum, Function, Metric};

/// Counts one event, the findings that went out, what was ignored, and the `skipped` matches that count in no
/// correlation.
#[must_use]
pub fn data(reported: &Reported, ignored: &[Ignored], skipped: usize, now: Timestamp) -> Vec<Datum> {
    let mut data = vec![Datum::one(Metric::Events(Function::Detect), now)];
    data.extend(ignored.iter().map(|reason| Datum::one(Metric::Ignored(reason.as_str()), now)));
    data.extend(reported.data(Function::Detect, now));
    for (finding, _) in &reported.sent {
        if let Some(time) = finding.evidence.event_time {
            let seconds = now.as_second().saturating_sub(time.as_second());
            data.push(Datum::seconds(Metric::SecondsToDetect, seconds, now));
        }
    }
    if skipped > 0 {
        data.push(Datum::count(Metric::NotCorrelated(Function::Detect), skipped, now));
    }
    data
}
