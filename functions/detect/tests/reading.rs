//! What `detect` takes for a record, and what it says of everything else.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use serde_json::{Value, json};
use trailreflex_findings::Event;
use trailreflex_lambda::Failure;

fn event(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "version": "0", "id": "e-1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.iam",
        "account": "111122223333", "region": "us-east-1", "time": "2026-11-24T10:00:00Z", "resources": [],
        "detail": {
            "eventVersion": "1.11", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
            "recipientAccountId": "111122223333"
        }
    });
    change(&mut event);
    event
}

fn read(payload: Value) -> Result<String, (&'static str, String)> {
    match trailreflex_detect::read(payload, &"111122223333".parse().unwrap()) {
        Ok(Event::Record(carried)) => Ok(carried.1.event_name().unwrap_or_default().to_owned()),
        Ok(Event::Reports(reports)) => panic!("no record: {reports:?}"),
        Err(failure @ Failure::Permanent { .. }) => Err((failure.code(), failure.explain())),
        Err(failure @ Failure::Retryable { .. }) => panic!("no retry can mend this: {failure:?}"),
    }
}

#[test]
fn what_carries_no_record_is_refused_for_good_with_the_reason() {
    let unreadable = |code, reason: &str| Err((code, reason.to_owned()));
    for (case, payload, expected) in [
        ("an event with a record", event(|_| {}), Ok("CreateUser".to_owned())),
        (
            "a text",
            json!("hello"),
            unreadable("NotAnEvent", "an EventBridge event must be a JSON object, found a text"),
        ),
        (
            "a bare record",
            event(|_| {})["detail"].clone(),
            unreadable("NotAnEvent", "not an EventBridge event: `id` is missing, expected the event's id"),
        ),
        (
            "a scheduled event",
            event(|event| event["detail-type"] = json!("Scheduled Event")),
            unreadable(
                "Misrouted",
                "the event is a `Scheduled Event`, neither a CloudTrail record nor a report that is read here; \
                 correct the rule's pattern",
            ),
        ),
        (
            "findings that a person sent on",
            event(|event| {
                event["detail-type"] = json!("Security Hub Findings - Custom Action");
                event["source"] = json!("aws.securityhub");
            }),
            unreadable(
                "Misrouted",
                "the event is a `Security Hub Findings - Custom Action`, findings that a person sent on, which may \
                 be old; correct the rule's pattern",
            ),
        ),
        (
            "a record that somebody else than AWS put on the bus",
            event(|event| event["source"] = json!("custom.audit")),
            unreadable(
                "Forged",
                "the event is a `AWS API Call via CloudTrail` from `custom.audit`, expected one from aws.*: AWS did \
                 not send it",
            ),
        ),
        (
            "a report that another service put on the bus",
            event(|event| event["detail-type"] = json!("GuardDuty Finding")),
            unreadable(
                "Forged",
                "the event is a `GuardDuty Finding` from `aws.iam`, expected one from aws.guardduty: AWS did not \
                 send it",
            ),
        ),
        (
            "a report without its id",
            event(|event| {
                event["detail-type"] = json!("AWS Health Event");
                event["source"] = json!("aws.health");
                event["detail"] = json!({"eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED"});
            }),
            unreadable(
                "MalformedReport",
                "the AWS Health event cannot be used: `eventArn` is missing, expected the event's ARN",
            ),
        ),
        (
            "a malformed account",
            event(|event| event["account"] = json!("root")),
            unreadable(
                "NotAnEvent",
                "not an EventBridge event: `account` is malformed: `root` is not an account id: 12 digits",
            ),
        ),
        (
            "a record of another account than its event",
            event(|event| event["detail"]["recipientAccountId"] = json!("999988887777")),
            unreadable(
                "AccountMismatch",
                "the event is of account 111122223333, what it carries of account 999988887777",
            ),
        ),
    ] {
        assert_eq!(read(payload), expected, "{case}");
    }
    let (code, _) = read(event(|event| event["detail"] = json!({"hello": "world"}))).unwrap_err();
    assert_eq!(code, "NotARecord");
}

#[test]
fn a_record_of_lambdas_largest_size_is_read() {
    let large =
        event(|event| event["detail"]["requestParameters"] = json!({"text": "x".repeat(1024 * 1024)}));
    assert_eq!(read(large), Ok("CreateUser".to_owned()));
}
