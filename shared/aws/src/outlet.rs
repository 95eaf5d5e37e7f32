//! The findings bus as the place where findings go.

use crate::{Bus, BusEvent, CallFailed};
use jiff::Timestamp;
use trailreflex_findings::{Outlet, Sender};
use trailreflex_model::{DETAIL_TYPE_FINDING, Finding, SOURCE_DETECT, SOURCE_INGEST, SOURCE_REVIEW_ACCESS};

/// The findings bus, as one function may use it.
#[derive(Debug, Clone)]
pub struct FindingsBus {
    bus: Bus,
    source: &'static str,
}

impl FindingsBus {
    /// The bus for `sender`: its policy binds each role to one source.
    #[must_use]
    pub fn new(bus: Bus, sender: Sender) -> Self {
        let source = match sender {
            Sender::Detect => SOURCE_DETECT,
            Sender::Ingest => SOURCE_INGEST,
            Sender::ReviewAccess => SOURCE_REVIEW_ACCESS,
        };
        Self { bus, source }
    }

    fn event(&self, finding: &Finding) -> Result<BusEvent, serde_json::Error> {
        Ok(BusEvent {
            source: self.source,
            detail_type: DETAIL_TYPE_FINDING,
            detail: serde_json::to_string(finding)?,
            resources: Vec::new(),
            time: finding.evidence.event_time.unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }
}

impl Outlet for FindingsBus {
    type Error = CallFailed;

    async fn send(&self, findings: &[&Finding]) -> Result<(), CallFailed> {
        let events = findings.iter().map(|finding| self.event(finding)).collect::<Result<Vec<_>, _>>();
        // None is known: a finding is always valid JSON.
        let events = events.map_err(|error| CallFailed {
            call: "events:PutEvents",
            is_transient: false,
            cause: error.into(),
        })?;
        self.bus.put(&events).await
    }
}
