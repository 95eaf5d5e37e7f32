//! The closed set of settings that actions change. A control is one setting of one thing, so that two plans about
//! the same control can be told from two plans about the same user.
//!
//! To add one: a variant here, its operations in `control/`, its reading in `shared/aws`; the compiler lists the rest.

mod identity;

use crate::{Operation, Setting};
use serde::{Deserialize, Serialize};
use trailreflex_model::{AccessKeyId, Arn, IamName, IdentityKind, UniqueId};

/// An IAM user, role or group, told apart from a later one of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityRef {
    /// Of which kind.
    pub kind: IdentityKind,
    /// The name, which IAM's calls take.
    pub name: IamName,
    /// The unique id, which is compared.
    pub unique_id: UniqueId,
    /// The ARN, with the path.
    pub arn: Arn,
}

/// A kind of credential beside access keys and passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CredentialKind {
    /// For CodeCommit, Keyspaces or Bedrock.
    ServiceSpecific,
    /// An SSH public key for CodeCommit.
    SshPublicKey,
    /// An X.509 certificate that signs calls of old services.
    SigningCertificate,
}

/// One setting of one thing in the account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Control {
    /// Whether an access key works: `Active` or `Inactive`.
    AccessKeyStatus {
        /// Whose.
        identity: IdentityRef,
        /// Which.
        access_key_id: AccessKeyId,
    },
    /// Whether another credential of a user works: `Active` or `Inactive`.
    CredentialStatus {
        /// Whose.
        identity: IdentityRef,
        /// Of which kind.
        credential: CredentialKind,
        /// Which.
        id: UniqueId,
    },
    /// Whether a managed policy is attached: present or absent.
    PolicyAttachment {
        /// To whom.
        identity: IdentityRef,
        /// Which.
        policy_arn: Arn,
    },
    /// An inline policy: absent or a document.
    InlinePolicy {
        /// Whose.
        identity: IdentityRef,
        /// Its name.
        policy_name: IamName,
    },
    /// The permissions boundary of a user or role: absent or the ARN of a policy.
    PermissionsBoundary {
        /// Whose.
        identity: IdentityRef,
    },
}

impl Control {
    /// Returns the identity that the control belongs to, if it belongs to one.
    #[must_use]
    pub fn identity(&self) -> Option<&IdentityRef> {
        match self {
            Self::AccessKeyStatus { identity, .. }
            | Self::CredentialStatus { identity, .. }
            | Self::PolicyAttachment { identity, .. }
            | Self::InlinePolicy { identity, .. }
            | Self::PermissionsBoundary { identity } => Some(identity),
        }
    }

    /// Returns a text that no other control has, and that stays the same whatever the control is set to.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::AccessKeyStatus { identity, access_key_id } => {
                format!("{}/access-key/{access_key_id}", identity.unique_id)
            }
            Self::CredentialStatus { identity, id, .. } => format!("{}/credential/{id}", identity.unique_id),
            Self::PolicyAttachment { identity, policy_arn } => {
                format!("{}/attachment/{policy_arn}", identity.unique_id)
            }
            Self::InlinePolicy { identity, policy_name } => {
                format!("{}/inline-policy/{policy_name}", identity.unique_id)
            }
            Self::PermissionsBoundary { identity } => format!("{}/boundary", identity.unique_id),
        }
    }

    /// Returns the operations that lead from one setting to another.
    pub(crate) fn operations(&self, _from: &Setting, to: &Setting) -> Vec<Operation> {
        match self {
            Self::AccessKeyStatus { .. }
            | Self::CredentialStatus { .. }
            | Self::PolicyAttachment { .. }
            | Self::InlinePolicy { .. }
            | Self::PermissionsBoundary { .. } => identity::operations(self, to),
        }
    }
}
