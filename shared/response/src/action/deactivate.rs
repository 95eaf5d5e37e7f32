//! `deactivate_access_keys` and `deactivate_credentials`: set keys, or a user's other credentials, to `Inactive`; undo sets
//! them to what they were.
//!
//! Hazards: what runs on the credential stops; sessions that a key has issued live on, so playbooks pair this with
//! `deny_user`; a key that was exposed stays exposed, so nothing reactivates it but an explicit undo.

use crate::{Control, IdentityFacts, KeyStatus};
use trailreflex_model::Target;

/// The targeted key, or every active key of a targeted user.
pub(super) fn keys(target: &Target, facts: &IdentityFacts) -> Vec<Control> {
    let concerned = facts.keys.iter().filter(|key| match target {
        Target::AccessKey { access_key_id } => key.id == *access_key_id,
        Target::User { .. } => key.status == KeyStatus::Active,
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

/// Every active credential of the user that is neither access key nor password.
pub(super) fn credentials(facts: &IdentityFacts) -> Vec<Control> {
    let active = facts.credentials.iter().filter(|credential| credential.status == KeyStatus::Active);
    let control = |one: &crate::CredentialFacts| Control::CredentialStatus {
        identity: facts.reference.clone(),
        credential: one.kind,
        id: one.id.clone(),
    };
    active.map(control).collect()
}
