//! The record in a message: an EventBridge event that a rule has put on the queue.

use jiff::Timestamp;
use serde_json::Value;
use trailreflex_metering::{is_canary, sensor_of};
use trailreflex_metrics::Sensor;
use trailreflex_model::cause_chain;
use trailreflex_model::cloudtrail::{Envelope, Record};

/// What a message is.
#[derive(Debug)]
pub enum Message {
    /// A record of the account and Region that are counted.
    Record(Box<Record>),
    /// The function's own call, as another Region or account has heard it, and when it was made.
    Canary(Sensor, Timestamp),
    /// Nothing that is counted, and why.
    Ignored(&'static str),
    /// Nothing that can be used, and why.
    Unusable(String),
}

/// Reads a message that has come to `home`.
#[must_use]
pub fn read(body: &str, home: &Sensor) -> Message {
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
    let record = match Record::parse(envelope.detail) {
        Ok(record) => record,
        Err(error) => return unusable("NotARecord", &error),
    };
    // The envelope says from where it was sent, which nobody can choose.
    let sent_from = Sensor { account: envelope.account, region: envelope.region };
    if sent_from == *home {
        return Message::Record(Box::new(record));
    }
    match record.event_time() {
        Some(time) if is_canary(&record) && sensor_of(&record).as_ref() == Some(&sent_from) => {
            Message::Canary(sent_from, time)
        }
        // Of others some calls are sent here and some are not, which would be no number of anything.
        Some(_) | None => Message::Ignored("elsewhere"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(detail_type: &str, source: &str, detail: &Value) -> String {
        event_of("111122223333", "us-east-1", detail_type, source, detail)
    }

    fn event_of(account: &str, region: &str, detail_type: &str, source: &str, detail: &Value) -> String {
        json!({
            "version": "0", "id": "11111111-2222-4333-8444-555555555555", "detail-type": detail_type, "source": source,
            "account": account, "time": "2026-11-20T10:00:00Z", "region": region, "resources": [], "detail": detail,
        })
        .to_string()
    }

    /// The function's own call, as a record of that account and Region.
    fn canary(account: &str, region: &str) -> Value {
        json!({
            "eventVersion": "1.11", "eventSource": "monitoring.amazonaws.com", "eventName": "DescribeAlarms",
            "eventTime": "2026-11-20T09:59:58Z", "recipientAccountId": account, "awsRegion": region,
            "requestParameters": {"alarmNames": ["trailreflex-canary"]},
        })
    }

    #[test]
    fn a_message_is_a_record_or_says_why_not() {
        let record =
            json!({"eventVersion": "1.11", "eventName": "GetUser", "eventSource": "iam.amazonaws.com"});
        let (call, cloudwatch) = ("AWS API Call via CloudTrail", "aws.monitoring");
        let (own, member) = ("111122223333", "444455556666");
        let sent = |account, region, detail: &Value| event_of(account, region, call, cloudwatch, detail);
        let mut timeless = canary(member, "eu-west-1");
        timeless.as_object_mut().unwrap().remove("eventTime");
        for (case, body, expected) in [
            ("a record", event(call, "aws.iam", &record), "GetUser"),
            ("the own call", sent(own, "us-east-1", &canary(own, "us-east-1")), "DescribeAlarms"),
            (
                "the own call in another Region",
                sent(own, "eu-west-1", &canary(own, "eu-west-1")),
                "heard: eu-west-1 of account 111122223333 at 2026-11-20T09:59:58Z",
            ),
            (
                "the own call in another account",
                sent(member, "us-east-1", &canary(member, "us-east-1")),
                "heard: us-east-1 of account 444455556666 at 2026-11-20T09:59:58Z",
            ),
            (
                "an account that says it is another one",
                sent(member, "eu-west-1", &canary(own, "eu-west-1")),
                "ignored: elsewhere",
            ),
            (
                "a Region that says it is another one",
                sent(own, "eu-west-1", &canary(own, "eu-west-2")),
                "ignored: elsewhere",
            ),
            ("the own call without a time", sent(member, "eu-west-1", &timeless), "ignored: elsewhere"),
            ("another call elsewhere", sent(own, "eu-west-1", &record), "ignored: elsewhere"),
            (
                "another event",
                event("EC2 Instance State-change Notification", "aws.ec2", &json!({})),
                "ignored: notARecord",
            ),
            ("no JSON", "{".to_owned(), "NotJson: EOF while parsing"),
            ("no event", "[]".to_owned(), "NotAnEnvelope: an EventBridge event must be"),
            ("somebody else's", event(call, "my.app", &record), "ForeignSource: "),
            ("no record in it", event(call, "aws.iam", &json!([])), "NotARecord: a record must be"),
        ] {
            let home = Sensor { account: own.parse().unwrap(), region: "us-east-1".parse().unwrap() };
            let found = match read(&body, &home) {
                Message::Record(record) => record.event_name().unwrap_or_default().to_owned(),
                Message::Canary(sensor, at) => format!("heard: {sensor} at {at}"),
                Message::Ignored(reason) => format!("ignored: {reason}"),
                Message::Unusable(reason) => reason,
            };
            assert!(found.starts_with(expected), "{case}: {found}");
        }
    }
}
