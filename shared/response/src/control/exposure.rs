//! Operations on what opens resources to others.

use super::{Control, IpPermission};
use crate::operation::{ExposureOperation, Grants};
use crate::{Operation, Setting};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_model::{ResourceKind, ResourceName};

/// Most accounts that one call of ModifyDocumentPermission takes.
const ACCOUNTS_OF_A_DOCUMENT: usize = 20;

/// What a block of sharing with everybody is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shareable {
    /// EBS snapshots of the Region.
    Snapshots,
    /// AMIs of the Region.
    Images,
}

/// Something that its owner shares account by account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Shared {
    /// An EBS snapshot.
    Snapshot,
    /// An AMI.
    Image,
    /// A snapshot of an RDS instance.
    DbSnapshot,
    /// A snapshot of an RDS cluster.
    DbClusterSnapshot,
    /// An SSM document.
    Document,
}

impl Shared {
    /// Returns the kind of the resource.
    #[must_use]
    pub fn kind(self) -> ResourceKind {
        match self {
            Self::Snapshot => ResourceKind::Snapshot,
            Self::Image => ResourceKind::Image,
            Self::DbSnapshot => ResourceKind::DbSnapshot,
            Self::DbClusterSnapshot => ResourceKind::DbClusterSnapshot,
            Self::Document => ResourceKind::Document,
        }
    }
}

pub(super) fn operations(control: &Control, from: &Setting, to: &Setting) -> Vec<Operation> {
    let operations = match (control, to) {
        (Control::Sharing { of, name }, Setting::Words(_)) => share(*of, name, from, to),
        (Control::PublicAccessBlock { bucket }, Setting::Document(flags)) => {
            let (bucket, public_access_block_configuration) = (bucket.to_string(), flags.clone());
            vec![ExposureOperation::PutPublicAccessBlock { bucket, public_access_block_configuration }]
        }
        (Control::PublicAccessBlock { bucket }, Setting::Absent) => {
            vec![ExposureOperation::DeletePublicAccessBlock { bucket: bucket.to_string() }]
        }
        (Control::Ingress { group, rule }, Setting::Absent) => {
            let permission = IpPermission { rule: rule.clone(), description: None };
            let (group_id, ip_permissions) = (group.to_string(), [permission]);
            vec![ExposureOperation::RevokeSecurityGroupIngress { group_id, ip_permissions }]
        }
        (Control::Ingress { group, rule }, Setting::Document(described)) => {
            let description = described.get("description").and_then(Value::as_str);
            let description = description.map(str::to_owned);
            let permission = IpPermission { rule: rule.clone(), description };
            let (group_id, ip_permissions) = (group.to_string(), [permission]);
            vec![ExposureOperation::AuthorizeSecurityGroupIngress { group_id, ip_permissions }]
        }
        (Control::FunctionUrl { function }, Setting::Word(auth_type)) => {
            let (function_name, qualifier) = qualified(function);
            let auth_type = auth_type.clone();
            vec![ExposureOperation::UpdateFunctionUrlConfig { function_name, qualifier, auth_type }]
        }
        (Control::FunctionPermission { function, statement_id }, Setting::Absent) => {
            let (function_name, qualifier) = qualified(function);
            let statement_id = statement_id.to_string();
            vec![ExposureOperation::RemovePermission { function_name, qualifier, statement_id }]
        }
        (Control::FunctionPermission { function, statement_id }, Setting::Document(written)) => {
            let (function_name, qualifier) = qualified(function);
            let statement_id = statement_id.to_string();
            let permission = serde_json::from_value(written.clone()).ok();
            let add = |permission| ExposureOperation::AddPermission {
                function_name,
                qualifier,
                statement_id,
                permission,
            };
            permission.map(add).into_iter().collect()
        }
        (Control::SharingBlock { of }, Setting::Word(state)) => block(*of, state),
        // No other settings of these controls exist; a journal entry that claims one leads to nothing.
        (_, _) => Vec::new(),
    };
    operations.into_iter().map(Operation::Exposure).collect()
}

