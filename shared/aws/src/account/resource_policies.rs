//! The policies of resources, to be read only.

use super::exposure::{Exposure, ExposureAccount, code};
use super::failed;
use crate::CallFailed;
use trailreflex_access::Parts;
use trailreflex_response::{AccountError, Governed, Reading, Setting};

/// S3's code for a bucket without policy.
const NO_POLICY: &str = "NoSuchBucketPolicy";
const BUCKET: &str = "AWS::S3::Bucket";

/// Resources of the account as far as they have policies; none is ever changed.
#[derive(Debug, Clone)]
pub struct ResourcePolicies(ExposureAccount);

impl ResourcePolicies {
    /// The resources of the account and Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(ExposureAccount::new(config))
    }

    /// The resources behind clients.
    #[must_use]
    pub fn of(account: ExposureAccount) -> Self {
        Self(account)
    }

    /// Returns the policy of a resource, an empty text if it has none or is gone; nothing of a type that is not read. `name` is
    /// what the service's calls take: a queue's URL, a topic's ARN, a key's id.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn text(&self, resource_type: &str, name: &str) -> Result<Option<String>, CallFailed> {
        let account = &self.0.0;
        let reading = if resource_type == BUCKET {
            account.policy_of_bucket(name).await
        } else {
            let Some(of) = Governed::ALL.into_iter().find(|of| of.resource_type() == resource_type) else {
                return Ok(None);
            };
            account.resource_policy(of, name).await.map(text_of)
        };
        match reading {
            Ok(text) => Ok(text),
            Err(AccountError::TargetGone) => Ok(Some(String::new())),
            Err(AccountError::Transient { permission, cause, .. }) => {
                Err(CallFailed { call: permission, is_transient: true, cause })
            }
            Err(AccountError::Refused { permission, cause }) => {
                Err(CallFailed { call: permission, is_transient: false, cause })
            }
        }
    }
}

/// A policy that is not understood reads as if it was not read.
fn text_of(reading: Reading) -> Option<String> {
    match reading {
        Reading::Gone => Some(String::new()),
        Reading::Is(Setting::Words(lines)) => Some(Parts::from_lines(&lines).text()),
        Reading::Is(Setting::Absent | Setting::Present | Setting::Word(_) | Setting::Document(_)) => None,
    }
}

impl Exposure {
    async fn policy_of_bucket(&self, bucket: &str) -> Result<Option<String>, AccountError> {
        match self.s3.get_bucket_policy().bucket(bucket).send().await {
            Ok(output) => Ok(Some(output.policy.unwrap_or_default())),
            Err(error) if code(&error) == Some(NO_POLICY) => Ok(Some(String::new())),
            Err(error) => Err(failed("s3:GetBucketPolicy", error)),
        }
    }
}
