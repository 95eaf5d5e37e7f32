//! Findings as events for the bus and as numbers.

use jiff::Timestamp;
use trailreflex_aws::BusEvent;
use trailreflex_findings::Ignored;
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::{DETAIL_TYPE_FINDING, Finding, SOURCE_DETECT};

/// Renders findings for the findings bus.
///
/// # Errors
/// None that is known: a finding is always valid JSON.
pub fn bus_events(findings: &[Finding]) -> Result<Vec<BusEvent>, serde_json::Error> {
    let event = |finding: &Finding| {
        Ok(BusEvent {
            source: SOURCE_DETECT,
            detail_type: DETAIL_TYPE_FINDING,
            detail: serde_json::to_string(finding)?,
            resources: Vec::new(),
            time: finding.evidence.event_time.unwrap_or(Timestamp::UNIX_EPOCH),
        })
    };
    findings.iter().map(event).collect()
}

/// Counts one event, its findings and what was ignored.
#[must_use]
pub fn data(findings: &[Finding], ignored: &[Ignored], now: Timestamp) -> Vec<Datum> {
    let mut data = vec![Datum::one(Metric::Events(Function::Detect), now)];
    data.extend(ignored.iter().map(|reason| Datum::one(Metric::Ignored(reason.as_str()), now)));
    for finding in findings {
        data.push(Datum::one(Metric::Findings(finding.severity), now));
        data.push(Datum::one(Metric::findings_of(&finding.rule, finding.severity), now));
        if let Some(time) = finding.evidence.event_time {
            let seconds = now.as_second().saturating_sub(time.as_second());
            data.push(Datum::seconds(Metric::SecondsToDetect, seconds, now));
        }
    }
    data
}
