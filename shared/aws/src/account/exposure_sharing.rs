//! With whom snapshots, images and documents are shared.

use super::exposure::{Exposure, gone};
use super::failed;
use aws_sdk_ec2::types::{ImageAttributeName, SnapshotAttributeName};
use aws_sdk_ssm::types::DocumentPermissionType;
use std::collections::BTreeSet;
use trailreflex_response::{AccountError, Reading, Setting, Shared};

impl Exposure {
    pub(super) async fn sharing(&self, of: Shared, name: &str) -> Result<Reading, AccountError> {
        match of {
            Shared::Snapshot => self.create_volume_permission(name).await,
            Shared::Image => self.launch_permission(name).await,
            Shared::DbSnapshot => self.restore_of_snapshot(name).await,
            Shared::DbClusterSnapshot => self.restore_of_cluster_snapshot(name).await,
            Shared::Document => self.document_permission(name).await,
        }
    }

    async fn create_volume_permission(&self, snapshot: &str) -> Result<Reading, AccountError> {
        let call = self.ec2.describe_snapshot_attribute().snapshot_id(snapshot);
        let answer = match call.attribute(SnapshotAttributeName::CreateVolumePermission).send().await {
            Ok(answer) => answer,
            Err(error) => return gone(failed("ec2:DescribeSnapshotAttribute", error)),
        };
        let granted = answer.create_volume_permissions.unwrap_or_default();
        let word = |one: aws_sdk_ec2::types::CreateVolumePermission| {
            one.user_id.or(one.group.map(|group| group.as_str().to_owned()))
        };
        Ok(words(granted.into_iter().filter_map(word)))
    }

    async fn launch_permission(&self, image: &str) -> Result<Reading, AccountError> {
        let call = self.ec2.describe_image_attribute().image_id(image);
        let answer = match call.attribute(ImageAttributeName::LaunchPermission).send().await {
            Ok(answer) => answer,
            Err(error) => return gone(failed("ec2:DescribeImageAttribute", error)),
        };
        let granted = answer.launch_permissions.unwrap_or_default();
        let word = |one: aws_sdk_ec2::types::LaunchPermission| {
            let group = one.group.map(|group| group.as_str().to_owned());
            one.user_id.or(group).or(one.organization_arn).or(one.organizational_unit_arn)
        };
        Ok(words(granted.into_iter().filter_map(word)))
    }

    async fn restore_of_snapshot(&self, snapshot: &str) -> Result<Reading, AccountError> {
        let call = self.rds.describe_db_snapshot_attributes().db_snapshot_identifier(snapshot);
        let answer = match call.send().await {
            Ok(answer) => answer.db_snapshot_attributes_result,
            Err(error) => return gone(failed("rds:DescribeDBSnapshotAttributes", error)),
        };
        let attributes = answer.and_then(|result| result.db_snapshot_attributes).unwrap_or_default();
        let restore = attributes.into_iter().filter(|one| one.attribute_name.as_deref() == Some("restore"));
        Ok(words(restore.flat_map(|one| one.attribute_values.unwrap_or_default())))
    }

    async fn restore_of_cluster_snapshot(&self, snapshot: &str) -> Result<Reading, AccountError> {
        let call =
            self.rds.describe_db_cluster_snapshot_attributes().db_cluster_snapshot_identifier(snapshot);
        let answer = match call.send().await {
            Ok(answer) => answer.db_cluster_snapshot_attributes_result,
            Err(error) => return gone(failed("rds:DescribeDBClusterSnapshotAttributes", error)),
        };
        let attributes = answer.and_then(|result| result.db_cluster_snapshot_attributes).unwrap_or_default();
        let restore = attributes.into_iter().filter(|one| one.attribute_name.as_deref() == Some("restore"));
        Ok(words(restore.flat_map(|one| one.attribute_values.unwrap_or_default())))
    }

    async fn document_permission(&self, document: &str) -> Result<Reading, AccountError> {
        let mut accounts = BTreeSet::new();
        let mut next = None;
        loop {
            let call = self.ssm.describe_document_permission().name(document).set_next_token(next);
            let answer = match call.permission_type(DocumentPermissionType::Share).send().await {
                Ok(answer) => answer,
                Err(error) => return gone(failed("ssm:DescribeDocumentPermission", error)),
            };
            accounts.extend(answer.account_ids.unwrap_or_default());
            next = answer.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(words(accounts));
            }
        }
    }
}

/// SSM shows `All` where other services show `all`.
fn words(words: impl IntoIterator<Item = String>) -> Reading {
    let word = |word: String| if word.eq_ignore_ascii_case("all") { "all".to_owned() } else { word };
    Reading::Is(Setting::Words(words.into_iter().map(word).collect()))
}
