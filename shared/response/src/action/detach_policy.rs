//! Detaches the managed policy that the call has attached; undo attaches it again.
//!
//! Hazards: an administrator may have been appointed on purpose, so playbooks ask a person as a rule; a deployment
//! tool may attach the policy again.

use crate::{Control, IdentityFacts};
use trailreflex_model::Target;

pub(super) fn controls(target: &Target, facts: &IdentityFacts) -> Vec<Control> {
    match target {
        Target::Attachment { policy_arn, .. } => vec![Control::PolicyAttachment {
            identity: facts.reference.clone(),
            policy_arn: policy_arn.clone(),
        }],
        Target::AccessKey { .. }
        | Target::User { .. }
        | Target::Role { .. }
        | Target::Session { .. }
        | Target::Resource(_) => Vec::new(),
    }
}
