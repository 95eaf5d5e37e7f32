//! The log of what has gone out: what it writes under which condition, and what it reads of the item in the way.

use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use std::collections::HashMap;
use trailreflex_aws::DynamoSentLog;
use trailreflex_findings::{Claimant, Entry, Progress, Sender, SentLog};
use trailreflex_model::cause_chain;

const AT: &str = "2026-11-24T10:00:00Z";

fn entry(sender: Sender, progress: Progress) -> Entry {
    Entry {
        finding: serde_json::from_value("0123456789abcdef0123456789abcdef".into()).unwrap(),
        account: "111122223333".parse().unwrap(),
        event: "event-1".parse().unwrap(),
        rule: "rule".to_owned(),
        by: Claimant { sender, delivery: "one".to_owned() },
        progress,
        at: AT.parse().unwrap(),
    }
}

/// The attributes of an item of `sender`, as texts.
fn stored(sender: &str, progress: &str) -> HashMap<String, AttributeValue> {
    let mut item: HashMap<_, _> = [
        ("finding", "0123456789abcdef0123456789abcdef"),
        ("account", "111122223333"),
        ("eventId", "event-1"),
        ("rule", "rule"),
        ("sender", sender),
        ("delivery", "one"),
        ("progress", progress),
        ("at", AT),
    ]
    .map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned())))
    .into();
    // 30 days later.
    item.insert("expiresAt".to_owned(), AttributeValue::N("1798106400".to_owned()));
    item
}

fn log(rule: &Rule) -> DynamoSentLog {
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [rule]);
    DynamoSentLog::with_client(client, "sent".to_owned())
}

fn writes(request: &PutItemInput, item: &HashMap<String, AttributeValue>) -> bool {
    request.table_name() == Some("sent") && request.item() == Some(item)
}

#[tokio::test]
async fn a_finding_is_claimed_only_if_nobody_has() {
    let put = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| {
            writes(request, &stored("detect", "claimed"))
                && request.condition_expression() == Some("attribute_not_exists(#finding)")
        })
        .then_output(|| PutItemOutput::builder().build());
    assert_eq!(log(&put).create(&entry(Sender::Detect, Progress::Claimed)).await.unwrap(), None);
}

#[tokio::test]
async fn the_entry_that_is_there_is_read_from_the_refusal() {
    for (case, item, expected) in [
        ("sent", stored("ingest", "sent"), Ok(Some(entry(Sender::Ingest, Progress::Sent)))),
        ("claimed", stored("detect", "claimed"), Ok(Some(entry(Sender::Detect, Progress::Claimed)))),
        (
            "of a later version",
            stored("meter", "sent"),
            Err("`dynamodb:PutItem` failed: the stored item has no usable `sender`".to_owned()),
        ),
    ] {
        let put = mock!(aws_sdk_dynamodb::Client::put_item).then_error(move || {
            let failed = ConditionalCheckFailedException::builder().set_item(Some(item.clone())).build();
            PutItemError::ConditionalCheckFailedException(failed)
        });
        let created = log(&put).create(&entry(Sender::Detect, Progress::Claimed)).await;
        assert_eq!(created.map_err(|error| cause_chain(&error)), expected, "{case}");
    }
}

#[tokio::test]
async fn a_claim_is_taken_over_only_while_it_is_what_was_seen() {
    let condition = "#delivery = :delivery AND #progress = :progress AND #at = :at";
    let matches = move |request: &PutItemInput| {
        let values = request.expression_attribute_values().unwrap();
        writes(request, &stored("ingest", "claimed"))
            && request.condition_expression() == Some(condition)
            && values.get(":progress") == Some(&AttributeValue::S("claimed".to_owned()))
            && values.len() == 3
    };
    let (seen, own) = (entry(Sender::Detect, Progress::Claimed), entry(Sender::Ingest, Progress::Claimed));
    let taken = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(matches)
        .then_output(|| PutItemOutput::builder().build());
    assert!(log(&taken).replace(&seen, &own).await.unwrap());
    let lost = mock!(aws_sdk_dynamodb::Client::put_item).match_requests(matches).then_error(|| {
        PutItemError::ConditionalCheckFailedException(ConditionalCheckFailedException::builder().build())
    });
    assert!(!log(&lost).replace(&seen, &own).await.unwrap());
}

#[tokio::test]
async fn a_finding_is_marked_as_sent_without_condition() {
    let put = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| {
            writes(request, &stored("detect", "sent")) && request.condition_expression().is_none()
        })
        .then_output(|| PutItemOutput::builder().build());
    log(&put).write(&entry(Sender::Detect, Progress::Sent)).await.unwrap();
}
