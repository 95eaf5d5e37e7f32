//! Makes the call that is to be seen in CloudTrail.

use crate::CallFailed;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::AppName;
use trailreflex_metering::CANARY;

/// Asks CloudWatch for an alarm that nobody has.
#[derive(Debug, Clone)]
pub struct Canary {
    cloudwatch: Client,
}

impl Canary {
    /// Calls the CloudWatch of the account that `config`'s credentials belong to.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        let mut marked = aws_sdk_cloudwatch::config::Builder::from(config);
        // In the user agent too, which CloudTrail shows of a call that is denied.
        marked.set_app_name(AppName::new(CANARY).ok());
        Self { cloudwatch: Client::from_conf(marked.build()) }
    }

    /// Calls CloudWatch through a client.
    #[must_use]
    pub fn with_client(cloudwatch: Client) -> Self {
        Self { cloudwatch }
    }

    /// Makes the call. A call that is denied is as good: it is recorded.
    ///
    /// # Errors
    /// [`CallFailed`] if AWS did not take it.
    pub async fn call(&self) -> Result<(), CallFailed> {
        match self.cloudwatch.describe_alarms().alarm_names(CANARY).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(CallFailed::of("cloudwatch:DescribeAlarms", error)),
        }
    }
}
