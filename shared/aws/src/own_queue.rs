//! A queue of somebody's own, looked at message by message: nothing is taken out of it unless somebody says so.

use crate::CallFailed;
use aws_sdk_sqs::types::{ChangeMessageVisibilityBatchRequestEntry, QueueAttributeName};
use serde_json::Value;

const RECEIVE: &str = "sqs:ReceiveMessage";
const DELETE: &str = "sqs:DeleteMessage";
const CHANGE: &str = "sqs:ChangeMessageVisibility";
const ATTRIBUTES: &str = "sqs:GetQueueAttributes";
/// Seconds for which one call waits for a message.
const WAIT: i32 = 2;
/// Most messages of one call.
const AT_ONCE: usize = 10;
/// Seconds for which a message that was looked at is not handed out again.
const HIDDEN: i32 = 600;

/// A queue.
#[derive(Debug, Clone)]
pub struct OwnQueue {
    sqs: aws_sdk_sqs::Client,
    url: String,
}

/// A message, as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The same each time that it is handed out.
    pub id: String,
    /// What it is deleted or given back by; another one each time.
    pub receipt: String,
    /// Its text.
    pub body: String,
}

impl OwnQueue {
    /// What looking needs, and at the end giving back or deleting.
    pub const PERMISSIONS: [&str; 4] = [ATTRIBUTES, RECEIVE, CHANGE, DELETE];

    /// The queue at `url`, in the Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, url: String) -> Self {
        Self::with_client(aws_sdk_sqs::Client::new(config), url)
    }

    /// The queue at `url` behind a client.
    #[must_use]
    pub fn with_client(sqs: aws_sdk_sqs::Client, url: String) -> Self {
        Self { sqs, url }
    }

    /// Returns how often a message may be handed out before it is moved to a queue of dead letters; none if it never is.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn most_looks(&self) -> Result<Option<u64>, CallFailed> {
        let get = self.sqs.get_queue_attributes().queue_url(&self.url);
        let got = get.attribute_names(QueueAttributeName::RedrivePolicy).send().await;
        let got = got.map_err(|error| CallFailed::of(ATTRIBUTES, error))?.attributes.unwrap_or_default();
        let policy = got.get(&QueueAttributeName::RedrivePolicy);
        let policy = policy.and_then(|policy| serde_json::from_str::<Value>(policy).ok());
        // AWS takes the number as a text, too.
        let most = policy.as_ref().and_then(|policy| policy.get("maxReceiveCount"));
        Ok(most.and_then(|most| most.as_u64().or_else(|| most.as_str()?.parse().ok())))
    }

    /// Returns at most ten messages, or none after two seconds. They are hidden from everybody for ten minutes.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn next(&self) -> Result<Vec<QueuedMessage>, CallFailed> {
        let receive = self.sqs.receive_message().queue_url(&self.url).visibility_timeout(HIDDEN);
        let at_once = i32::try_from(AT_ONCE).unwrap_or(1);
        let received = receive.wait_time_seconds(WAIT).max_number_of_messages(at_once).send().await;
        let received = received.map_err(|error| CallFailed::of(RECEIVE, error))?;
        let messages = received.messages.unwrap_or_default().into_iter();
        let message = |message: aws_sdk_sqs::types::Message| {
            let body = message.body.unwrap_or_default();
            Some(QueuedMessage { id: message.message_id?, receipt: message.receipt_handle?, body })
        };
        Ok(messages.filter_map(message).collect())
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// [`CallFailed`]; then it comes again.
    pub async fn delete(&self, receipt: &str) -> Result<(), CallFailed> {
        let delete = self.sqs.delete_message().queue_url(&self.url).receipt_handle(receipt);
        delete.send().await.map(drop).map_err(|error| CallFailed::of(DELETE, error))
    }

    /// Lets messages be handed out again at once. Of those that were deleted or handed out since, nothing is changed.
    ///
    /// # Errors
    /// [`CallFailed`]; then they are handed out again after ten minutes.
    pub async fn give_back(&self, receipts: &[String]) -> Result<(), CallFailed> {
        for some in receipts.chunks(AT_ONCE) {
            let mut change = self.sqs.change_message_visibility_batch().queue_url(&self.url);
            for (place, receipt) in some.iter().enumerate() {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(place.to_string());
                let entry = entry.receipt_handle(receipt).visibility_timeout(0).build();
                change = change.entries(entry.map_err(|error| CallFailed {
                    call: CHANGE,
                    is_transient: false,
                    cause: error.into(),
                })?);
            }
            change.send().await.map_err(|error| CallFailed::of(CHANGE, error))?;
        }
        Ok(())
    }
}
