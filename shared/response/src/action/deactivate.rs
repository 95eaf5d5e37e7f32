//! `deactivate_access_keys` and `deactivate_credentials`: set keys, or a user's other credentials, to `Inactive`; undo sets
//! them to what they were.
//!
//! Hazards: what runs on the credential stops; sessions that a key has issued live on, so playbooks pair this with
//! `deny_user`; a key that was exposed stays exposed, so nothing reactivates it but an explicit undo.

use crate::{Control, IdentityFacts};
use trailreflex_model::Target;

/// The targeted key, or every key of a targeted user: also those that are inactive, since another containment may have
/// made them so, and they must stay so while this one stands.
pub(super) fn keys(target: &Target, facts: &IdentityFacts) -> Vec<Control> {
    let concerned = facts.keys.iter().filter(|key| match target {
        Target::AccessKey { access_key_id } => key.id == *access_key_id,
        Target::User { .. } => true,
        Target::Role { .. } | Target::Session { .. } | Target::Attachment { .. } | Target::Resource(_) => {
            false
        }
    });
    let control = |id: &trailreflex_model::AccessKeyId| Control::AccessKeyStatus {
        identity: facts.reference.clone(),
        access_key_id: id.clone(),
    };
    concerned.map(|key| control(&key.id)).collect()
}

/// Every credential of the user that is neither access key nor password.
pub(super) fn credentials(facts: &IdentityFacts) -> Vec<Control> {
    let control = |one: &crate::CredentialFacts| Control::CredentialStatus {
        identity: facts.reference.clone(),
        credential: one.kind,
        id: one.id.clone(),
    };
    facts.credentials.iter().map(control).collect()
}
