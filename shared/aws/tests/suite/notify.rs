//! Groups of notices, secrets, topics and webhooks: what each sends, and what it makes of the answer.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, PutItemOutput};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_sns::operation::publish::PublishOutput;
use aws_sdk_ssm::operation::get_parameter::GetParameterOutput;
use aws_sdk_ssm::types::Parameter;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use std::collections::{BTreeSet, HashMap};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use trailreflex_aws::{DynamoGroups, NotTaken, Secret, Topic, Webhooks};
use trailreflex_notify::{Group, GroupKey, Groups, Hit, Notice, Sink};

fn group() -> Group {
    let notice: Notice = serde_json::from_value(serde_json::json!({
        "id": "k", "severity": "high", "title": "t", "facts": [], "commands": [], "at": "2026-11-24T10:00:00Z",
    }))
    .unwrap();
    Group {
        key: GroupKey::stored("k".to_owned()),
        first: "m1".to_owned(),
        notice,
        told: BTreeSet::new(),
        more: 0,
        until: "2026-11-24T10:15:00Z".parse().unwrap(),
    }
}

fn groups(rules: &[&Rule]) -> DynamoGroups {
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, rules);
    DynamoGroups::with_client(client, "groups".to_owned())
}

fn open(first: &str, told: &[&str]) -> HashMap<String, AttributeValue> {
    let mut item = HashMap::from([("first".to_owned(), AttributeValue::S(first.to_owned()))]);
    if !told.is_empty() {
        let words = told.iter().map(|word| (*word).to_owned()).collect();
        item.insert("told".to_owned(), AttributeValue::Ss(words));
    }
    item
}

fn put_meets(item: HashMap<String, AttributeValue>) -> Rule {
    mock!(aws_sdk_dynamodb::Client::put_item).then_error(move || {
        let failed = ConditionalCheckFailedException::builder().set_item(Some(item.clone())).build();
        PutItemError::ConditionalCheckFailedException(failed)
    })
}

fn refused() -> ConditionalCheckFailedException {
    ConditionalCheckFailedException::builder().build()
}

#[tokio::test]
async fn the_first_message_opens_a_group_and_others_add_to_it() {
    let opened = mock!(aws_sdk_dynamodb::Client::put_item)
        .match_requests(|request| {
            request.table_name() == Some("groups")
                && request.condition_expression() == Some("attribute_not_exists(#key)")
                && request.item().unwrap()["expiresAt"] == AttributeValue::N("1796724900".to_owned())
        })
        .then_output(|| PutItemOutput::builder().build());
    assert_eq!(groups(&[&opened]).hit(&group()).await.unwrap(), Hit::First(BTreeSet::new()));

    let told = put_meets(open("m1", &["slack", "topic"]));
    let again = groups(&[&told]).hit(&group()).await.unwrap();
    assert_eq!(again, Hit::First([Sink::Slack, Sink::Topic].into()));

    let (other, added) = (
        put_meets(open("m0", &[])),
        mock!(aws_sdk_dynamodb::Client::update_item)
            .match_requests(|request| request.update_expression() == Some("ADD #name :value"))
            .then_output(|| UpdateItemOutput::builder().build()),
    );
    assert_eq!(groups(&[&other, &added]).hit(&group()).await.unwrap(), Hit::Counted);
}

#[tokio::test]
async fn a_group_that_ends_while_a_notice_is_added_begins_again() {
    let other = put_meets(open("m0", &[]));
    let gone = mock!(aws_sdk_dynamodb::Client::update_item)
        .then_error(|| UpdateItemError::ConditionalCheckFailedException(refused()));
    let opened = mock!(aws_sdk_dynamodb::Client::put_item).then_output(|| PutItemOutput::builder().build());
    let hit = groups(&[&other, &gone, &opened]).hit(&group()).await.unwrap();
    assert_eq!(hit, Hit::First(BTreeSet::new()));
}

#[tokio::test]
async fn a_group_to_which_more_was_added_stays_open() {
    let grown = mock!(aws_sdk_dynamodb::Client::delete_item)
        .match_requests(|request| request.condition_expression() == Some("more = :more"))
        .then_error(|| DeleteItemError::ConditionalCheckFailedException(refused()));
    groups(&[&grown]).close(&group()).await.unwrap();
}

