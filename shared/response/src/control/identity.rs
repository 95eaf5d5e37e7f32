//! Operations on IAM identities. Which of them exist for which kind of identity is IAM's: groups have no boundary.

use super::{Control, CredentialKind, IdentityRef};
use crate::{Operation, Setting};
use serde_json::Value;
use trailreflex_model::IdentityKind;

pub(super) fn operations(control: &Control, to: &Setting) -> Vec<Operation> {
    let operation = match (control, to) {
        (Control::AccessKeyStatus { identity, access_key_id }, Setting::Word(status)) => {
            Operation::UpdateAccessKey {
                user_name: identity.name.clone(),
                access_key_id: access_key_id.clone(),
                status: status.clone(),
            }
        }
        (Control::CredentialStatus { identity, credential, id }, Setting::Word(status)) => {
            let (user_name, status) = (identity.name.clone(), status.clone());
            match credential {
                CredentialKind::ServiceSpecific => Operation::UpdateServiceSpecificCredential {
                    user_name,
                    service_specific_credential_id: id.clone(),
                    status,
                },
                CredentialKind::SshPublicKey => {
                    Operation::UpdateSSHPublicKey { user_name, ssh_public_key_id: id.clone(), status }
                }
                CredentialKind::SigningCertificate => {
                    Operation::UpdateSigningCertificate { user_name, certificate_id: id.clone(), status }
                }
            }
        }
        (Control::PolicyAttachment { identity, policy_arn }, Setting::Present) => {
            attach(identity, policy_arn.as_str().to_owned())
        }
        (Control::PolicyAttachment { identity, policy_arn }, Setting::Absent) => {
            detach(identity, policy_arn.as_str().to_owned())
        }
        (Control::InlinePolicy { identity, policy_name }, Setting::Document(document)) => {
            put_policy(identity, policy_name.as_str().to_owned(), document)
        }
        (Control::InlinePolicy { identity, policy_name }, Setting::Absent) => {
            delete_policy(identity, policy_name.as_str().to_owned())
        }
        (Control::PermissionsBoundary { identity }, Setting::Word(arn)) => {
            let (name, permissions_boundary) = (identity.name.clone(), arn.clone());
            match identity.kind {
                IdentityKind::Role => {
                    Operation::PutRolePermissionsBoundary { role_name: name, permissions_boundary }
                }
                IdentityKind::User | IdentityKind::Group => {
                    Operation::PutUserPermissionsBoundary { user_name: name, permissions_boundary }
                }
            }
        }
        (Control::PermissionsBoundary { identity }, Setting::Absent) => match identity.kind {
            IdentityKind::Role => {
                Operation::DeleteRolePermissionsBoundary { role_name: identity.name.clone() }
            }
            IdentityKind::User | IdentityKind::Group => {
                Operation::DeleteUserPermissionsBoundary { user_name: identity.name.clone() }
            }
        },
        // No other settings of these controls exist; a journal entry that claims one leads to nothing.
        _ => return Vec::new(),
    };
    vec![operation]
}

fn attach(identity: &IdentityRef, policy_arn: String) -> Operation {
    let name = identity.name.clone();
    match identity.kind {
        IdentityKind::User => Operation::AttachUserPolicy { user_name: name, policy_arn },
        IdentityKind::Role => Operation::AttachRolePolicy { role_name: name, policy_arn },
        IdentityKind::Group => Operation::AttachGroupPolicy { group_name: name, policy_arn },
    }
}

fn detach(identity: &IdentityRef, policy_arn: String) -> Operation {
    let name = identity.name.clone();
    match identity.kind {
        IdentityKind::User => Operation::DetachUserPolicy { user_name: name, policy_arn },
        IdentityKind::Role => Operation::DetachRolePolicy { role_name: name, policy_arn },
        IdentityKind::Group => Operation::DetachGroupPolicy { group_name: name, policy_arn },
    }
}

fn put_policy(identity: &IdentityRef, policy_name: String, document: &Value) -> Operation {
    let (name, policy_document) = (identity.name.clone(), document.to_string());
    match identity.kind {
        IdentityKind::Role => Operation::PutRolePolicy { role_name: name, policy_name, policy_document },
        IdentityKind::User | IdentityKind::Group => {
            Operation::PutUserPolicy { user_name: name, policy_name, policy_document }
        }
    }
}

fn delete_policy(identity: &IdentityRef, policy_name: String) -> Operation {
    let name = identity.name.clone();
    match identity.kind {
        IdentityKind::Role => Operation::DeleteRolePolicy { role_name: name, policy_name },
        IdentityKind::User | IdentityKind::Group => {
            Operation::DeleteUserPolicy { user_name: name, policy_name }
        }
    }
}
