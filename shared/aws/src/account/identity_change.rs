//! IAM identities, changed: one call for each operation.

use super::identity::Iam;
use super::{absent, another_classes, failed};
use aws_sdk_iam::types::StatusType;
use trailreflex_response::{AccountError, Operation};

impl Iam {
    /// Sends an operation. Taking away what is not there is no failure: reading back tells what is.
    pub(super) async fn perform(&self, operation: &Operation) -> Result<(), AccountError> {
        let iam = &self.iam;
        let permission = operation.permission();
        macro_rules! send {
            ($call:expr) => {
                $call.send().await.map(drop).map_err(|error| failed(permission, error))
            };
        }
        macro_rules! take_away {
            ($call:expr) => {
                match $call.send().await {
                    Ok(_) => Ok(()),
                    Err(error) => absent(failed(permission, error)).map(|_: Option<()>| ()),
                }
            };
        }
        match operation {
            Operation::UpdateAccessKey { user_name, access_key_id, status } => {
                let call = iam.update_access_key().user_name(user_name.as_str());
                send!(call.access_key_id(access_key_id.as_str()).status(word(status)))
            }
            Operation::UpdateServiceSpecificCredential {
                user_name,
                service_specific_credential_id: id,
                status,
            } => {
                let call = iam.update_service_specific_credential().user_name(user_name.as_str());
                send!(call.service_specific_credential_id(id.as_str()).status(word(status)))
            }
            Operation::UpdateSSHPublicKey { user_name, ssh_public_key_id, status } => {
                let call = iam.update_ssh_public_key().user_name(user_name.as_str());
                send!(call.ssh_public_key_id(ssh_public_key_id.as_str()).status(word(status)))
            }
            Operation::UpdateSigningCertificate { user_name, certificate_id, status } => {
                let call = iam.update_signing_certificate().user_name(user_name.as_str());
                send!(call.certificate_id(certificate_id.as_str()).status(word(status)))
            }
            Operation::AttachUserPolicy { user_name, policy_arn } => {
                send!(iam.attach_user_policy().user_name(user_name.as_str()).policy_arn(policy_arn))
            }
            Operation::DetachUserPolicy { user_name, policy_arn } => {
                take_away!(iam.detach_user_policy().user_name(user_name.as_str()).policy_arn(policy_arn))
            }
            Operation::AttachRolePolicy { role_name, policy_arn } => {
                send!(iam.attach_role_policy().role_name(role_name.as_str()).policy_arn(policy_arn))
            }
            Operation::DetachRolePolicy { role_name, policy_arn } => {
                take_away!(iam.detach_role_policy().role_name(role_name.as_str()).policy_arn(policy_arn))
            }
            Operation::AttachGroupPolicy { group_name, policy_arn } => {
                send!(iam.attach_group_policy().group_name(group_name.as_str()).policy_arn(policy_arn))
            }
            Operation::DetachGroupPolicy { group_name, policy_arn } => {
                take_away!(iam.detach_group_policy().group_name(group_name.as_str()).policy_arn(policy_arn))
            }
            Operation::PutUserPolicy { user_name, policy_name, policy_document } => {
                let call = iam.put_user_policy().user_name(user_name.as_str()).policy_name(policy_name);
                send!(call.policy_document(policy_document))
            }
            Operation::DeleteUserPolicy { user_name, policy_name } => {
                take_away!(iam.delete_user_policy().user_name(user_name.as_str()).policy_name(policy_name))
            }
            Operation::PutRolePolicy { role_name, policy_name, policy_document } => {
                let call = iam.put_role_policy().role_name(role_name.as_str()).policy_name(policy_name);
                send!(call.policy_document(policy_document))
            }
            Operation::DeleteRolePolicy { role_name, policy_name } => {
                take_away!(iam.delete_role_policy().role_name(role_name.as_str()).policy_name(policy_name))
            }
            Operation::PutUserPermissionsBoundary { user_name, permissions_boundary } => {
                let call = iam.put_user_permissions_boundary().user_name(user_name.as_str());
                send!(call.permissions_boundary(permissions_boundary))
            }
            Operation::DeleteUserPermissionsBoundary { user_name } => {
                take_away!(iam.delete_user_permissions_boundary().user_name(user_name.as_str()))
            }
            Operation::PutRolePermissionsBoundary { role_name, permissions_boundary } => {
                let call = iam.put_role_permissions_boundary().role_name(role_name.as_str());
                send!(call.permissions_boundary(permissions_boundary))
            }
            Operation::DeleteRolePermissionsBoundary { role_name } => {
                take_away!(iam.delete_role_permissions_boundary().role_name(role_name.as_str()))
            }
            Operation::StartLogging { .. }
            | Operation::StopLogging { .. }
            | Operation::PutEventSelectors { .. }
            | Operation::PutInsightSelectors { .. }
            | Operation::UpdateDetector { .. }
            | Operation::StartConfigurationRecorder { .. }
            | Operation::StopConfigurationRecorder { .. }
            | Operation::CreateAnalyzer { .. }
            | Operation::DeleteAnalyzer { .. }
            | Operation::CancelKeyDeletion { .. }
            | Operation::EnableKey { .. }
            | Operation::DisableKey { .. }
            | Operation::ScheduleKeyDeletion { .. }
            | Operation::EnableRule { .. }
            | Operation::DisableRule { .. }
            | Operation::PutRule { .. }
            | Operation::PutTargets { .. }
            | Operation::RemoveTargets { .. }
            | Operation::Subscribe { .. }
            | Operation::Unsubscribe { .. }
            | Operation::DeleteFunctionConcurrency { .. }
            | Operation::PutFunctionConcurrency { .. }
            | Operation::Exposure(_)
            | Operation::Policy(_) => Err(another_classes(permission)),
        }
    }
}

fn word(status: &str) -> StatusType {
    StatusType::from(status)
}
