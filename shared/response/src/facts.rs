//! What was read from the account before deciding: the only things a plan may know of it.

use crate::{Control, CredentialKind, IdentityRef, Reading, Setting};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trailreflex_model::{AccessKeyId, Resource, UniqueId};

/// What was read about a finding's target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What the target turned out to be.
    pub owner: Owner,
    /// What the controls are set to that the playbook's actions concern.
    pub readings: BTreeMap<Control, Reading>,
    /// What the controls would be set to if no containment stood that has changed them.
    pub held: BTreeMap<Control, Setting>,
}

/// What a target turned out to be, as the account itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// An IAM user, role or group; for an access key, the user that it belongs to.
    Identity(IdentityFacts),
    /// Something that is not an identity. Whether it exists is told by the reading of its controls.
    Resource(Resource),
    /// The root user, which is never touched.
    Root,
    /// Nobody in this account: the key or identity does not exist, or belongs to another account.
    Nobody,
}

/// What was read about an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityFacts {
    /// Who it is.
    pub reference: IdentityRef,
    /// When it was created. An identity younger than the event is another one of the same name.
    pub created_at: Option<Timestamp>,
    /// All access keys of a user.
    pub keys: Vec<KeyFacts>,
    /// All other credentials of a user beside the password.
    pub credentials: Vec<CredentialFacts>,
    /// Whether nobody else in the account could administer it if this identity were denied.
    pub is_last_administrator: bool,
}

/// What was read about an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// The key.
    pub id: AccessKeyId,
    /// Whether it works.
    pub status: KeyStatus,
    /// When it was created, if that is known.
    pub created_at: Option<Timestamp>,
}

/// What was read about a credential that is no access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialFacts {
    /// Of which kind.
    pub kind: CredentialKind,
    /// Which.
    pub id: UniqueId,
    /// Whether it works.
    pub status: KeyStatus,
}

/// Whether a credential works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// Calls made with it are accepted.
    Active,
    /// Calls made with it are refused. `Expired`, a state that IAM knows too, counts as this.
    Inactive,
}

impl KeyStatus {
    /// Returns IAM's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }

    /// Returns the setting of the control of such a credential.
    #[must_use]
    pub fn setting(self) -> Setting {
        Setting::word(self.as_str())
    }
}

impl Facts {
    /// Facts of which nothing but the owner is known yet.
    #[must_use]
    pub fn of(owner: Owner) -> Self {
        Self { owner, readings: BTreeMap::new(), held: BTreeMap::new() }
    }
}

impl Owner {
    /// Returns a text that no other owner has: a unique id, or kind and name of a resource.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match self {
            Self::Identity(facts) => Some(facts.reference.unique_id.to_string()),
            Self::Resource(resource) => Some(format!("{}/{}", resource.resource.as_str(), resource.name)),
            Self::Root | Self::Nobody => None,
        }
    }

    /// Returns what the owner's own facts say of a control, if they do.
    #[must_use]
    pub fn reading(&self, control: &Control) -> Option<Reading> {
        let Self::Identity(facts) = self else { return None };
        let status = if let Control::AccessKeyStatus { access_key_id, .. } = control {
            facts.keys.iter().find(|key| key.id == *access_key_id).map(|key| key.status)
        } else if let Control::CredentialStatus { id, .. } = control {
            facts.credentials.iter().find(|one| one.id == *id).map(|one| one.status)
        } else {
            return None;
        };
        Some(status.map_or(Reading::Gone, |status| Reading::Is(status.setting())))
    }
}