#[tokio::test]
async fn a_secret_is_read_decrypted_and_kept_until_it_is_refused() {
    let read = mock!(aws_sdk_ssm::Client::get_parameter)
        .match_requests(|request| request.name() == Some("/slack") && request.with_decryption() == Some(true))
        .then_output(|| {
            let parameter = Parameter::builder().value(" https://hooks.example/x\n").build();
            GetParameterOutput::builder().parameter(parameter).build()
        });
    let client = mock_client!(aws_sdk_ssm, RuleMode::MatchAny, [&read]);
    let secret = Secret::with_client(client, "/slack".to_owned());
    for _ in 0..3 {
        assert_eq!(secret.value().await.unwrap(), "https://hooks.example/x");
    }
    assert_eq!(read.num_calls(), 1);
    secret.forget().await;
    secret.value().await.unwrap();
    assert_eq!(read.num_calls(), 2);
    assert!(!format!("{secret:?}").contains("hooks.example"));
}

#[tokio::test]
async fn a_topic_is_sent_subject_and_text() {
    let publish = mock!(aws_sdk_sns::Client::publish)
        .match_requests(|request| {
            (request.topic_arn(), request.subject(), request.message()) == (Some("arn"), Some("s"), Some("t"))
        })
        .then_output(|| PublishOutput::builder().build());
    let client = mock_client!(aws_sdk_sns, RuleMode::MatchAny, [&publish]);
    Topic::with_client(client, "arn".to_owned()).publish("s", "t").await.unwrap();
}

/// Answers one call that ends with `body` with `answer`; returns where, and afterwards what it was sent.
pub(crate) async fn service(
    answer: &'static str,
    body: &'static str,
) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook/secret", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut sent = Vec::new();
        while !String::from_utf8_lossy(&sent).ends_with(&format!("\r\n\r\n{body}")) {
            let mut piece = [0; 1024];
            let count = stream.read(&mut piece).await.unwrap();
            sent.extend_from_slice(&piece[..count]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(sent).unwrap()
    });
    (url, served)
}

#[tokio::test]
async fn a_webhook_is_posted_once_and_its_answer_told_apart() {
    let later = |says: &str| Err(NotTaken::Later(says.to_owned()));
    let never = |says: &str| Err(NotTaken::Never(says.to_owned()));
    for (case, answer, expected) in [
        ("taken", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", Ok(())),
        ("accepted", "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", Ok(())),
        (
            "gone",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 10\r\n\r\nno_service",
            never("it answers 404: no_service"),
        ),
        (
            "elsewhere",
            "HTTP/1.1 302 Found\r\nlocation: https://evil.example/\r\ncontent-length: 0\r\n\r\n",
            never("it answers 302: "),
        ),
        ("busy", "HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n", later("it answers 429: ")),
        ("down", "HTTP/1.1 503 Down\r\ncontent-length: 4\r\n\r\ndown", later("it answers 503: down")),
    ] {
        let (url, served) = service(answer, "{\"a\":1}").await;
        assert_eq!(Webhooks::new().post(&url, "{\"a\":1}".to_owned()).await, expected, "{case}");
        let sent = served.await.unwrap();
        assert!(sent.starts_with("POST /hook/secret HTTP/1.1\r\n"), "{case}: {sent}");
        assert!(sent.contains("content-type: application/json\r\n"), "{case}: {sent}");
    }
}

#[tokio::test]
async fn an_address_that_is_not_safe_or_not_there_is_told_without_the_address() {
    for (case, url, expected) in [
        (
            "in plain",
            "http://hooks.example/secret",
            NotTaken::Never("the address is not https://".to_owned()),
        ),
        ("a file", "file:///etc/passwd", NotTaken::Never("the address is not https://".to_owned())),
        ("no URL", "https://hooks example", NotTaken::Never("the address is not a URL".to_owned())),
        ("nobody there", "http://127.0.0.1:1/secret", NotTaken::Later("no connection".to_owned())),
    ] {
        assert_eq!(Webhooks::new().post(url, String::new()).await, Err(expected), "{case}");
    }
}
