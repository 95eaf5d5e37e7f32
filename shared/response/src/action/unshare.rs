//! `unshare_snapshot` and `unshare_document`: take back the shares that the call has added; undo adds them again.
//!
//! The first is about EBS snapshots, AMIs and RDS snapshots, the second about SSM documents. Nobody else's share is
//! touched, whatever happens to the list in the meantime.
//!
//! Hazards: whoever is cut off may have a right to it, such as a backup account, so playbooks ask a person unless it is
//! everybody. A copy that was made in the meantime stays where it is.

use super::Proposal;
use crate::{Control, Setting, Shared};
use std::collections::BTreeSet;
use trailreflex_model::{Resource, Target};

/// What can be restored from elsewhere.
pub(super) const SNAPSHOTS: [Shared; 4] =
    [Shared::Snapshot, Shared::Image, Shared::DbSnapshot, Shared::DbClusterSnapshot];

pub(super) fn controls(resource: &Resource, kinds: &[Shared]) -> Vec<Control> {
    let of = kinds.iter().find(|shared| shared.kind() == resource.resource);
    // A target without additions would be the whole list, which others are on by right.
    let of = of.filter(|_| !resource.added.is_empty());
    of.map(|of| Control::Sharing { of: *of, name: resource.name.clone() }).into_iter().collect()
}

pub(super) fn propose(current: &Setting, target: &Target) -> Proposal {
    let Some(resource) = target.resource() else { return Proposal::InForce };
    let is_kept = |word: &String| !resource.added.iter().any(|added| added.as_str() == word);
    let kept: BTreeSet<_> = current.words().into_iter().filter(is_kept).collect();
    if kept == current.words() { Proposal::InForce } else { Proposal::Set(Setting::Words(kept)) }
}
