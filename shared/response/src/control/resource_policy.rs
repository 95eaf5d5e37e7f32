//! The policies of resources, each written as a whole by its service's own call.

use crate::{Operation, PolicyOperation, QueuePolicy, Setting};
use serde::{Deserialize, Serialize};
use trailreflex_access::Parts;
use trailreflex_model::{ResourceKind, ResourceName};

/// Something with a policy of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Governed {
    /// An SQS queue, by URL.
    Queue,
    /// An SNS topic, by ARN.
    Topic,
    /// An ECR repository, by name.
    Repository,
    /// A secret of Secrets Manager, by name or ARN.
    Secret,
    /// A KMS key, by id or ARN.
    Key,
}

impl Governed {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Queue, Self::Topic, Self::Repository, Self::Secret, Self::Key];

    /// Returns the kind of the resource.
    #[must_use]
    pub fn kind(self) -> ResourceKind {
        match self {
            Self::Queue => ResourceKind::Queue,
            Self::Topic => ResourceKind::Topic,
            Self::Repository => ResourceKind::Repository,
            Self::Secret => ResourceKind::Secret,
            Self::Key => ResourceKind::Key,
        }
    }

    /// Returns whether the service keeps a policy with at least one statement: SNS and KMS have no call that removes it.
    pub(crate) fn needs_policy(self) -> bool {
        matches!(self, Self::Topic | Self::Key)
    }

    /// Returns CloudFormation's name of the type.
    #[must_use]
    pub fn resource_type(self) -> &'static str {
        match self {
            Self::Queue => "AWS::SQS::Queue",
            Self::Topic => "AWS::SNS::Topic",
            Self::Repository => "AWS::ECR::Repository",
            Self::Secret => "AWS::SecretsManager::Secret",
            Self::Key => "AWS::KMS::Key",
        }
    }
}

pub(super) fn operations(of: Governed, name: &ResourceName, to: &Setting) -> Vec<Operation> {
    // A journal entry that claims another setting leads to nothing.
    let Setting::Words(parts) = to else { return Vec::new() };
    let text = Parts::from_lines(parts).text();
    if text.is_empty() && of.needs_policy() {
        return Vec::new();
    }
    let name = name.to_string();
    let operation = match of {
        Governed::Queue => {
            PolicyOperation::SetQueueAttributes { queue_url: name, attributes: QueuePolicy { policy: text } }
        }
        Governed::Topic => PolicyOperation::SetTopicAttributes {
            topic_arn: name,
            attribute_name: "Policy",
            attribute_value: text,
        },
        Governed::Repository if text.is_empty() => {
            PolicyOperation::DeleteRepositoryPolicy { repository_name: name }
        }
        Governed::Repository => {
            PolicyOperation::SetRepositoryPolicy { repository_name: name, policy_text: text }
        }
        Governed::Secret if text.is_empty() => PolicyOperation::DeleteResourcePolicy { secret_id: name },
        Governed::Secret => PolicyOperation::PutResourcePolicy { secret_id: name, resource_policy: text },
        Governed::Key => PolicyOperation::PutKeyPolicy { key_id: name, policy_name: "default", policy: text },
    };
    vec![Operation::Policy(operation)]
}
