//! The closed set of actions. Each has one file that holds its calls, its inverse and its permissions.
//!
//! To add one: a variant here, a file in `action/`, an adapter in `shared/aws`; the compiler lists the rest.

mod deactivate_access_key;
mod deny_user;

use crate::{Call, Facts, KeyStatus, State, UserFacts};
use serde::{Deserialize, Serialize};
use trailreflex_model::{AccessKeyId, Arn, Target, UniqueId, UserName};

/// An IAM user, told apart from a later user of the same name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserRef {
    /// The name, which IAM's calls take.
    pub name: UserName,
    /// The unique id, which is compared.
    pub unique_id: UniqueId,
    /// The ARN, with the user's path.
    pub arn: Arn,
}

/// One reversible change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum Action {
    /// Denies a user everything by attaching the AWS-managed policy `AWSDenyAll`. It also stops the sessions
    /// that the user's keys have issued (GetSessionToken, GetFederationToken), which outlive the keys.
    DenyUser {
        /// Whom.
        user: UserRef,
    },
    /// Sets one long-term access key to `Inactive`.
    DeactivateAccessKey {
        /// Whose.
        user: UserRef,
        /// Which.
        access_key_id: AccessKeyId,
    },
}

/// What a playbook may ask for. One kind may become several actions, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// [`Action::DenyUser`] on the target or its owner.
    DenyUser,
    /// [`Action::DeactivateAccessKey`] on the targeted key, or on every active key of a targeted user.
    DeactivateAccessKeys,
}

impl ActionKind {
    /// All kinds, in the order in which they are executed: deny first, because an intruder whose key is
    /// deactivated has seconds to make another one, and can do nothing once denied.
    pub const ALL: [Self; 2] = [Self::DenyUser, Self::DeactivateAccessKeys];

    /// Permissions that the kind's calls need, undo included.
    #[must_use]
    pub fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::DenyUser => deny_user::PERMISSIONS,
            Self::DeactivateAccessKeys => deactivate_access_key::PERMISSIONS,
        }
    }

    /// Permissions that reading the facts and reading back need, whatever the action.
    #[must_use]
    pub fn reading_permissions() -> &'static [&'static str] {
        &["iam:GetAccessKeyLastUsed", "iam:GetUser", "iam:ListAccessKeys", "iam:ListAttachedUserPolicies"]
    }

    /// Makes the actions of this kind for `target`.
    pub(crate) fn actions(self, target: &Target, user: &UserFacts) -> Vec<Action> {
        match self {
            Self::DenyUser => vec![Action::DenyUser { user: user.reference.clone() }],
            Self::DeactivateAccessKeys => {
                let concerned = user.keys.iter().filter(|key| match target {
                    Target::AccessKey { access_key_id } => key.id == *access_key_id,
                    Target::User { .. } => key.status == KeyStatus::Active,
                });
                let action = |id: &AccessKeyId| Action::DeactivateAccessKey {
                    user: user.reference.clone(),
                    access_key_id: id.clone(),
                };
                concerned.map(|key| action(&key.id)).collect()
            }
        }
    }
}

impl Action {
    /// Returns the action's name as metrics and reports show it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::DenyUser { .. } => "DenyUser",
            Self::DeactivateAccessKey { .. } => "DeactivateAccessKey",
        }
    }

    /// Returns the user that the action concerns.
    #[must_use]
    pub fn user(&self) -> &UserRef {
        match self {
            Self::DenyUser { user } | Self::DeactivateAccessKey { user, .. } => user,
        }
    }

    /// Returns whether the facts show the action's effect already in force.
    #[must_use]
    pub fn is_in_force(&self, user: &UserFacts) -> bool {
        match self {
            Self::DenyUser { .. } => deny_user::is_in_force(user),
            Self::DeactivateAccessKey { access_key_id, .. } => {
                deactivate_access_key::is_in_force(user, access_key_id)
            }
        }
    }

    /// Returns the action's state in freshly read facts about its user.
    #[must_use]
    pub fn state_in(&self, user: &UserFacts) -> State {
        let gone = match self {
            Self::DenyUser { .. } => false,
            Self::DeactivateAccessKey { access_key_id, .. } => {
                !user.keys.iter().any(|key| key.id == *access_key_id)
            }
        };
        if gone || user.reference.unique_id != self.user().unique_id {
            State::TargetGone
        } else if self.is_in_force(user) {
            State::InForce
        } else {
            State::NotInForce
        }
    }

    /// Returns the calls that apply the action.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        match self {
            Self::DenyUser { user } => vec![deny_user::call(user)],
            Self::DeactivateAccessKey { user, access_key_id } => {
                vec![deactivate_access_key::call(user, access_key_id)]
            }
        }
    }

    /// Returns the calls that take the action back.
    #[must_use]
    pub fn undo_calls(&self) -> Vec<Call> {
        match self {
            Self::DenyUser { user } => vec![deny_user::undo_call(user)],
            Self::DeactivateAccessKey { user, access_key_id } => {
                vec![deactivate_access_key::undo_call(user, access_key_id)]
            }
        }
    }
}

impl Facts {
    /// Returns the ARN of the managed policy that denies everything, in the user's partition.
    #[must_use]
    pub fn deny_all_policy(user: &UserRef) -> String {
        deny_user::policy_arn(user)
    }
}
