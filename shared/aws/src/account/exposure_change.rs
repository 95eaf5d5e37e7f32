//! What opens resources to others, changed: one call for each operation.

use super::bucket_region::send_to_bucket;
use super::exposure::{Exposure, code};
use super::{another_classes, failed};
use aws_sdk_ec2::types as ec2;
use serde_json::Value;
use trailreflex_response::{AccountError, ExposureOperation, IpPermission, Operation, Peer};

/// EC2's codes for a rule that is there already, and for one that is not.
const RULE_IS_AS_WANTED: [&str; 3] =
    ["InvalidPermission.Duplicate", "InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"];

impl Exposure {
    /// Sends an operation. Adding what is there and taking away what is not is no failure: reading back tells.
    pub(super) async fn perform(&self, operation: &Operation) -> Result<(), AccountError> {
        let permission = operation.permission();
        if let Operation::Policy(operation) = operation {
            return self.write_policy(operation).await;
        }
        let Operation::Exposure(operation) = operation else {
            return Err(another_classes(permission));
        };
        macro_rules! send {
            ($call:expr) => {
                $call.send().await.map(drop).map_err(|error| failed(permission, error))
            };
        }
        macro_rules! send_rules {
            ($call:expr, $rules:expr) => {{
                let rules = $rules.iter().map(permission_of).collect();
                match $call.set_ip_permissions(Some(rules)).send().await {
                    Ok(_) => Ok(()),
                    Err(error) if code(&error).is_some_and(|code| RULE_IS_AS_WANTED.contains(&code)) => {
                        Ok(())
                    }
                    Err(error) => Err(failed(permission, error)),
                }
            }};
        }
        match operation {
            ExposureOperation::ModifySnapshotAttribute {
                snapshot_id,
                attribute,
                operation_type,
                user_ids,
                group_names,
            } => {
                let call = self.ec2.modify_snapshot_attribute().snapshot_id(snapshot_id);
                let call = call.attribute(ec2::SnapshotAttributeName::from(*attribute));
                let call = call.operation_type(ec2::OperationType::from(*operation_type));
                send!(call.set_user_ids(some(user_ids)).set_group_names(some(group_names)))
            }
            ExposureOperation::ModifyImageAttribute {
                image_id,
                attribute,
                operation_type,
                user_ids,
                user_groups,
                organization_arns,
                organizational_unit_arns,
            } => {
                let call = self.ec2.modify_image_attribute().image_id(image_id).attribute(*attribute);
                let call = call.operation_type(ec2::OperationType::from(*operation_type));
                let call = call.set_user_ids(some(user_ids)).set_user_groups(some(user_groups));
                let call = call.set_organization_arns(some(organization_arns));
                send!(call.set_organizational_unit_arns(some(organizational_unit_arns)))
            }
            ExposureOperation::RevokeSecurityGroupIngress { group_id, ip_permissions } => {
                let call = self.ec2.revoke_security_group_ingress().group_id(group_id);
                send_rules!(call, ip_permissions)
            }
            ExposureOperation::AuthorizeSecurityGroupIngress { group_id, ip_permissions } => {
                let call = self.ec2.authorize_security_group_ingress().group_id(group_id);
                send_rules!(call, ip_permissions)
            }
            ExposureOperation::EnableSnapshotBlockPublicAccess { state } => {
                let state = ec2::SnapshotBlockPublicAccessState::from(state.as_str());
                send!(self.ec2.enable_snapshot_block_public_access().state(state))
            }
            ExposureOperation::DisableSnapshotBlockPublicAccess {} => {
                send!(self.ec2.disable_snapshot_block_public_access())
            }
            ExposureOperation::EnableImageBlockPublicAccess { image_block_public_access_state: state } => {
                let state = ec2::ImageBlockPublicAccessEnabledState::from(state.as_str());
                send!(self.ec2.enable_image_block_public_access().image_block_public_access_state(state))
            }
            ExposureOperation::DisableImageBlockPublicAccess {} => {
                send!(self.ec2.disable_image_block_public_access())
            }
            ExposureOperation::ModifyDBSnapshotAttribute {
                db_snapshot_identifier,
                attribute_name,
                values_to_add,
                values_to_remove,
            } => {
                let call = self.rds.modify_db_snapshot_attribute().attribute_name(*attribute_name);
                let call = call.db_snapshot_identifier(db_snapshot_identifier);
                send!(
                    call.set_values_to_add(some(values_to_add)).set_values_to_remove(some(values_to_remove))
                )
            }
            ExposureOperation::ModifyDBClusterSnapshotAttribute {
                db_cluster_snapshot_identifier,
                attribute_name,
                values_to_add,
                values_to_remove,
            } => {
                let call = self.rds.modify_db_cluster_snapshot_attribute().attribute_name(*attribute_name);
                let call = call.db_cluster_snapshot_identifier(db_cluster_snapshot_identifier);
                send!(
                    call.set_values_to_add(some(values_to_add)).set_values_to_remove(some(values_to_remove))
                )
            }
            ExposureOperation::ModifyDocumentPermission {
                name,
                permission_type,
                account_ids_to_add,
                account_ids_to_remove,
            } => {
                let call = self.ssm.modify_document_permission().name(name);
                let call = call.permission_type((*permission_type).into());
                let call = call.set_account_ids_to_add(some(account_ids_to_add));
                send!(call.set_account_ids_to_remove(some(account_ids_to_remove)))
            }
            ExposureOperation::PutPublicAccessBlock { bucket, public_access_block_configuration: flags } => {
                let flag = |name: &str| flags.get(name).and_then(Value::as_bool);
                let configuration = aws_sdk_s3::types::PublicAccessBlockConfiguration::builder()
                    .set_block_public_acls(flag("BlockPublicAcls"))
                    .set_ignore_public_acls(flag("IgnorePublicAcls"))
                    .set_block_public_policy(flag("BlockPublicPolicy"))
                    .set_restrict_public_buckets(flag("RestrictPublicBuckets"))
                    .build();
                let call = self.s3.put_public_access_block().bucket(bucket);
                let sent = send_to_bucket!(call.public_access_block_configuration(configuration));
                sent.map(drop).map_err(|error| failed(permission, error))
            }
            ExposureOperation::DeletePublicAccessBlock { bucket } => {
                let sent = send_to_bucket!(self.s3.delete_public_access_block().bucket(bucket));
                sent.map(drop).map_err(|error| failed(permission, error))
            }
            ExposureOperation::UpdateFunctionUrlConfig { function_name, qualifier, auth_type } => {
                let call = self.lambda.update_function_url_config().function_name(function_name);
                send!(call.set_qualifier(qualifier.clone()).auth_type(auth_type.as_str().into()))
            }
            ExposureOperation::RemovePermission { function_name, qualifier, statement_id } => {
                let call = self.lambda.remove_permission().function_name(function_name);
                match call.set_qualifier(qualifier.clone()).statement_id(statement_id).send().await {
                    Ok(_) => Ok(()),
                    // It may have been this call, whose answer was lost.
                    Err(error) if code(&error) == Some("ResourceNotFoundException") => Ok(()),
                    Err(error) => Err(failed(permission, error)),
                }
            }
            ExposureOperation::AddPermission {
                function_name,
                qualifier,
                statement_id,
                permission: added,
            } => {
                let call = self.lambda.add_permission().function_name(function_name);
                let call = call.set_qualifier(qualifier.clone()).statement_id(statement_id);
                let url = added.function_url_auth_type.as_deref().map(Into::into);
                let call = call.action(&added.action).principal(&added.principal);
                let call = call
                    .set_source_arn(added.source_arn.clone())
                    .set_source_account(added.source_account.clone())
                    .set_event_source_token(added.event_source_token.clone())
                    .set_function_url_auth_type(url)
                    .set_principal_org_id(added.principal_org_id.clone())
                    .set_invoked_via_function_url(added.invoked_via_function_url);
                match call.send().await {
                    Ok(_) => Ok(()),
                    Err(error) if code(&error) == Some("ResourceConflictException") => Ok(()),
                    Err(error) => Err(failed(permission, error)),
                }
            }
        }
    }
}

