//! Windows of correlations: keys, batches, pages, and who may raise an alert.

use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, WriteRequest};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use std::collections::HashMap;
use trailreflex_aws::DynamoWindows;
use trailreflex_detection::{Addition, Claim, Item, WindowKey, WindowStore};
use trailreflex_model::cause_chain;

const TIME: i64 = 1_800_000_000_000;

fn windows(rules: &[&Rule]) -> DynamoWindows {
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules);
    DynamoWindows::with_client(client, "windows".to_owned())
}

fn key() -> WindowKey {
    WindowKey { correlation: "rule".to_owned(), group: "abcd".to_owned() }
}

fn item(number: i64) -> Item {
    Item {
        time_ms: TIME + number,
        event: format!("111122223333/{number}"),
        rule: 0,
        values: vec!["v".to_owned()],
        carried: Vec::new(),
    }
}

fn items(count: i64) -> Vec<Item> {
    (0..count).map(item).collect()
}

fn additions<'a>(window: &'a WindowKey, items: &'a [Item]) -> Vec<Addition<'a>> {
    items.iter().map(|item| Addition { window, item, timespan_ms: 60_000 }).collect()
}

fn written(request: &BatchWriteItemInput) -> Vec<WriteRequest> {
    request.request_items().unwrap()["windows"].clone()
}

fn texts(attributes: &HashMap<String, AttributeValue>) -> Vec<(&str, String)> {
    let text = |value: &AttributeValue| value.as_s().or(value.as_n()).unwrap().clone();
    let mut texts: Vec<_> = attributes.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    texts.sort_unstable();
    texts
}

#[tokio::test]
async fn a_match_is_an_item_whose_key_is_its_time_and_event() {
    let put = mock!(aws_sdk_dynamodb::Client::batch_write_item)
        .match_requests(|request| {
            let requests = written(request);
            let item = requests[0].put_request().unwrap().item();
            let json =
                r#"{"time_ms":1800000000007,"event":"111122223333/7","rule":0,"values":["v"],"carried":[]}"#;
            requests.len() == 1
                && texts(item)
                    == [
                        // The time span and fourteen days later.
                        ("expiresAt", "1801209660".to_owned()),
                        ("item", json.to_owned()),
                        ("key", "001800000000007#111122223333/7#0".to_owned()),
                        ("window", "c#rule#abcd".to_owned()),
                    ]
        })
        .then_output(|| BatchWriteItemOutput::builder().build());
    // The same match twice: DynamoDB refuses a call that names a key twice.
    let twice = [item(7), item(7)];
    windows(&[&put]).put(&additions(&key(), &twice)).await.unwrap();
    assert_eq!(put.num_calls(), 1);
}

#[tokio::test]
async fn matches_go_25_at_a_time() {
    let of = |count| {
        mock!(aws_sdk_dynamodb::Client::batch_write_item)
            .match_requests(move |request| written(request).len() == count)
            .then_output(|| BatchWriteItemOutput::builder().build())
    };
    let (full, rest) = (of(25), of(10));
    windows(&[&full, &rest]).put(&additions(&key(), &items(60))).await.unwrap();
    assert_eq!((full.num_calls(), rest.num_calls()), (2, 1));
}

