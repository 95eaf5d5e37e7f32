//! What was read from the account before deciding: the only things a plan may know of it.

use crate::UserRef;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailreflex_model::AccessKeyId;

/// What was read about a finding's target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// To whom the target belongs.
    pub owner: Owner,
}

/// To whom a target belongs, as the account itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// An IAM user.
    User(UserFacts),
    /// The root user, which is never touched.
    Root,
    /// Nobody in this account: the key or user does not exist, or belongs to another account.
    Nobody,
}

/// What was read about a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFacts {
    /// Who it is.
    pub reference: UserRef,
    /// When the user was created. A user younger than the event is another one of the same name.
    pub created_at: Option<Timestamp>,
    /// All access keys.
    pub keys: Vec<KeyFacts>,
    /// ARNs of all attached managed policies.
    pub attached_policies: Vec<String>,
}

/// What was read about an access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFacts {
    /// The key.
    pub id: AccessKeyId,
    /// Whether it works.
    pub status: KeyStatus,
}

/// Whether an access key works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// Calls signed with it are accepted.
    Active,
    /// Calls signed with it are refused. `Expired`, a state that IAM knows too, counts as this.
    Inactive,
}