/// A list for a call that takes none as well.
fn some<'w>(words: impl IntoIterator<Item = &'w String>) -> Option<Vec<String>> {
    let words: Vec<_> = words.into_iter().cloned().collect();
    (!words.is_empty()).then_some(words)
}

fn permission_of(permission: &IpPermission) -> ec2::IpPermission {
    let IpPermission { rule, description } = permission;
    let call = ec2::IpPermission::builder().ip_protocol(&rule.protocol);
    let call =
        call.set_from_port(rule.ports.map(|ports| ports.0)).set_to_port(rule.ports.map(|ports| ports.1));
    let description = description.clone();
    match rule.peer() {
        Peer::Ipv4(range) => {
            call.ip_ranges(ec2::IpRange::builder().cidr_ip(range).set_description(description).build())
        }
        Peer::Ipv6(range) => {
            call.ipv6_ranges(ec2::Ipv6Range::builder().cidr_ipv6(range).set_description(description).build())
        }
        Peer::PrefixList(id) => {
            let list = ec2::PrefixListId::builder().prefix_list_id(id).set_description(description);
            call.prefix_list_ids(list.build())
        }
        Peer::Group { id, account } => {
            let group = ec2::UserIdGroupPair::builder().group_id(id).set_user_id(account.map(str::to_owned));
            call.user_id_group_pairs(group.set_description(description).build())
        }
    }
    .build()
}