#[tokio::test]
async fn a_name_that_is_too_long_for_a_key_is_replaced_by_its_hash() {
    let put = mock!(aws_sdk_dynamodb::Client::batch_write_item)
        .match_requests(|request| {
            let item = written(request)[0].put_request().unwrap().item().clone();
            item["key"].as_s().unwrap().len() < 100 && item["window"].as_s().unwrap().len() < 100
        })
        .then_output(|| BatchWriteItemOutput::builder().build());
    let window = WindowKey { correlation: "c".repeat(5_000), ..key() };
    let long = [Item { event: "e".repeat(5_000), ..item(0) }];
    windows(&[&put]).put(&additions(&window, &long)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_was_not_taken_is_sent_again() {
    let all = mock!(aws_sdk_dynamodb::Client::batch_write_item)
        .match_requests(|request| written(request).len() == 3)
        .then_compute_output(|request| {
            BatchWriteItemOutput::builder()
                .unprocessed_items("windows", written(request)[1..2].to_vec())
                .build()
        });
    let rest = mock!(aws_sdk_dynamodb::Client::batch_write_item)
        .match_requests(|request| written(request).len() == 1)
        .then_output(|| BatchWriteItemOutput::builder().build());
    windows(&[&all, &rest]).put(&additions(&key(), &items(3))).await.unwrap();
    assert_eq!((all.num_calls(), rest.num_calls()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_taken_to_the_end_is_an_error_that_a_retry_may_mend() {
    let never = mock!(aws_sdk_dynamodb::Client::batch_write_item).then_compute_output(|request| {
        BatchWriteItemOutput::builder().unprocessed_items("windows", written(request)).build()
    });
    let error = windows(&[&never]).put(&additions(&key(), &items(3))).await.unwrap_err();
    let expected = "`dynamodb:BatchWriteItem` failed: 3 items were not taken for now";
    assert_eq!((cause_chain(&error).as_str(), error.is_transient, never.num_calls()), (expected, true, 5));
}

/// A page; `next` begins the one that follows.
fn page(items: &[Item], next: Option<&str>) -> QueryOutput {
    let attributes = items.iter().map(|item| {
        let json = serde_json::to_string(item).unwrap();
        HashMap::from([("item".to_owned(), AttributeValue::S(json))])
    });
    let last = |next: &str| HashMap::from([("key".to_owned(), AttributeValue::S(next.to_owned()))]);
    QueryOutput::builder()
        .set_items(Some(attributes.collect()))
        .set_last_evaluated_key(next.map(last))
        .build()
}

#[tokio::test]
async fn a_range_is_read_consistently_page_by_page() {
    let first = mock!(aws_sdk_dynamodb::Client::query)
        .match_requests(|request| {
            let values = request.expression_attribute_values().unwrap();
            request.exclusive_start_key().is_none()
                && request.consistent_read() == Some(true)
                && texts(values)
                    == [
                        (":from", "001800000000000".to_owned()),
                        (":until", "001800000000002$".to_owned()),
                        (":window", "c#rule#abcd".to_owned()),
                    ]
        })
        .then_output(|| page(&items(2), Some("2")));
    let second = mock!(aws_sdk_dynamodb::Client::query)
        .match_requests(|request| request.exclusive_start_key().is_some())
        .then_output(|| page(&[item(2)], None));
    let found = windows(&[&first, &second]).range(&key(), TIME, TIME + 2).await.unwrap();
    assert_eq!(found, items(3));
}

#[tokio::test]
async fn of_a_flood_only_the_newest_are_read() {
    let pages = mock!(aws_sdk_dynamodb::Client::query)
        .match_requests(|request| request.scan_index_forward() == Some(false))
        .then_compute_output(|request| {
            // A paginator stops at a page that names itself as the next.
            let from = request.exclusive_start_key().map_or(0, |key| key["key"].as_s().unwrap().len());
            page(&items(1_000), Some(&"x".repeat(from + 1)))
        });
    let found = windows(&[&pages]).range(&key(), TIME, TIME + 10_000).await.unwrap();
    assert_eq!((found.len(), pages.num_calls()), (5_000, 5));
}

#[tokio::test]
async fn an_item_that_this_version_cannot_read_is_an_error_that_no_retry_mends() {
    let unreadable = mock!(aws_sdk_dynamodb::Client::query).then_output(|| {
        let item = HashMap::from([("item".to_owned(), AttributeValue::S("{}".to_owned()))]);
        QueryOutput::builder().items(item).build()
    });
    let error = windows(&[&unreadable]).range(&key(), TIME, TIME).await.unwrap_err();
    assert!(!error.is_transient && cause_chain(&error).starts_with("`dynamodb:Query` failed: missing field"));
}

fn conditions(request: &TransactWriteItemsInput) -> Vec<(String, String)> {
    let text = |value: &AttributeValue| value.as_s().or(value.as_n()).unwrap().clone();
    let of = |item: &aws_sdk_dynamodb::types::TransactWriteItem| match (item.put(), item.condition_check()) {
        (Some(put), _) => (text(&put.item()["key"]), put.condition_expression().unwrap().to_owned()),
        (_, Some(check)) => {
            let limit = text(&check.expression_attribute_values().unwrap()[":limit"]);
            (text(&check.key()["key"]), format!("{} {limit}", check.condition_expression()))
        }
        _ => panic!("neither a put nor a check"),
    };
    request.transact_items().iter().map(of).collect()
}

#[tokio::test]
async fn an_alert_is_claimed_together_with_both_neighbouring_periods() {
    let transact = mock!(aws_sdk_dynamodb::Client::transact_write_items)
        .match_requests(|request| {
            let expected = [
                ("30000000", "attribute_not_exists(#window) OR (timeMs = :time AND holder = :holder)"),
                ("29999999", "attribute_not_exists(#window) OR timeMs <= :limit 1799999940500"),
                ("30000001", "attribute_not_exists(#window) OR timeMs >= :limit 1800000060500"),
            ];
            conditions(request) == expected.map(|(key, text)| (key.to_owned(), text.to_owned()))
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let claim = windows(&[&transact]).claim(&key(), TIME + 500, 60_000, "e").await.unwrap();
    assert_eq!(claim, Claim::Granted);
}

fn cancelled(codes: [&str; 3], other: Option<i64>) -> TransactWriteItemsError {
    let alert = |time: i64| HashMap::from([("timeMs".to_owned(), AttributeValue::N(time.to_string()))]);
    let reason = |code: &str| {
        let item = other.filter(|_| code == "ConditionalCheckFailed").map(alert);
        CancellationReason::builder().code(code).set_item(item).build()
    };
    let reasons = codes.map(reason).to_vec();
    let cancelled = TransactionCanceledException::builder().set_cancellation_reasons(Some(reasons)).build();
    TransactWriteItemsError::TransactionCanceledException(cancelled)
}

#[tokio::test(start_paused = true)]
async fn an_alert_that_is_too_close_to_another_is_not_granted() {
    for (case, codes) in [
        ("in the same period", ["ConditionalCheckFailed", "None", "None"]),
        ("in the period before", ["None", "ConditionalCheckFailed", "None"]),
        ("behind, while others are at it", ["TransactionConflict", "None", "ConditionalCheckFailed"]),
    ] {
        let taken = mock!(aws_sdk_dynamodb::Client::transact_write_items)
            .then_error(move || cancelled(codes, Some(TIME - 5)));
        let claim = windows(&[&taken]).claim(&key(), TIME, 60_000, "e").await.unwrap();
        assert_eq!((claim, taken.num_calls()), (Claim::Taken { time_ms: TIME - 5 }, 1), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_meets_another_transaction_is_tried_again() {
    let conflict = || cancelled(["TransactionConflict", "None", "None"], None);
    let sequence = mock!(aws_sdk_dynamodb::Client::transact_write_items)
        .sequence()
        .error(conflict)
        .times(2)
        .output(|| TransactWriteItemsOutput::builder().build())
        .build();
    let claim = windows(&[&sequence]).claim(&key(), TIME, 60_000, "e").await.unwrap();
    assert_eq!((claim, sequence.num_calls()), (Claim::Granted, 3));
    let never = mock!(aws_sdk_dynamodb::Client::transact_write_items).then_error(conflict);
    let error = windows(&[&never]).claim(&key(), TIME, 60_000, "e").await.unwrap_err();
    assert_eq!((error.is_transient, never.num_calls()), (true, 5));
}
