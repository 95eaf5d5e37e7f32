//! Attaches `AWSCompromisedKeyQuarantineV3`, which AWS itself attaches to users whose keys it finds in public.
//!
//! Softer than a deny: it denies what intruders misuse as a rule (new credentials, instances, mail, ...) and lets
//! the user's workloads go on. It does not stop reading, and denies `cloudtrail:LookupEvents` too.

use crate::{Control, IdentityFacts};
use trailreflex_model::IdentityKind;

pub(super) fn controls(facts: &IdentityFacts) -> Vec<Control> {
    let identity = &facts.reference;
    let arn = format!("arn:{}:iam::aws:policy/AWSCompromisedKeyQuarantineV3", identity.arn.partition());
    match (identity.kind, arn.parse()) {
        (IdentityKind::User, Ok(policy_arn)) => {
            vec![Control::PolicyAttachment { identity: identity.clone(), policy_arn }]
        }
        _ => Vec::new(),
    }
}
