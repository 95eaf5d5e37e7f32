//! Creates an analyzer of IAM Access Analyzer of the same name again, one for the account; undo deletes it.
//!
//! Hazards: the record does not tell what the analyzer was, so one of an organization or of unused access comes back
//! as one of external access to the account, without archive rules. So playbooks ask a person as a rule.

use super::Proposal;
use crate::{Control, Setting};
use trailreflex_model::{Resource, ResourceKind};

/// The type that costs nothing.
const TYPE: &str = "ACCOUNT";

pub(super) fn controls(resource: &Resource) -> Vec<Control> {
    if resource.resource != ResourceKind::Analyzer {
        return Vec::new();
    }
    vec![Control::Analyzer { analyzer: resource.name.clone() }]
}

/// An analyzer that is there again, of whatever type, is left alone.
pub(super) fn propose(current: &Setting) -> Proposal {
    if current.is_absent() { Proposal::Set(Setting::word(TYPE)) } else { Proposal::InForce }
}
