//! Makes the call that is to be seen in CloudTrail: at home, in other Regions and in member accounts.

use crate::{CallFailed, Entrance};
use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{AppName, Builder, Region};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use trailreflex_metering::CANARY;
use trailreflex_metrics::Sensor;
use trailreflex_model::AccountId;

/// Asks CloudWatch for an alarm that nobody has.
#[derive(Debug, Clone)]
pub struct Canary {
    config: SdkConfig,
    cloudwatch: Client,
    home: AccountId,
    entrance: Option<Entrance>,
    /// Each with credentials that are renewed when they end.
    members: Arc<Mutex<BTreeMap<AccountId, Client>>>,
}

impl Canary {
    /// Calls the CloudWatch of `home`, the account that `config`'s credentials belong to, and of members if there is an entrance.
    #[must_use]
    pub fn new(config: &SdkConfig, home: AccountId, entrance: Option<Entrance>) -> Self {
        let cloudwatch = client(config);
        Self { config: config.clone(), cloudwatch, home, entrance, members: Arc::default() }
    }

    /// Makes the call where a sensor is. A call that is denied is as good: it is recorded.
    ///
    /// # Errors
    /// [`CallFailed`] if AWS did not take it, or did not let the function into the account.
    pub async fn call_at(&self, sensor: &Sensor) -> Result<(), CallFailed> {
        let client = if sensor.account == self.home {
            self.cloudwatch.clone()
        } else {
            self.member(&sensor.account).await?
        };
        let there = Builder::new().region(Region::new(sensor.region.as_str().to_owned()));
        let asked = client.describe_alarms().alarm_names(CANARY).customize().config_override(there);
        asked.send().await.map(drop).map_err(|error| CallFailed::of("cloudwatch:DescribeAlarms", error))
    }

    async fn member(&self, account: &AccountId) -> Result<Client, CallFailed> {
        let known = self.members.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let entrance = self.entrance.as_ref().ok_or_else(|| CallFailed {
            call: "sts:AssumeRole",
            is_transient: false,
            cause: format!("there is no way into account {}", account.as_str()).into(),
        })?;
        let role = AssumeRoleProvider::builder(entrance.role.of(account))
            .external_id(&entrance.external_id)
            .session_name(Entrance::SESSION_NAME)
            .configure(&self.config);
        let credentials = SharedCredentialsProvider::new(role.build().await);
        let client = client(&self.config.to_builder().credentials_provider(credentials).build());
        self.members.lock().unwrap_or_else(PoisonError::into_inner).insert(account.clone(), client.clone());
        Ok(client)
    }
}

fn client(config: &SdkConfig) -> Client {
    let mut marked = Builder::from(config);
    // In the user agent too, which CloudTrail shows of a call that is denied.
    marked.set_app_name(AppName::new(CANARY).ok());
    Client::from_conf(marked.build())
}
