//! Topics of the responder's own stack and whom they tell, read and changed.

use super::failed;
use super::logging::{Logging, malformed};
use aws_sdk_sns::types::Subscription;
use trailreflex_model::ResourceName;
use trailreflex_response::{AccountError, Reading, Setting};

/// What SNS says in the place of an ARN until a subscription is confirmed.
const UNCONFIRMED: &str = "PendingConfirmation";

impl Logging {
    async fn listed(&self, topic: &ResourceName) -> Result<Vec<Subscription>, AccountError> {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let call = self.clients.sns.list_subscriptions_by_topic().topic_arn(topic.as_str());
            let page = call.set_next_token(token).send().await;
            let page = page.map_err(|error| failed("sns:ListSubscriptionsByTopic", error))?;
            found.extend(page.subscriptions.unwrap_or_default());
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    pub(super) async fn subscriptions(&self, topic: &ResourceName) -> Result<Reading, AccountError> {
        let words = self.listed(topic).await?.into_iter().filter_map(|one| {
            let (protocol, endpoint) = (one.protocol?, one.endpoint?);
            Some(format!("{protocol} {endpoint}"))
        });
        Ok(Reading::Is(Setting::Words(words.collect())))
    }

    pub(super) async fn unsubscribe(
        &self,
        topic: &ResourceName,
        protocol: &str,
        endpoint: &str,
    ) -> Result<(), AccountError> {
        let permission = "sns:Unsubscribe";
        let meant = self.listed(topic).await?.into_iter().filter(|one| {
            (one.protocol.as_deref(), one.endpoint.as_deref()) == (Some(protocol), Some(endpoint))
        });
        for arn in meant.filter_map(|one| one.subscription_arn) {
            if arn == UNCONFIRMED {
                let says = "it was not confirmed yet, and lapses by itself unless it is";
                return Err(malformed(permission, says));
            }
            let call = self.clients.sns.unsubscribe().subscription_arn(arn);
            call.send().await.map_err(|error| failed(permission, error))?;
        }
        Ok(())
    }
}
