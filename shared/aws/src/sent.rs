//! What has gone out, in DynamoDB: one item a finding.
//!
//! Attributes: `finding` (key), `account`, `eventId`, `rule`, `sender`, `delivery`, `progress`, `at`, and
//! `expiresAt`, when DynamoDB may remove the item.

use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use std::collections::HashMap;
use trailreflex_findings::{Claimant, Entry, Progress, Sender, SentLog};

/// How long an entry is kept, in seconds: 30 days, more than the fourteen that queues keep what failed.
const KEEP_SECONDS: i64 = 30 * 24 * 60 * 60;
/// The call, as its permission is named. There is no other.
const CALL: &str = "dynamodb:PutItem";

type Item = HashMap<String, AttributeValue>;

/// The log of what has gone out, in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoSentLog {
    dynamodb: Client,
    table: String,
}

impl DynamoSentLog {
    /// What the table must allow.
    pub const PERMISSIONS: [&str; 1] = ["dynamodb:PutItem"];

    /// The log in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// The log in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    fn put(&self, entry: &Entry) -> PutItemFluentBuilder {
        self.dynamodb.put_item().table_name(&self.table).set_item(Some(item(entry)))
    }
}

impl SentLog for DynamoSentLog {
    type Error = CallFailed;

    async fn create(&self, entry: &Entry) -> Result<Option<Entry>, CallFailed> {
        let sent = self
            .put(entry)
            .condition_expression("attribute_not_exists(#finding)")
            .expression_attribute_names("#finding", "finding")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(None),
            Err(error) => match existing(&error) {
                Some(item) => read(item).map(Some),
                None => Err(CallFailed::of(CALL, error)),
            },
        }
    }

    async fn replace(&self, seen: &Entry, entry: &Entry) -> Result<bool, CallFailed> {
        let was = item(seen);
        let mut put = self
            .put(entry)
            .condition_expression("#delivery = :delivery AND #progress = :progress AND #at = :at");
        for name in ["delivery", "progress", "at"] {
            let Some(value) = was.get(name) else { continue };
            put = put.expression_attribute_names(format!("#{name}"), name);
            put = put.expression_attribute_values(format!(":{name}"), value.clone());
        }
        // A lost answer makes the SDK try again; the entry is then this one, and its caller is told otherwise:
        // it waits for its own lease, and nothing is sent twice.
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_condition_failure(&error) => Ok(false),
            Err(error) => Err(CallFailed::of(CALL, error)),
        }
    }

    async fn write(&self, entry: &Entry) -> Result<(), CallFailed> {
        self.put(entry).send().await.map(drop).map_err(|error| CallFailed::of(CALL, error))
    }
}

fn item(entry: &Entry) -> Item {
    let expires_at = entry.at.as_second().saturating_add(KEEP_SECONDS);
    let progress = match entry.progress {
        Progress::Claimed => "claimed",
        Progress::Sent => "sent",
    };
    let texts = [
        ("finding", entry.finding.as_str()),
        ("account", entry.account.as_str()),
        ("eventId", entry.event.as_str()),
        ("rule", &entry.rule),
        ("sender", entry.by.sender.as_str()),
        ("delivery", &entry.by.delivery),
        ("progress", progress),
        ("at", &entry.at.to_string()),
    ];
    let mut item: Item =
        texts.map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned()))).into();
    item.insert("expiresAt".to_owned(), AttributeValue::N(expires_at.to_string()));
    item
}

fn read(item: &Item) -> Result<Entry, CallFailed> {
    let unusable = |name: &str| CallFailed {
        call: CALL,
        is_transient: false,
        cause: format!("the stored item has no usable `{name}`").into(),
    };
    let text = |name: &str| {
        item.get(name).and_then(|value| value.as_s().ok()).cloned().ok_or_else(|| unusable(name))
    };
    let sender = text("sender")?;
    let progress = match text("progress")?.as_str() {
        "claimed" => Progress::Claimed,
        "sent" => Progress::Sent,
        _ => return Err(unusable("progress")),
    };
    Ok(Entry {
        finding: serde_json::from_value(text("finding")?.into()).map_err(|_| unusable("finding"))?,
        account: text("account")?.parse().map_err(|_| unusable("account"))?,
        event: text("eventId")?.parse().map_err(|_| unusable("eventId"))?,
        rule: text("rule")?,
        by: Claimant {
            sender: Sender::ALL
                .into_iter()
                .find(|known| known.as_str() == sender)
                .ok_or_else(|| unusable("sender"))?,
            delivery: text("delivery")?,
        },
        progress,
        at: text("at")?.parse().map_err(|_| unusable("at"))?,
    })
}

/// Returns the item that made the condition fail.
fn existing(error: &SdkError<PutItemError, HttpResponse>) -> Option<&Item> {
    if let PutItemError::ConditionalCheckFailedException(failed) = error.as_service_error()? {
        failed.item()
    } else {
        None
    }
}

fn is_condition_failure(error: &SdkError<PutItemError, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception)
}
