//! `start_logging`, `enable_detector` and `start_recorder` switch on again what was switched off and is still there: a
//! trail's logging, a GuardDuty detector, a recorder of AWS Config. Undo switches it off.
//!
//! Hazards: cost only, as long as it was switched off by mistake or by an intruder; who stops it again is answered
//! again, each time. What was deleted is not brought back: a trail's settings and a detector's history are gone, so
//! that is for a person.

use crate::{ActionKind, Control};
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(kind: ActionKind, resource: &Resource) -> Vec<Control> {
    let name = resource.name.clone();
    let control = match (kind, resource.resource) {
        (ActionKind::StartLogging, ResourceKind::Trail) => Control::TrailLogging { trail: name },
        (ActionKind::EnableDetector, ResourceKind::Detector) => Control::Detector { detector: name },
        (ActionKind::StartRecorder, ResourceKind::Recorder) => Control::Recorder { recorder: name },
        _ => return Vec::new(),
    };
    vec![control]
}
