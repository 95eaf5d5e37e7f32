//! The quarantine queue: what no retry can make usable is kept there whole, with the reason.

use crate::CallFailed;
use aws_sdk_sqs::Client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write as _;

/// Longest payload, in bytes, that is stored as it is. A longer one is stored as gzip in Base64, so that an
/// event of Lambda's largest size (1 MiB) fits into SQS's (1 MiB, escaped JSON and all).
const PLAIN_BYTES: usize = 128 * 1024;

/// An SQS queue for events that no retry can make usable.
#[derive(Debug, Clone)]
pub struct Quarantine {
    sqs: Client,
    queue_url: String,
}

impl Quarantine {
    /// The queue at `queue_url`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, queue_url: String) -> Self {
        Self { sqs: Client::new(config), queue_url }
    }

    /// The queue at `queue_url` behind a client.
    #[must_use]
    pub fn with_client(sqs: Client, queue_url: String) -> Self {
        Self { sqs, queue_url }
    }

    /// Stores a payload with the reason why `function` could not use it.
    ///
    /// # Errors
    /// [`CallFailed`]; the event is then still Lambda's to retry.
    pub async fn store(&self, function: &str, reason: &str, payload: &Value) -> Result<(), CallFailed> {
        let body = message(function, reason, payload);
        let call = self.sqs.send_message().queue_url(&self.queue_url).message_body(body);
        call.send().await.map(drop).map_err(|error| CallFailed::of("sqs:SendMessage", error))
    }
}

fn message(function: &str, reason: &str, payload: &Value) -> String {
    let text = payload.to_string();
    let compressed = if text.len() > PLAIN_BYTES { gzip(&text) } else { None };
    let message = match compressed {
        Some(gzip) => json!({"function": function, "reason": reason, "payloadGzipBase64": gzip}),
        None => json!({"function": function, "reason": reason, "payload": payload}),
    };
    message.to_string()
}

fn gzip(text: &str) -> Option<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory cannot fail; if it did, the payload would be sent as it is.
    encoder.write_all(text.as_bytes()).ok()?;
    encoder.finish().ok().map(|bytes| STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    #[test]
    fn a_small_payload_is_kept_readable() {
        let stored: Value = serde_json::from_str(&message("detect", "why", &json!({"a": 1}))).unwrap();
        assert_eq!(stored, json!({"function": "detect", "reason": "why", "payload": {"a": 1}}));
    }

    #[test]
    fn a_payload_of_lambdas_largest_size_fits_into_a_message_and_comes_back_whole() {
        let payload = json!({"text": "\"\n".repeat(256 * 1024)});
        let message = message("detect", "why", &payload);
        assert!(message.len() < 1024 * 1024, "{} bytes", message.len());
        let stored: Value = serde_json::from_str(&message).unwrap();
        let gzip = STANDARD.decode(stored["payloadGzipBase64"].as_str().unwrap()).unwrap();
        let mut text = String::new();
        GzDecoder::new(gzip.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, payload.to_string());
    }
}
