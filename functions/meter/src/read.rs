//! The record in a message: an EventBridge event that a rule has put on the queue.

use serde_json::Value;
use trailreflex_model::cause_chain;
use trailreflex_model::cloudtrail::{Envelope, Record};

/// What a message is.
#[derive(Debug)]
pub enum Message {
    /// A record.
    Record(Box<Record>),
    /// Nothing that is counted, and why.
    Ignored(&'static str),
    /// Nothing that can be used, and why.
    Unusable(String),
}

/// Reads a message.
#[must_use]
pub fn read(body: &str) -> Message {
    let unusable = |code: &str, error: &(dyn std::error::Error + 'static)| {
        Message::Unusable(format!("{code}: {}", cause_chain(error)))
    };
    let value: Value = match serde_json::from_str(body) {
        Ok(value) => value,
        Err(error) => return unusable("NotJson", &error),
    };
    let envelope = match Envelope::parse(value) {
        Ok(envelope) => envelope,
        Err(error) => return unusable("NotAnEnvelope", &error),
    };
    if !envelope.source.starts_with("aws.") {
        return Message::Unusable(
            "ForeignSource: only AWS can use a source that begins with `aws.`".to_owned(),
        );
    }
    if !envelope.kind.carries_a_record() {
        return Message::Ignored("notARecord");
    }
    match Record::parse(envelope.detail) {
        Ok(record) => Message::Record(Box::new(record)),
        Err(error) => unusable("NotARecord", &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(detail_type: &str, source: &str, detail: &Value) -> String {
        json!({
            "version": "0", "id": "11111111-2222-4333-8444-555555555555", "detail-type": detail_type, "source": source,
            "account": "111122223333", "time": "2026-11-20T10:00:00Z", "region": "us-east-1", "resources": [], "detail": detail,
        })
        .to_string()
    }

    #[test]
    fn a_message_is_a_record_or_says_why_not() {
        let record =
            json!({"eventVersion": "1.11", "eventName": "GetUser", "eventSource": "iam.amazonaws.com"});
        for (case, body, expected) in [
            ("a record", event("AWS API Call via CloudTrail", "aws.iam", &record), "GetUser"),
            (
                "another event",
                event("EC2 Instance State-change Notification", "aws.ec2", &json!({})),
                "ignored: notARecord",
            ),
            ("no JSON", "{".to_owned(), "NotJson: EOF while parsing"),
            ("no event", "[]".to_owned(), "NotAnEnvelope: an EventBridge event must be"),
            ("somebody else's", event("AWS API Call via CloudTrail", "my.app", &record), "ForeignSource: "),
            (
                "no record in it",
                event("AWS API Call via CloudTrail", "aws.iam", &json!([])),
                "NotARecord: a record must be",
            ),
        ] {
            let found = match read(&body) {
                Message::Record(record) => record.event_name().unwrap_or_default().to_owned(),
                Message::Ignored(reason) => format!("ignored: {reason}"),
                Message::Unusable(reason) => reason,
            };
            assert!(found.starts_with(expected), "{case}: {found}");
        }
    }
}
