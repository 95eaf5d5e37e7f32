//! `block_snapshot_sharing` and `block_image_sharing`: keep both from being shared with everybody from now on.
//!
//! Undo brings back what was set. Hazard: the finding does not tell which of the two blocks was taken away, and the other
//! one may be off by intent, so a person decides.
//! What is public already stays public: only `unshare_snapshot` ends that. EC2 may take minutes until it answers that
//! images are blocked (EC2 API reference, EnableImageBlockPublicAccess), so reading back may not yet show it.

use super::Proposal;
use crate::control::UNBLOCKED;
use crate::{Control, Setting, Shareable};
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(resource: &Resource, of: Shareable) -> Vec<Control> {
    let is_account = resource.resource == ResourceKind::Account;
    is_account.then_some(Control::SharingBlock { of }).into_iter().collect()
}

pub(super) fn propose(current: &Setting) -> Proposal {
    // `block-all-sharing` does what is wanted and more.
    if *current == Setting::word(UNBLOCKED) {
        Proposal::Set(Setting::word("block-new-sharing"))
    } else {
        Proposal::InForce
    }
}
