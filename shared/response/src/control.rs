//! The closed set of settings that actions change. A control is one setting of one thing, so that two plans about
//! the same control can be told from two plans about the same user.
//!
//! To add one: a variant here, its operations in `control/`, its reading in `shared/aws`; the compiler lists the rest.

mod event_rule;
mod exposure;
mod function_permission;
mod identity;
mod ingress;
mod logging;
mod resource_policy;

pub use event_rule::rule_and_bus;
pub(crate) use exposure::UNBLOCKED;
pub use exposure::{Shareable, Shared};
pub use function_permission::FunctionPermission;
pub use ingress::{IngressRule, IpPermission, Peer};
pub use resource_policy::Governed;

use crate::{Operation, Setting};
use serde::{Deserialize, Serialize};
use trailreflex_model::{AccessKeyId, Arn, IamName, IdentityKind, ResourceName, UniqueId};

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

    /// Whether a trail logs: present or absent.
    TrailLogging {
        /// Which, by ARN.
        trail: ResourceName,
    },
    /// Whether a GuardDuty detector is enabled: present or absent.
    Detector {
        /// Which.
        detector: ResourceName,
    },
    /// Whether a recorder of AWS Config records: present or absent.
    Recorder {
        /// Which.
        recorder: ResourceName,
    },
    /// An analyzer of IAM Access Analyzer: absent or its type.
    Analyzer {
        /// Its name.
        analyzer: ResourceName,
    },
    /// Whether a KMS key is about to be deleted: absent, or the number of days that are left, 7 at least.
    KeyDeletion {
        /// Which, by ARN.
        key: ResourceName,
    },
    /// Whether a KMS key can be used: present, absent, or KMS's word for a state that neither is.
    KeyUse {
        /// Which, by ARN.
        key: ResourceName,
    },
    /// The event selectors of a trail: a document as [`EventSelectors`](crate::EventSelectors) writes it.
    EventSelectors {
        /// Of which, by ARN.
        trail: ResourceName,
    },
    /// The insight selectors of a trail: a list of [`InsightSelector`](crate::InsightSelector).
    InsightSelectors {
        /// Of which, by ARN.
        trail: ResourceName,
    },
    /// An event rule: a document of what `PutRule` takes.
    EventRule {
        /// Which: its name, on another bus than the default one with the bus and a slash before it.
        rule: ResourceName,
    },
    /// The targets of an event rule: a [`RuleTarget`](crate::RuleTarget) a word.
    RuleTargets {
        /// Of which, named as that of [`Control::EventRule`].
        rule: ResourceName,
    },
    /// The subscriptions of a topic: a protocol, a blank and an endpoint a word.
    Subscriptions {
        /// Of which, by ARN.
        topic: ResourceName,
    },
    /// The reserved concurrency of a function: absent or a number.
    FunctionConcurrency {
        /// Of which.
        function: ResourceName,
    },
    // Exposure
    /// With whom something is shared: accounts, `all`, and ARNs of organizations.
    Sharing {
        /// What it is.
        of: Shared,
        /// Which.
        name: ResourceName,
    },
    /// What a bucket blocks of public access: absent or a document of four flags.
    PublicAccessBlock {
        /// Which.
        bucket: ResourceName,
    },
    /// Whether a security group has a rule for incoming traffic: absent, or a document with its description.
    Ingress {
        /// Which group.
        group: ResourceName,
        /// Which rule.
        rule: IngressRule,
    },
    /// Who may call a function's URL: `NONE`, which is everybody, or `AWS_IAM`.
    FunctionUrl {
        /// Which function, with its alias.
        function: ResourceName,
    },
    /// Whether a function's policy has a statement: absent, a document as [`FunctionPermission`] writes it, or a word if the
    /// statement could not be written again.
    FunctionPermission {
        /// Of which function, with its alias.
        function: ResourceName,
        /// Which statement.
        statement_id: ResourceName,
    },
    /// The policy of a resource: its parts as [`Parts`](trailreflex_access::Parts) writes them, or a word if it could not be
    /// written again.
    ResourcePolicy {
        /// What it is.
        of: Governed,
        /// Which.
        name: ResourceName,
    },
    /// Whether something may be shared with everybody: `unblocked`, `block-new-sharing` or `block-all-sharing`.
    SharingBlock {
        /// What.
        of: Shareable,
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
            Self::TrailLogging { .. }
            | Self::Detector { .. }
            | Self::Recorder { .. }
            | Self::Analyzer { .. }
            | Self::KeyDeletion { .. }
            | Self::KeyUse { .. }
            | Self::EventSelectors { .. }
            | Self::InsightSelectors { .. }
            | Self::EventRule { .. }
            | Self::RuleTargets { .. }
            | Self::Subscriptions { .. }
            | Self::FunctionConcurrency { .. }
            | Self::Sharing { .. }
            | Self::PublicAccessBlock { .. }
            | Self::Ingress { .. }
            | Self::FunctionUrl { .. }
            | Self::FunctionPermission { .. }
            | Self::ResourcePolicy { .. }
            | Self::SharingBlock { .. } => None,
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
            Self::TrailLogging { trail } => format!("trail/{trail}/logging"),
            Self::Detector { detector } => format!("detector/{detector}/enabled"),
            Self::Recorder { recorder } => format!("recorder/{recorder}/recording"),
            Self::Analyzer { analyzer } => format!("analyzer/{analyzer}/itself"),
            Self::KeyDeletion { key } => format!("key/{key}/deletion"),
            Self::KeyUse { key } => format!("key/{key}/use"),
            Self::EventSelectors { trail } => format!("trail/{trail}/event-selectors"),
            Self::InsightSelectors { trail } => format!("trail/{trail}/insight-selectors"),
            Self::EventRule { rule } => format!("event_rule/{rule}/itself"),
            Self::RuleTargets { rule } => format!("event_rule/{rule}/targets"),
            Self::Subscriptions { topic } => format!("topic/{topic}/subscriptions"),
            Self::FunctionConcurrency { function } => format!("function/{function}/concurrency"),
            Self::Sharing { of, name } => format!("{}/{name}/sharing", of.kind().as_str()),
            Self::PublicAccessBlock { bucket } => format!("bucket/{bucket}/public-access-block"),
            Self::Ingress { group, rule } => format!("security_group/{group}/{rule}"),
            Self::FunctionUrl { function } => format!("function/{function}/url"),
            Self::FunctionPermission { function, statement_id } => {
                format!("function/{function}/permission/{statement_id}")
            }
            Self::ResourcePolicy { of, name } => format!("{}/{name}/policy", of.kind().as_str()),
            Self::SharingBlock { of: Shareable::Snapshots } => "account/snapshot-sharing-block".to_owned(),
            Self::SharingBlock { of: Shareable::Images } => "account/image-sharing-block".to_owned(),
        }
    }

    /// Returns the operations that lead from one setting to another.
    pub(crate) fn operations(&self, from: &Setting, to: &Setting) -> Vec<Operation> {
        match self {
            Self::AccessKeyStatus { .. }
            | Self::CredentialStatus { .. }
            | Self::PolicyAttachment { .. }
            | Self::InlinePolicy { .. }
            | Self::PermissionsBoundary { .. } => identity::operations(self, to),
            Self::TrailLogging { .. }
            | Self::Detector { .. }
            | Self::Recorder { .. }
            | Self::Analyzer { .. }
            | Self::KeyDeletion { .. }
            | Self::KeyUse { .. }
            | Self::EventSelectors { .. }
            | Self::InsightSelectors { .. }
            | Self::EventRule { .. }
            | Self::FunctionConcurrency { .. } => logging::operations(self, to),
            Self::RuleTargets { rule } => event_rule::set_targets(rule, from, to),
            Self::Subscriptions { topic } => event_rule::set_subscriptions(topic, from, to),
            Self::Sharing { .. }
            | Self::PublicAccessBlock { .. }
            | Self::Ingress { .. }
            | Self::FunctionUrl { .. }
            | Self::FunctionPermission { .. }
            | Self::SharingBlock { .. } => exposure::operations(self, from, to),
            Self::ResourcePolicy { of, name } => resource_policy::operations(*of, name, to),
        }
    }
}
