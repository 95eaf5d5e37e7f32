//! The journal: conditions, what is kept of what stands, and writes that timed out but were made.

use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use std::collections::HashMap;
use trailreflex_aws::DynamoJournal;
use trailreflex_model::cause_chain;
use trailreflex_response::{Created, Entry, EntryState, Journal, Replaced};

fn entry(state: EntryState, version: u64) -> Entry {
    let mut entry: Entry = serde_json::from_value(serde_json::json!({
        "plan": {
            "id": "0123456789abcdef0123456789abcdef", "mode": "act", "decidedAt": "2026-11-24T10:00:30Z",
            "cause": {"finding": "f", "rule": "r", "title": "t", "severity": "high", "eventId": "e"},
            "subject": "AIDACKCEVSQ6C2EXAMPLE", "class": "contain-identity",
            "steps": []
        },
        "state": "executing", "version": 1, "leaseUntil": "2026-11-24T10:01:15Z", "steps": [], "reported": false
    }))
    .unwrap();
    entry.state = state;
    entry.version = version;
    entry
}

fn stored(entry: &Entry) -> HashMap<String, AttributeValue> {
    HashMap::from([("entry".to_owned(), AttributeValue::S(serde_json::to_string(entry).unwrap()))])
}

/// A transaction that was cancelled because of its first write.
fn cancelled(code: &str) -> TransactWriteItemsError {
    let reason = CancellationReason::builder().code(code).build();
    let cancelled = TransactionCanceledException::builder().cancellation_reasons(reason).build();
    TransactWriteItemsError::TransactionCanceledException(cancelled)
}

fn condition_failed() -> TransactWriteItemsError {
    cancelled("ConditionalCheckFailed")
}

/// The writes of a transaction: `+` for a put and `-` for a delete, key and further attributes.
fn writes(request: &TransactWriteItemsInput) -> Vec<String> {
    let described = |sign: &str, item: &HashMap<String, AttributeValue>| {
        let mut names: Vec<_> = item.keys().map(String::as_str).filter(|name| *name != "subject").collect();
        names.sort_unstable();
        format!("{sign} {} {}", item["subject"].as_s().unwrap(), names.join(" "))
    };
    let write = |write: &aws_sdk_dynamodb::types::TransactWriteItem| match (write.put(), write.delete()) {
        (Some(put), _) => described("+", put.item()),
        (None, Some(delete)) => described("-", delete.key()),
        (None, None) => String::new(),
    };
    request.transact_items().iter().map(write).collect()
}

const ENTRY: &str = "plan/0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn an_entry_is_created_only_once_and_the_one_that_is_there_is_returned() {
    let there = entry(EntryState::Executed, 2);
    let put = mock!(aws_sdk_dynamodb::Client::transact_write_items)
        .match_requests(|request| {
            let put = request.transact_items()[0].put().unwrap();
            put.condition_expression() == Some("attribute_not_exists(#plan)")
                && writes(request)
                    == [
                        format!("+ {ENTRY} class dueAt entry plan state version"),
                        "+ of/AIDACKCEVSQ6C2EXAMPLE plan".to_owned(),
                    ]
        })
        .then_error(condition_failed);
    let item = stored(&there);
    let get = mock!(aws_sdk_dynamodb::Client::get_item)
        .match_requests(|request| request.consistent_read() == Some(true))
        .then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build());
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put, &get]);
    let journal = DynamoJournal::with_client(client, "journal".to_owned());
    let created = journal.create(&entry(EntryState::Executing, 1)).await.unwrap();
    assert_eq!(created, Created::Exists(Box::new(there)));
}

#[tokio::test]
async fn an_entry_whose_answer_was_lost_is_known_as_ones_own() {
    let own = entry(EntryState::Executing, 1);
    let put = mock!(aws_sdk_dynamodb::Client::transact_write_items).then_error(condition_failed);
    let item = stored(&own);
    let get = mock!(aws_sdk_dynamodb::Client::get_item)
        .then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build());
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put, &get]);
    let journal = DynamoJournal::with_client(client, "journal".to_owned());
    assert_eq!(journal.create(&own).await.unwrap(), Created::New);
}

