//! The operations that close what is open to others, and open it again on undo.

use crate::control::{FunctionPermission, IpPermission};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// An operation on what opens resources to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all_fields = "PascalCase")]
#[expect(missing_docs, reason = "named and described in AWS's own API references")]
pub enum ExposureOperation {
    // EC2
    ModifySnapshotAttribute {
        snapshot_id: String,
        attribute: &'static str,
        operation_type: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        user_ids: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        group_names: Vec<String>,
    },
    ModifyImageAttribute {
        image_id: String,
        attribute: &'static str,
        operation_type: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        user_ids: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        user_groups: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        organization_arns: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        organizational_unit_arns: Vec<String>,
    },
    RevokeSecurityGroupIngress {
        group_id: String,
        ip_permissions: [IpPermission; 1],
    },
    AuthorizeSecurityGroupIngress {
        group_id: String,
        ip_permissions: [IpPermission; 1],
    },
    EnableSnapshotBlockPublicAccess {
        state: String,
    },
    DisableSnapshotBlockPublicAccess {},
    EnableImageBlockPublicAccess {
        image_block_public_access_state: String,
    },
    DisableImageBlockPublicAccess {},
    // RDS
    ModifyDBSnapshotAttribute {
        #[serde(rename = "DBSnapshotIdentifier")]
        db_snapshot_identifier: String,
        attribute_name: &'static str,
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        values_to_add: BTreeSet<String>,
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        values_to_remove: BTreeSet<String>,
    },
    ModifyDBClusterSnapshotAttribute {
        #[serde(rename = "DBClusterSnapshotIdentifier")]
        db_cluster_snapshot_identifier: String,
        attribute_name: &'static str,
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        values_to_add: BTreeSet<String>,
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        values_to_remove: BTreeSet<String>,
    },
    // SSM
    ModifyDocumentPermission {
        name: String,
        permission_type: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        account_ids_to_add: Vec<String>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        account_ids_to_remove: Vec<String>,
    },
    // S3
    PutPublicAccessBlock {
        bucket: String,
        public_access_block_configuration: Value,
    },
    DeletePublicAccessBlock {
        bucket: String,
    },
    // Lambda
    UpdateFunctionUrlConfig {
        function_name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        qualifier: Option<String>,
        auth_type: String,
    },
    RemovePermission {
        function_name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        qualifier: Option<String>,
        statement_id: String,
    },
    AddPermission {
        function_name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        qualifier: Option<String>,
        statement_id: String,
        #[serde(flatten)]
        permission: FunctionPermission,
    },
}

/// Whom something is shared with, told apart as EC2's calls take them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Grants {
    accounts: Vec<String>,
    groups: Vec<String>,
    organizations: Vec<String>,
    units: Vec<String>,
}

impl Grants {
    pub(crate) fn of(words: BTreeSet<String>) -> Self {
        let mut grants = Self::default();
        for word in words {
            let kind = if word.contains(":organization/") {
                &mut grants.organizations
            } else if word.contains(":ou/") {
                &mut grants.units
            } else if word.bytes().all(|byte| byte.is_ascii_digit()) {
                &mut grants.accounts
            } else {
                &mut grants.groups
            };
            kind.push(word);
        }
        grants
    }
}

impl ExposureOperation {
    pub(crate) fn create_volume_permission(
        snapshot_id: String,
        operation_type: &'static str,
        grants: Grants,
    ) -> Self {
        Self::ModifySnapshotAttribute {
            snapshot_id,
            attribute: "createVolumePermission",
            operation_type,
            user_ids: grants.accounts,
            group_names: grants.groups,
        }
    }

    pub(crate) fn launch_permission(image_id: String, operation_type: &'static str, grants: Grants) -> Self {
        Self::ModifyImageAttribute {
            image_id,
            attribute: "launchPermission",
            operation_type,
            user_ids: grants.accounts,
            user_groups: grants.groups,
            organization_arns: grants.organizations,
            organizational_unit_arns: grants.units,
        }
    }

    /// Returns the permission that the operation needs.
    #[must_use]
    pub fn permission(&self) -> &'static str {
        match self {
            Self::ModifySnapshotAttribute { .. } => "ec2:ModifySnapshotAttribute",
            Self::ModifyImageAttribute { .. } => "ec2:ModifyImageAttribute",
            Self::RevokeSecurityGroupIngress { .. } => "ec2:RevokeSecurityGroupIngress",
            Self::AuthorizeSecurityGroupIngress { .. } => "ec2:AuthorizeSecurityGroupIngress",
            Self::EnableSnapshotBlockPublicAccess { .. } => "ec2:EnableSnapshotBlockPublicAccess",
            Self::DisableSnapshotBlockPublicAccess {} => "ec2:DisableSnapshotBlockPublicAccess",
            Self::EnableImageBlockPublicAccess { .. } => "ec2:EnableImageBlockPublicAccess",
            Self::DisableImageBlockPublicAccess {} => "ec2:DisableImageBlockPublicAccess",
            Self::ModifyDBSnapshotAttribute { .. } => "rds:ModifyDBSnapshotAttribute",
            Self::ModifyDBClusterSnapshotAttribute { .. } => "rds:ModifyDBClusterSnapshotAttribute",
            Self::ModifyDocumentPermission { .. } => "ssm:ModifyDocumentPermission",
            // One permission for both (S3 User Guide, "Required permissions for Amazon S3 API operations").
            Self::PutPublicAccessBlock { .. } | Self::DeletePublicAccessBlock { .. } => {
                "s3:PutBucketPublicAccessBlock"
            }
            Self::UpdateFunctionUrlConfig { .. } => "lambda:UpdateFunctionUrlConfig",
            Self::RemovePermission { .. } => "lambda:RemovePermission",
            Self::AddPermission { .. } => "lambda:AddPermission",
        }
    }

    /// Returns service and operation as the AWS CLI names them.
    #[must_use]
    pub fn command(&self) -> &'static str {
        match self {
            Self::PutPublicAccessBlock { .. } => "s3api:PutPublicAccessBlock",
            Self::DeletePublicAccessBlock { .. } => "s3api:DeletePublicAccessBlock",
            Self::ModifySnapshotAttribute { .. }
            | Self::ModifyImageAttribute { .. }
            | Self::RevokeSecurityGroupIngress { .. }
            | Self::AuthorizeSecurityGroupIngress { .. }
            | Self::EnableSnapshotBlockPublicAccess { .. }
            | Self::DisableSnapshotBlockPublicAccess {}
            | Self::EnableImageBlockPublicAccess { .. }
            | Self::DisableImageBlockPublicAccess {}
            | Self::ModifyDBSnapshotAttribute { .. }
            | Self::ModifyDBClusterSnapshotAttribute { .. }
            | Self::ModifyDocumentPermission { .. }
            | Self::UpdateFunctionUrlConfig { .. }
            | Self::RemovePermission { .. }
            | Self::AddPermission { .. } => self.permission(),
        }
    }

    /// Returns the parameters by name, in the API reference's spelling.
    #[must_use]
    pub fn parameters(&self) -> Map<String, Value> {
        super::parameters(self)
    }
}
