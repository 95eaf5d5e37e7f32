//! The operations that write the policy of a resource.

use serde::Serialize;
use serde_json::{Map, Value};

/// An operation that writes the policy of a resource, always as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all_fields = "PascalCase")]
#[expect(missing_docs, reason = "named and described in AWS's own API references")]
pub enum PolicyOperation {
    SetQueueAttributes { queue_url: String, attributes: QueuePolicy },
    SetTopicAttributes { topic_arn: String, attribute_name: &'static str, attribute_value: String },
    SetRepositoryPolicy { repository_name: String, policy_text: String },
    DeleteRepositoryPolicy { repository_name: String },
    PutResourcePolicy { secret_id: String, resource_policy: String },
    DeleteResourcePolicy { secret_id: String },
    PutKeyPolicy { key_id: String, policy_name: &'static str, policy: String },
}

/// The one attribute of a queue that is ever set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "named and described in AWS's own API references")]
pub struct QueuePolicy {
    pub policy: String,
}

impl PolicyOperation {
    /// Returns the permission that the operation needs, which is also its name in the AWS CLI.
    #[must_use]
    pub fn permission(&self) -> &'static str {
        match self {
            Self::SetQueueAttributes { .. } => "sqs:SetQueueAttributes",
            Self::SetTopicAttributes { .. } => "sns:SetTopicAttributes",
            Self::SetRepositoryPolicy { .. } => "ecr:SetRepositoryPolicy",
            Self::DeleteRepositoryPolicy { .. } => "ecr:DeleteRepositoryPolicy",
            Self::PutResourcePolicy { .. } => "secretsmanager:PutResourcePolicy",
            Self::DeleteResourcePolicy { .. } => "secretsmanager:DeleteResourcePolicy",
            Self::PutKeyPolicy { .. } => "kms:PutKeyPolicy",
        }
    }

    /// Returns the parameters by name; ECR's in the case that the AWS CLI derives its own from.
    #[must_use]
    pub fn parameters(&self) -> Map<String, Value> {
        super::parameters(self)
    }
}
