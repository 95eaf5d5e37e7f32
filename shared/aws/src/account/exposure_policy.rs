//! The policies of queues, topics, repositories, secrets and keys, read and written.

use super::exposure::{Exposure, code, gone};
use super::failed;
use aws_sdk_sqs::types::QueueAttributeName;
use trailreflex_access::Parts;
use trailreflex_response::{AccountError, Governed, PolicyOperation, Reading, Setting};

/// ECR's code for a repository without policy.
const NO_POLICY: &str = "RepositoryPolicyNotFoundException";

impl Exposure {
    pub(super) async fn resource_policy(&self, of: Governed, name: &str) -> Result<Reading, AccountError> {
        let text = match of {
            Governed::Queue => self.policy_of_queue(name).await,
            Governed::Topic => self.policy_of_topic(name).await,
            Governed::Repository => self.policy_of_repository(name).await,
            Governed::Secret => {
                let answer = self.secrets.get_resource_policy().secret_id(name).send().await;
                answer
                    .map(|output| output.resource_policy)
                    .map_err(|error| failed("secretsmanager:GetResourcePolicy", error))
            }
            Governed::Key => {
                let answer = self.kms.get_key_policy().key_id(name).policy_name("default").send().await;
                answer.map(|output| output.policy).map_err(|error| failed("kms:GetKeyPolicy", error))
            }
        };
        let text = match text {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => return gone(error),
        };
        Ok(Reading::Is(match Parts::of(&text) {
            Ok(parts) => Setting::Words(parts.lines().clone()),
            Err(_) => Setting::word("other"),
        }))
    }

    async fn policy_of_queue(&self, url: &str) -> Result<Option<String>, AccountError> {
        let call = self.sqs.get_queue_attributes().queue_url(url);
        let answer = call.attribute_names(QueueAttributeName::Policy).send().await;
        let attributes = answer.map_err(|error| failed("sqs:GetQueueAttributes", error))?.attributes;
        Ok(attributes.and_then(|mut attributes| attributes.remove(&QueueAttributeName::Policy)))
    }

    async fn policy_of_topic(&self, arn: &str) -> Result<Option<String>, AccountError> {
        let answer = self.sns.get_topic_attributes().topic_arn(arn).send().await;
        let attributes = answer.map_err(|error| failed("sns:GetTopicAttributes", error))?.attributes;
        Ok(attributes.and_then(|mut attributes| attributes.remove("Policy")))
    }

    async fn policy_of_repository(&self, name: &str) -> Result<Option<String>, AccountError> {
        match self.ecr.get_repository_policy().repository_name(name).send().await {
            Ok(output) => Ok(output.policy_text),
            Err(error) if code(&error) == Some(NO_POLICY) => Ok(None),
            Err(error) => Err(failed("ecr:GetRepositoryPolicy", error)),
        }
    }

    pub(super) async fn write_policy(&self, operation: &PolicyOperation) -> Result<(), AccountError> {
        let permission = operation.permission();
        macro_rules! send {
            ($call:expr) => {
                $call.send().await.map(drop).map_err(|error| failed(permission, error))
            };
        }
        match operation {
            PolicyOperation::SetQueueAttributes { queue_url, attributes } => {
                let call = self.sqs.set_queue_attributes().queue_url(queue_url);
                send!(call.attributes(QueueAttributeName::Policy, &attributes.policy))
            }
            PolicyOperation::SetTopicAttributes { topic_arn, attribute_name, attribute_value } => {
                let call = self.sns.set_topic_attributes().topic_arn(topic_arn);
                send!(call.attribute_name(*attribute_name).attribute_value(attribute_value))
            }
            PolicyOperation::SetRepositoryPolicy { repository_name, policy_text } => {
                let call = self.ecr.set_repository_policy().repository_name(repository_name);
                send!(call.policy_text(policy_text))
            }
            PolicyOperation::DeleteRepositoryPolicy { repository_name } => {
                match self.ecr.delete_repository_policy().repository_name(repository_name).send().await {
                    Ok(_) => Ok(()),
                    // It may have been this call, whose answer was lost.
                    Err(error) if code(&error) == Some(NO_POLICY) => Ok(()),
                    Err(error) => Err(failed(permission, error)),
                }
            }
            PolicyOperation::PutResourcePolicy { secret_id, resource_policy } => {
                let call = self.secrets.put_resource_policy().secret_id(secret_id);
                send!(call.resource_policy(resource_policy))
            }
            PolicyOperation::DeleteResourcePolicy { secret_id } => {
                send!(self.secrets.delete_resource_policy().secret_id(secret_id))
            }
            PolicyOperation::PutKeyPolicy { key_id, policy_name, policy } => {
                send!(self.kms.put_key_policy().key_id(key_id).policy_name(*policy_name).policy(policy))
            }
        }
    }
}