#[tokio::test]
async fn an_entry_that_is_undone_stands_no_more_is_found_for_a_day_and_expires_after_90() {
    let write = mock!(aws_sdk_dynamodb::Client::transact_write_items)
        .match_requests(|request| {
            let put = request.transact_items()[0].put().unwrap();
            let seen = put.expression_attribute_values().unwrap().get(":seen");
            let found = request.transact_items()[2].put().unwrap();
            found.item().get("expiresAt") == Some(&AttributeValue::N("1795600875".to_owned()))
                && put.item().get("expiresAt") == Some(&AttributeValue::N("1803290475".to_owned()))
                && seen == Some(&AttributeValue::N("4".to_owned()))
                && writes(request)
                    == [
                        format!("+ {ENTRY} entry expiresAt plan state version"),
                        "- of/AIDACKCEVSQ6C2EXAMPLE plan".to_owned(),
                        "+ undone/AIDACKCEVSQ6C2EXAMPLE expiresAt plan".to_owned(),
                    ]
        })
        .then_output(|| TransactWriteItemsOutput::builder().build());
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&write]);
    let journal = DynamoJournal::with_client(client, "journal".to_owned());
    assert_eq!(journal.replace(&entry(EntryState::Undone, 5)).await.unwrap(), Replaced::Yes);
}

#[tokio::test]
async fn what_stands_is_read_consistently_and_without_what_was_undone_meanwhile() {
    for (case, state, expected) in [("it stands", EntryState::Executed, 1), ("undone", EntryState::Undone, 0)]
    {
        let query = mock!(aws_sdk_dynamodb::Client::query)
            .match_requests(|request| {
                let of = request.expression_attribute_values().unwrap().get(":subject");
                request.consistent_read() == Some(true)
                    && of == Some(&AttributeValue::S("of/AIDACKCEVSQ6C2EXAMPLE".to_owned()))
            })
            .then_output(|| {
                let id = AttributeValue::S("0123456789abcdef0123456789abcdef".to_owned());
                QueryOutput::builder().items(HashMap::from([("plan".to_owned(), id)])).build()
            });
        let item = stored(&entry(state, 2));
        let get = mock!(aws_sdk_dynamodb::Client::get_item)
            .then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build());
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&query, &get]);
        let journal = DynamoJournal::with_client(client, "journal".to_owned());
        assert_eq!(journal.standing("AIDACKCEVSQ6C2EXAMPLE").await.unwrap().len(), expected, "{case}");
    }
}

#[tokio::test]
async fn two_writers_at_once_are_told_to_try_again() {
    let write =
        mock!(aws_sdk_dynamodb::Client::transact_write_items).then_error(|| cancelled("TransactionConflict"));
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&write]);
    let journal = DynamoJournal::with_client(client, "journal".to_owned());
    let error = journal.create(&entry(EntryState::Executing, 1)).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_recognised_and_anothers_is_not() {
    let mine = entry(EntryState::Executed, 3);
    let anothers = entry(EntryState::Undoing, 3);
    for (case, there, expected) in
        [("my own write", &mine, Replaced::Yes), ("another's write", &anothers, Replaced::Outdated)]
    {
        let put = mock!(aws_sdk_dynamodb::Client::transact_write_items).then_error(condition_failed);
        let item = stored(there);
        let get = mock!(aws_sdk_dynamodb::Client::get_item)
            .then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build());
        let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put, &get]);
        let journal = DynamoJournal::with_client(client, "journal".to_owned());
        assert_eq!(journal.replace(&mine).await.unwrap(), expected, "{case}");
    }
}

#[tokio::test]
async fn an_entry_that_this_version_cannot_read_is_an_error_that_no_retry_mends() {
    let get = mock!(aws_sdk_dynamodb::Client::get_item).then_output(|| {
        let item = HashMap::from([("entry".to_owned(), AttributeValue::S("{}".to_owned()))]);
        GetItemOutput::builder().set_item(Some(item)).build()
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&get]);
    let journal = DynamoJournal::with_client(client, "journal".to_owned());
    let id = "0123456789abcdef0123456789abcdef".to_owned().try_into().unwrap();
    let error = journal.read(&id).await.unwrap_err();
    assert!(!error.is_transient());
    let expected = "the journal is not usable (`dynamodb:GetItem`): missing field `plan` at line 1 column 2";
    assert_eq!(cause_chain(&error), expected);
}
