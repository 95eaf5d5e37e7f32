//! The queue that brings the looks at a containment back to the function that has asked for them.

use crate::CallFailed;
use aws_sdk_sqs::Client;
use trailreflex_response::Look;

/// An SQS queue whose messages are delayed.
#[derive(Debug, Clone)]
pub struct LookQueue {
    sqs: Client,
    queue_url: String,
}

impl LookQueue {
    /// The queue at `queue_url`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, queue_url: String) -> Self {
        Self { sqs: Client::new(config), queue_url }
    }

    /// Asks for a look after `delay` seconds, at most 900.
    ///
    /// # Errors
    /// [`CallFailed`]; then the look is not taken.
    pub async fn ask(&self, look: &Look, delay: u32) -> Result<(), CallFailed> {
        let call = "sqs:SendMessage";
        let body = serde_json::to_string(look).map_err(|error| CallFailed {
            call,
            is_transient: false,
            cause: Box::new(error),
        })?;
        let message = self.sqs.send_message().queue_url(&self.queue_url).message_body(body);
        let delay = i32::try_from(delay).unwrap_or(i32::MAX);
        let sent = message.delay_seconds(delay).send().await;
        sent.map(drop).map_err(|error| CallFailed::of(call, error))
    }
}
