//! Whom or what a response would concern, as a record names it. The account is read before anything is believed.

use crate::text_id::text_id;
use crate::{AccessKeyId, Arn, IamName, RoleName, SessionId, UserName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Whom or what a response would concern.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Target {
    /// One access key; its owner is read from the account.
    AccessKey {
        /// The key.
        access_key_id: AccessKeyId,
    },
    /// An IAM user with all keys; the unique id is read from the account.
    User {
        /// The user.
        user_name: UserName,
    },
    /// A role with all its sessions.
    Role {
        /// The role.
        role_name: RoleName,
    },
    /// One session of a role.
    Session {
        /// The role.
        role_name: RoleName,
        /// The session.
        session: SessionId,
        /// The source identity that the session carries through every further role, if one was set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source_identity: Option<IamName>,
    },
    /// A managed policy on a user, role or group.
    Attachment {
        /// What kind of identity.
        identity: IdentityKind,
        /// The identity.
        name: IamName,
        /// The policy.
        policy_arn: Arn,
    },
    /// Anything that is not an IAM identity.
    Resource(Resource),
}

impl Target {
    /// Returns the resource that the target is, if it is one.
    #[must_use]
    pub fn resource(&self) -> Option<&Resource> {
        match self {
            Self::Resource(resource) => Some(resource),
            Self::AccessKey { .. }
            | Self::User { .. }
            | Self::Role { .. }
            | Self::Session { .. }
            | Self::Attachment { .. } => None,
        }
    }
}

/// A kind of IAM identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum IdentityKind {
    /// A user.
    User,
    /// A role.
    Role,
    /// A group.
    Group,
}

impl IdentityKind {
    /// Returns the word that ARNs and reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Role => "role",
            Self::Group => "group",
        }
    }
}

/// Something in the account that a call has changed, and what exactly it has added.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// Of which kind.
    pub resource: ResourceKind,
    /// Its name, id or ARN, as its service's calls take it.
    pub name: ResourceName,
    /// What the call has added to it: accounts that it was shared with, rules, statements. Empty if the call has
    /// not added anything, or all of it is concerned.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub added: BTreeSet<ResourceName>,
}

text_id! {
    /// What a service's calls take for one of its resources: 1 to 2048 printable ASCII characters without blanks.
    ResourceName, "a resource's name: 1 to 2048 printable characters without blanks", |text| {
        (1..=2048).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

/// A kind of resource that some action changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ResourceKind {
    /// The account and Region itself.
    Account,
    /// An analyzer of IAM Access Analyzer, by name.
    Analyzer,
    /// An S3 bucket, by name.
    Bucket,
    /// A cluster snapshot of RDS, by identifier.
    DbClusterSnapshot,
    /// An instance snapshot of RDS, by identifier.
    DbSnapshot,
    /// A GuardDuty detector, by id.
    Detector,
    /// An SSM document, by name.
    Document,
    /// An EventBridge rule, by name, on the default bus.
    EventRule,
    /// A Lambda function, by name or ARN.
    Function,
    /// An AMI, by id.
    Image,
    /// A KMS key, by id or ARN.
    Key,
    /// An SQS queue, by URL.
    Queue,
    /// A recorder of AWS Config, by name.
    Recorder,
    /// An ECR repository, by name.
    Repository,
    /// A secret of Secrets Manager, by name or ARN.
    Secret,
    /// A security group, by id.
    SecurityGroup,
    /// An EBS snapshot, by id.
    Snapshot,
    /// An SNS topic, by ARN.
    Topic,
    /// A trail, by name or ARN.
    Trail,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [Self; 19] = [
        Self::Account,
        Self::Analyzer,
        Self::Bucket,
        Self::DbClusterSnapshot,
        Self::DbSnapshot,
        Self::Detector,
        Self::Document,
        Self::EventRule,
        Self::Function,
        Self::Image,
        Self::Key,
        Self::Queue,
        Self::Recorder,
        Self::Repository,
        Self::Secret,
        Self::SecurityGroup,
        Self::Snapshot,
        Self::Topic,
        Self::Trail,
    ];

    /// Returns the word that rules and reports use, such as `db_snapshot`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Analyzer => "analyzer",
            Self::Bucket => "bucket",
            Self::DbClusterSnapshot => "db_cluster_snapshot",
            Self::DbSnapshot => "db_snapshot",
            Self::Detector => "detector",
            Self::Document => "document",
            Self::EventRule => "event_rule",
            Self::Function => "function",
            Self::Image => "image",
            Self::Key => "key",
            Self::Queue => "queue",
            Self::Recorder => "recorder",
            Self::Repository => "repository",
            Self::Secret => "secret",
            Self::SecurityGroup => "security_group",
            Self::Snapshot => "snapshot",
            Self::Topic => "topic",
            Self::Trail => "trail",
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AccessKey { access_key_id } => write!(formatter, "access key {access_key_id}"),
            Self::User { user_name } => write!(formatter, "user {user_name}"),
            Self::Role { role_name } => write!(formatter, "role {role_name}"),
            Self::Session { role_name, session, .. } => {
                write!(formatter, "session {session} of role {role_name}")
            }
            Self::Attachment { identity, name, policy_arn } => {
                write!(formatter, "policy {policy_arn} on {} {name}", identity.as_str())
            }
            Self::Resource(resource) => resource.fmt(formatter),
        }
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.resource.as_str().replace('_', " "), self.name)
    }
}
