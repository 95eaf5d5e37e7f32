//! The messages that SQS hands over, and the answer that says which of them are to come again.

use crate::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What Lambda is given by a queue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Batch {
    /// The messages.
    #[serde(rename = "Records")]
    pub messages: Vec<Message>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its id, the same at every delivery.
    pub message_id: String,
    /// Its text.
    pub body: String,
}

/// Which messages are to come again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Those.
    pub batch_item_failures: Vec<Failed>,
}

/// A message that is to come again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failed {
    /// Its id.
    pub item_identifier: String,
}

impl Batch {
    /// Reads what Lambda was given.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if it is nothing that SQS hands over.
    pub fn parse(payload: Value) -> Result<Self, Failure> {
        serde_json::from_value(payload).map_err(|error| Failure::permanent("NotABatch", error))
    }
}
