//! `restore_event_selectors` and `restore_insight_selectors` set the selectors of a trail to what the account's owner has
//! declared; undo sets them to what they were.
//!
//! Nothing in the account tells what the selectors were before a change, so without a declared baseline nothing is done.
//! Hazards: data events and insights cost; a planned change must be made in the baseline first.

use super::Proposal;
use crate::{ActionKind, Baselines, Control, Reason, Setting};
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(kind: ActionKind, resource: &Resource) -> Vec<Control> {
    let trail = resource.name.clone();
    match (kind, resource.resource) {
        (ActionKind::RestoreEventSelectors, ResourceKind::Trail) => vec![Control::EventSelectors { trail }],
        (ActionKind::RestoreInsightSelectors, ResourceKind::Trail) => {
            vec![Control::InsightSelectors { trail }]
        }
        _ => Vec::new(),
    }
}

pub(super) fn propose(control: &Control, current: &Setting, baselines: &Baselines) -> Proposal {
    let declared = if let Control::EventSelectors { trail } = control {
        baselines.of(trail).and_then(|baseline| baseline.events.as_ref()).map(serde_json::to_value)
    } else if let Control::InsightSelectors { trail } = control {
        baselines.of(trail).and_then(|baseline| baseline.insights.as_ref()).map(serde_json::to_value)
    } else {
        None
    };
    match declared {
        Some(Ok(wanted)) => Proposal::to(Setting::Document(wanted), current),
        Some(Err(_)) | None => Proposal::Refuse(Reason::NoBaseline),
    }
}