/// Splits a function's alias from its name or ARN: `name:alias`, `arn:aws:lambda:region:account:function:name:alias`.
fn qualified(function: &ResourceName) -> (String, Option<String>) {
    let text = function.as_str();
    let parts = text.split(':').count();
    let has_qualifier = if text.starts_with("arn:") { parts > 7 } else { parts == 2 };
    match text.rsplit_once(':').filter(|_| has_qualifier) {
        Some((name, qualifier)) => (name.to_owned(), Some(qualifier.to_owned())),
        None => (text.to_owned(), None),
    }
}

fn share(shared: Shared, name: &ResourceName, from: &Setting, to: &Setting) -> Vec<ExposureOperation> {
    let (from, to) = (from.words(), to.words());
    let added: BTreeSet<_> = to.difference(&from).cloned().collect();
    let removed: BTreeSet<_> = from.difference(&to).cloned().collect();
    let name = name.to_string();
    match shared {
        Shared::Snapshot => each_way(added, removed, |operation_type, grants| {
            ExposureOperation::create_volume_permission(name.clone(), operation_type, grants)
        }),
        Shared::Image => each_way(added, removed, |operation_type, grants| {
            ExposureOperation::launch_permission(name.clone(), operation_type, grants)
        }),
        Shared::DbSnapshot => vec![ExposureOperation::ModifyDBSnapshotAttribute {
            db_snapshot_identifier: name,
            attribute_name: "restore",
            values_to_add: added,
            values_to_remove: removed,
        }],
        Shared::DbClusterSnapshot => vec![ExposureOperation::ModifyDBClusterSnapshotAttribute {
            db_cluster_snapshot_identifier: name,
            attribute_name: "restore",
            values_to_add: added,
            values_to_remove: removed,
        }],
        Shared::Document => document_permissions(&name, &added, &removed),
    }
}

/// EC2's calls either add or remove.
fn each_way(
    added: BTreeSet<String>,
    removed: BTreeSet<String>,
    operation: impl Fn(&'static str, Grants) -> ExposureOperation,
) -> Vec<ExposureOperation> {
    let ways = [("add", added), ("remove", removed)];
    let changes = ways.into_iter().filter(|(_, words)| !words.is_empty());
    changes.map(|(way, words)| operation(way, Grants::of(words))).collect()
}

fn document_permissions(
    name: &str,
    added: &BTreeSet<String>,
    removed: &BTreeSet<String>,
) -> Vec<ExposureOperation> {
    let part = |account_ids_to_add: Vec<String>, account_ids_to_remove: Vec<String>| {
        ExposureOperation::ModifyDocumentPermission {
            name: name.to_owned(),
            permission_type: "Share",
            account_ids_to_add,
            account_ids_to_remove,
        }
    };
    let (added, removed): (Vec<_>, Vec<_>) =
        (added.iter().cloned().collect(), removed.iter().cloned().collect());
    let adding = added.chunks(ACCOUNTS_OF_A_DOCUMENT).map(|some| part(some.to_vec(), Vec::new()));
    let removing = removed.chunks(ACCOUNTS_OF_A_DOCUMENT).map(|some| part(Vec::new(), some.to_vec()));
    adding.chain(removing).collect()
}

fn block(of: Shareable, state: &str) -> Vec<ExposureOperation> {
    let state = state.to_owned();
    vec![match (of, state.as_str()) {
        (Shareable::Snapshots, UNBLOCKED) => ExposureOperation::DisableSnapshotBlockPublicAccess {},
        (Shareable::Images, UNBLOCKED) => ExposureOperation::DisableImageBlockPublicAccess {},
        (Shareable::Snapshots, _) => ExposureOperation::EnableSnapshotBlockPublicAccess { state },
        (Shareable::Images, _) => {
            ExposureOperation::EnableImageBlockPublicAccess { image_block_public_access_state: state }
        }
    }]
}

/// EC2's word for no block at all.
pub(crate) const UNBLOCKED: &str = "unblocked";
