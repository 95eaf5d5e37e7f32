//! Keeps a KMS key: cancels its deletion and enables it. Undo disables it, and schedules its deletion for as many days
//! as were left, but never fewer than KMS takes: seven.
//!
//! Two controls, so that a plan that is stopped between them is taken back exactly. Hazards: almost always right; a key
//! whose end was planned costs a dollar a month until somebody undoes it.

use super::Proposal;
use crate::{Control, Reason, Setting};
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(resource: &Resource) -> Vec<Control> {
    if resource.resource != ResourceKind::Key {
        return Vec::new();
    }
    let key = || resource.name.clone();
    vec![Control::KeyDeletion { key: key() }, Control::KeyUse { key: key() }]
}

pub(super) fn propose(control: &Control, current: &Setting) -> Proposal {
    match (control, current) {
        (Control::KeyDeletion { .. }, _) => Proposal::to(Setting::Absent, current),
        (_, Setting::Absent | Setting::Present) => Proposal::to(Setting::Present, current),
        // A key without its material, or of a key store that is not connected.
        (_, Setting::Word(_) | Setting::Words(_) | Setting::Document(_)) => {
            Proposal::Refuse(Reason::StateUnfit)
        }
    }
}
