//! The journal: conditions, the sparse index, and writes that timed out but were made.

use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
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
            "user": {"name": "alice", "uniqueId": "AIDACKCEVSQ6C2EXAMPLE",
                     "arn": "arn:aws:iam::111122223333:user/alice"},
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

fn condition_failed() -> PutItemError {
    PutItemError::ConditionalCheckFailedException(ConditionalCheckFailedException::builder().build())
}

fn names(request: &PutItemInput) -> Vec<&str> {
    let mut names: Vec<_> = request.item().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn an_entry_is_created_only_once_and_the_one_that_is_there_is_returned() {
    let there = entry(EntryState::Executed, 2);
    let put = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| {
            request.condition_expression() == Some("attribute_not_exists(#plan)")
                && names(request) == ["decidedAt", "entry", "plan", "state", "user", "version"]
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
    let put = mock!(aws_sdk_dynamodb::Client::put_item).then_error(condition_failed);
    let item = stored(&own);
    let get = mock!(aws_sdk_dynamodb::Client::get_item)
        .then_output(move || GetItemOutput::builder().set_item(Some(item.clone())).build());
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put, &get]);
    let journal = DynamoJournal::with_client(client, "journal".to_owned());
    assert_eq!(journal.create(&own).await.unwrap(), Created::New);
}

#[tokio::test]
async fn an_entry_that_is_undone_leaves_the_index_and_expires_after_90_days() {
    let put = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| {
            let expires = request.item().unwrap().get("expiresAt").cloned();
            names(request) == ["entry", "expiresAt", "plan", "state", "version"]
                && expires == Some(AttributeValue::N("1803290475".to_owned()))
                && request.expression_attribute_values().unwrap().get(":seen")
                    == Some(&AttributeValue::N("4".to_owned()))
        })
        .then_output(|| PutItemOutput::builder().build());
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&put]);
    let journal = DynamoJournal::with_client(client, "journal".to_owned());
    assert_eq!(journal.replace(&entry(EntryState::Undone, 5)).await.unwrap(), Replaced::Yes);
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_recognised_and_anothers_is_not() {
    let mine = entry(EntryState::Executed, 3);
    let anothers = entry(EntryState::Undoing, 3);
    for (case, there, expected) in
        [("my own write", &mine, Replaced::Yes), ("another's write", &anothers, Replaced::Outdated)]
    {
        let put = mock!(aws_sdk_dynamodb::Client::put_item).then_error(condition_failed);
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
