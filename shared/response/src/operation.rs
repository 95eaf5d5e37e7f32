//! The closed set of AWS operations that change something, with their parameters in AWS's spelling.
//!
//! `shared/aws` sends exactly these; [`Call`](crate::Call) shows exactly these. Nothing else can be changed.

use serde::Serialize;
use serde_json::{Map, Value};
use trailreflex_model::{AccessKeyId, IamName, UniqueId};

/// An operation that changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all_fields = "PascalCase")]
#[expect(missing_docs, reason = "named and described in AWS's own API references")]
pub enum Operation {
    // IAM
    UpdateAccessKey {
        user_name: IamName,
        access_key_id: AccessKeyId,
        status: String,
    },
    UpdateServiceSpecificCredential {
        user_name: IamName,
        service_specific_credential_id: UniqueId,
        status: String,
    },
    UpdateSSHPublicKey {
        user_name: IamName,
        #[serde(rename = "SSHPublicKeyId")]
        ssh_public_key_id: UniqueId,
        status: String,
    },
    UpdateSigningCertificate {
        user_name: IamName,
        certificate_id: UniqueId,
        status: String,
    },
    AttachUserPolicy {
        user_name: IamName,
        policy_arn: String,
    },
    DetachUserPolicy {
        user_name: IamName,
        policy_arn: String,
    },
    AttachRolePolicy {
        role_name: IamName,
        policy_arn: String,
    },
    DetachRolePolicy {
        role_name: IamName,
        policy_arn: String,
    },
    AttachGroupPolicy {
        group_name: IamName,
        policy_arn: String,
    },
    DetachGroupPolicy {
        group_name: IamName,
        policy_arn: String,
    },
    PutUserPolicy {
        user_name: IamName,
        policy_name: String,
        policy_document: String,
    },
    DeleteUserPolicy {
        user_name: IamName,
        policy_name: String,
    },
    PutRolePolicy {
        role_name: IamName,
        policy_name: String,
        policy_document: String,
    },
    DeleteRolePolicy {
        role_name: IamName,
        policy_name: String,
    },
    PutUserPermissionsBoundary {
        user_name: IamName,
        permissions_boundary: String,
    },
    DeleteUserPermissionsBoundary {
        user_name: IamName,
    },
    PutRolePermissionsBoundary {
        role_name: IamName,
        permissions_boundary: String,
    },
    DeleteRolePermissionsBoundary {
        role_name: IamName,
    },
}

impl Operation {
    /// Returns the permission that the operation needs, which is also its name: `iam:UpdateAccessKey`.
    #[must_use]
    pub fn permission(&self) -> &'static str {
        match self {
            Self::UpdateAccessKey { .. } => "iam:UpdateAccessKey",
            Self::UpdateServiceSpecificCredential { .. } => "iam:UpdateServiceSpecificCredential",
            Self::UpdateSSHPublicKey { .. } => "iam:UpdateSSHPublicKey",
            Self::UpdateSigningCertificate { .. } => "iam:UpdateSigningCertificate",
            Self::AttachUserPolicy { .. } => "iam:AttachUserPolicy",
            Self::DetachUserPolicy { .. } => "iam:DetachUserPolicy",
            Self::AttachRolePolicy { .. } => "iam:AttachRolePolicy",
            Self::DetachRolePolicy { .. } => "iam:DetachRolePolicy",
            Self::AttachGroupPolicy { .. } => "iam:AttachGroupPolicy",
            Self::DetachGroupPolicy { .. } => "iam:DetachGroupPolicy",
            Self::PutUserPolicy { .. } => "iam:PutUserPolicy",
            Self::DeleteUserPolicy { .. } => "iam:DeleteUserPolicy",
            Self::PutRolePolicy { .. } => "iam:PutRolePolicy",
            Self::DeleteRolePolicy { .. } => "iam:DeleteRolePolicy",
            Self::PutUserPermissionsBoundary { .. } => "iam:PutUserPermissionsBoundary",
            Self::DeleteUserPermissionsBoundary { .. } => "iam:DeleteUserPermissionsBoundary",
            Self::PutRolePermissionsBoundary { .. } => "iam:PutRolePermissionsBoundary",
            Self::DeleteRolePermissionsBoundary { .. } => "iam:DeleteRolePermissionsBoundary",
        }
    }

    /// Returns the parameters by name, in the API reference's spelling.
    #[must_use]
    pub fn parameters(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(named)) => match named.into_iter().next() {
                Some((_, Value::Object(parameters))) => parameters,
                _ => Map::new(),
            },
            // A struct of texts always has a JSON form.
            Ok(_) | Err(_) => Map::new(),
        }
    }
}
