//! The journal in DynamoDB: one item a plan, written only under a condition.
//!
//! Attributes: `plan` (key), `version`, `state`, `entry` (the entry as JSON), and, while the containment stands,
//! `user` and `decidedAt`, which the sparse index `by-user` is made of. An item gets `expiresAt` only once it is
//! undone: what stands is never cleaned up.

use crate::failure::{Class, class};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use std::collections::HashMap;
use trailreflex_model::UniqueId;
use trailreflex_response::{Created, Entry, Journal, JournalError, PlanId, Replaced};

/// How long an undone plan is kept, in seconds: 90 days.
const KEEP_UNDONE_SECONDS: i64 = 90 * 24 * 60 * 60;
/// Name of the index over what stands, by user.
const BY_USER: &str = "by-user";

type Item = HashMap<String, AttributeValue>;

/// The journal in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoJournal {
    dynamodb: Client,
    table: String,
}

impl DynamoJournal {
    /// The journal in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// The journal in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }
}

impl Journal for DynamoJournal {
    async fn create(&self, entry: &Entry) -> Result<Created, JournalError> {
        let put = self.dynamodb.put_item().table_name(&self.table).set_item(Some(item(entry)?));
        let sent = put
            .condition_expression("attribute_not_exists(#plan)")
            .expression_attribute_names("#plan", "plan")
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Created::New),
            Err(error) if is_condition_failure(&error) => {
                match self.read(&entry.plan.id).await? {
                    // The SDK has sent the call again because its answer was lost: the entry is this one.
                    Some(existing) if existing == *entry => Ok(Created::New),
                    Some(existing) => Ok(Created::Exists(Box::new(existing))),
                    None => Err(JournalError::Transient {
                        call: "dynamodb:GetItem",
                        cause: "the entry vanished between two calls".into(),
                    }),
                }
            }
            Err(error) => Err(failed("dynamodb:PutItem", error)),
        }
    }

    async fn replace(&self, entry: &Entry) -> Result<Replaced, JournalError> {
        let seen = entry.version.saturating_sub(1);
        let put = self.dynamodb.put_item().table_name(&self.table).set_item(Some(item(entry)?));
        let sent = put
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Replaced::Yes),
            Err(error) if is_condition_failure(&error) => self.written_after_all(entry).await,
            Err(error) => Err(failed("dynamodb:PutItem", error)),
        }
    }

    async fn read(&self, id: &PlanId) -> Result<Option<Entry>, JournalError> {
        let get = self.dynamodb.get_item().table_name(&self.table).consistent_read(true);
        let sent = get.key("plan", AttributeValue::S(id.to_string())).send().await;
        let found = sent.map_err(|error| failed("dynamodb:GetItem", error))?.item;
        found.as_ref().map(entry_in).transpose()
    }

    async fn standing(&self, user: &UniqueId) -> Result<Vec<Entry>, JournalError> {
        let query = self.dynamodb.query().table_name(&self.table).index_name(BY_USER);
        let mut items = query
            .key_condition_expression("#user = :user")
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(":user", AttributeValue::S(user.to_string()))
            .scan_index_forward(false)
            .into_paginator()
            .items()
            .send();
        let mut entries = Vec::new();
        while let Some(item) = items.next().await {
            entries.push(entry_in(&item.map_err(|error| failed("dynamodb:Query", error))?)?);
        }
        Ok(entries)
    }
}

impl DynamoJournal {
    /// A write that timed out may have been made, and its retry then meets its own version.
    async fn written_after_all(&self, entry: &Entry) -> Result<Replaced, JournalError> {
        let stored = self.read(&entry.plan.id).await?;
        Ok(if stored.as_ref() == Some(entry) { Replaced::Yes } else { Replaced::Outdated })
    }
}

fn item(entry: &Entry) -> Result<Item, JournalError> {
    let unusable = |cause: serde_json::Error| JournalError::Unusable {
        call: "dynamodb:PutItem",
        cause: Box::new(cause),
    };
    let text = |text: String| AttributeValue::S(text);
    let mut item = Item::from([
        ("plan".to_owned(), text(entry.plan.id.to_string())),
        ("version".to_owned(), AttributeValue::N(entry.version.to_string())),
        ("state".to_owned(), text(format!("{:?}", entry.state))),
        ("entry".to_owned(), text(serde_json::to_string(entry).map_err(unusable)?)),
    ]);
    match &entry.plan.user {
        Some(user) if entry.stands() => {
            item.insert("user".to_owned(), text(user.unique_id.to_string()));
            item.insert("decidedAt".to_owned(), text(entry.plan.decided_at.to_string()));
        }
        Some(_) | None => {
            let expires_at = entry.lease_until.as_second().saturating_add(KEEP_UNDONE_SECONDS);
            item.insert("expiresAt".to_owned(), AttributeValue::N(expires_at.to_string()));
        }
    }
    Ok(item)
}

fn entry_in(item: &Item) -> Result<Entry, JournalError> {
    let unusable = |cause| JournalError::Unusable { call: "dynamodb:GetItem", cause };
    let text = item.get("entry").and_then(|value| value.as_s().ok());
    let text = text.ok_or_else(|| unusable("the item has no `entry`".into()))?;
    serde_json::from_str(text).map_err(|error| unusable(Box::new(error)))
}

fn is_condition_failure(error: &SdkError<PutItemError, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception)
}

fn failed<E>(call: &'static str, error: SdkError<E, HttpResponse>) -> JournalError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match class(&error) {
        Class::Never => JournalError::Unusable { call, cause: Box::new(error) },
        Class::Later | Class::NoAnswer => JournalError::Transient { call, cause: Box::new(error) },
    }
}
