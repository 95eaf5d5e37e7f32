//! An SNS topic.

use crate::CallFailed;
use aws_sdk_sns::Client;

/// A topic that people listen to.
#[derive(Debug, Clone)]
pub struct Topic {
    sns: Client,
    arn: String,
}

impl Topic {
    /// The topic of that ARN.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, arn: String) -> Self {
        Self { sns: Client::new(config), arn }
    }

    /// The topic of that ARN behind a client.
    #[must_use]
    pub fn with_client(sns: Client, arn: String) -> Self {
        Self { sns, arn }
    }

    /// Publishes a message: a subject of at most 100 ASCII characters, and a text of at most 256 KB.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn publish(&self, subject: &str, text: &str) -> Result<(), CallFailed> {
        let publish = self.sns.publish().topic_arn(&self.arn).subject(subject).message(text);
        publish.send().await.map(drop).map_err(|error| CallFailed::of("sns:Publish", error))
    }
}
