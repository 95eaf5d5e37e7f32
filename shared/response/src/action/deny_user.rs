//! Denies a user everything, in the first of three ways that IAM accepts.
//!
//! Attaching the AWS-managed policy `AWSDenyAll` comes first: it needs no right to write policies of one's own
//! choice. An intruder may have filled the quota of attached policies (10 by default); then an inline policy is
//! written, whose quota (2,048 characters a user) may be full as well; then `AWSDenyAll` becomes the permissions
//! boundary, of which there is exactly one. What was there before is restored by undo; a policy of the same name
//! that somebody else wrote is never overwritten.
//!
//! Hazards: the user's workloads stop; an intruder with IAM rights from elsewhere may take it back.

use super::Proposal;
use crate::{Control, IdentityFacts, IdentityRef, Reason, Setting};
use serde_json::json;
use trailreflex_model::{Arn, IdentityKind};

/// Name of the inline policy.
const INLINE_NAME: &str = "TrailreflexDenyAll";

pub(super) fn controls(facts: &IdentityFacts) -> Vec<Control> {
    let identity = &facts.reference;
    let (IdentityKind::User, Some(policy_arn), Ok(policy_name)) =
        (identity.kind, policy_arn(identity), INLINE_NAME.parse())
    else {
        return Vec::new();
    };
    vec![
        Control::PolicyAttachment { identity: identity.clone(), policy_arn },
        Control::InlinePolicy { identity: identity.clone(), policy_name },
        Control::PermissionsBoundary { identity: identity.clone() },
    ]
}

pub(super) fn propose(control: &Control, current: &Setting) -> Proposal {
    if let Control::PolicyAttachment { .. } = control {
        Proposal::to(Setting::Present, current)
    } else if let Control::InlinePolicy { .. } = control {
        let is_free = current.is_absent() || *current == document();
        if is_free { Proposal::to(document(), current) } else { Proposal::Refuse(Reason::NameTaken) }
    } else if let Control::PermissionsBoundary { identity } = control
        && let Some(arn) = policy_arn(identity)
    {
        Proposal::to(Setting::word(arn.as_str()), current)
    } else {
        Proposal::Refuse(Reason::NoTarget)
    }
}

/// `AWSDenyAll` in the user's partition.
fn policy_arn(identity: &IdentityRef) -> Option<Arn> {
    format!("arn:{}:iam::aws:policy/AWSDenyAll", identity.arn.partition()).parse().ok()
}

fn document() -> Setting {
    Setting::Document(json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
    }))
}
