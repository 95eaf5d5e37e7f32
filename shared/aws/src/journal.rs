//! The journal in DynamoDB: written only under a condition, read only consistently.
//!
//! Keys: `subject` and `plan`. A plan's entry has the subject `plan/` and its id. While it stands, it has one more item
//! for each of its subjects, `of/` and the subject, so that a consistent query finds what stands; all are written in
//! one transaction. Attributes of an entry: `version`, `state`, `entry` (as JSON); `class` and `dueAt` as long as something
//! is due, of which the sparse index `by-due` is made; `expiresAt` once it is over: what stands or waits is never cleaned up.
//! An undone plan has one item for a day, `undone/` and what it was about.
//! The tallies of an hour have the subject `tally/`, their name and the hour, and the set `plans`.

use crate::failure::{Class, class};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::Timestamp;
use std::collections::HashMap;
use trailreflex_response::{
    ActionClass, Counted, Created, Entry, EntryState, Journal, JournalError, PlanId, Replaced, Tally,
};

/// Name of the sparse index over entries of which something is due.
const BY_DUE: &str = "by-due";
/// Most plans that one sweep is given.
const MOST_DUE: i32 = 100;
/// How long the tallies of an hour are kept, in seconds: two days.
const KEEP_TALLIES_SECONDS: i64 = 2 * 24 * 60 * 60;
/// How long an undone plan is kept, in seconds: 90 days.
const KEEP_UNDONE_SECONDS: i64 = 90 * 24 * 60 * 60;

/// How long an undone plan is found by what it was about, in seconds: a day, as records of its calls may be late.
const FIND_UNDONE_SECONDS: i64 = 24 * 60 * 60;

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

    /// Returns all entries, the newest first. Reads the whole table: for people, not for functions.
    ///
    /// # Errors
    /// [`JournalError`].
    pub async fn all(&self) -> Result<Vec<Entry>, JournalError> {
        let mut pages = self
            .dynamodb
            .scan()
            .table_name(&self.table)
            .filter_expression("attribute_exists(#entry)")
            .expression_attribute_names("#entry", "entry")
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut entries = Vec::new();
        while let Some(item) = pages.next().await {
            entries.push(entry_in(&item.map_err(|error| failed("dynamodb:Scan", error))?)?);
        }
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.plan.decided_at));
        Ok(entries)
    }
}

impl Journal for DynamoJournal {
    async fn create(&self, entry: &Entry) -> Result<Created, JournalError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(entry)?))
            .condition_expression("attribute_not_exists(#plan)")
            .expression_attribute_names("#plan", "plan")
            .build()
            .map_err(malformed)?;
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        if entry.stands() {
            writes.extend(self.standing_items(entry)?);
        }
        match self.dynamodb.transact_write_items().set_transact_items(Some(writes)).send().await {
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
            Err(error) => Err(write_failed(error)),
        }
    }

    async fn replace(&self, entry: &Entry) -> Result<Replaced, JournalError> {
        let seen = entry.version.saturating_sub(1);
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item(entry)?))
            .condition_expression("#version = :seen")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":seen", AttributeValue::N(seen.to_string()))
            .build()
            .map_err(malformed)?;
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        if entry.begins_after_approval() {
            writes.extend(self.standing_items(entry)?);
        }
        if entry.state == EntryState::Undone {
            for subject in entry.plan.subjects() {
                let key = standing_key(entry, &subject);
                let delete = Delete::builder().table_name(&self.table).set_key(Some(key)).build();
                writes.push(TransactWriteItem::builder().delete(delete.map_err(malformed)?).build());
            }
            if let Some(subject) = entry.plan.whole_subject() {
                let mut found = key(&format!("undone/{subject}"), &entry.plan.id);
                found.insert("expiresAt".to_owned(), expiry(entry, FIND_UNDONE_SECONDS));
                let put = Put::builder().table_name(&self.table).set_item(Some(found)).build();
                writes.push(TransactWriteItem::builder().put(put.map_err(malformed)?).build());
            }
        }
        match self.dynamodb.transact_write_items().set_transact_items(Some(writes)).send().await {
            Ok(_) => Ok(Replaced::Yes),
            Err(error) if is_condition_failure(&error) => self.written_after_all(entry).await,
            Err(error) => Err(write_failed(error)),
        }
    }

    async fn read(&self, id: &PlanId) -> Result<Option<Entry>, JournalError> {
        let get = self.dynamodb.get_item().table_name(&self.table).consistent_read(true);
        let sent = get.set_key(Some(entry_key(id))).send().await;
        let found = sent.map_err(|error| failed("dynamodb:GetItem", error))?.item;
        found.as_ref().map(entry_in).transpose()
    }

    async fn standing(&self, subject: &str) -> Result<Vec<Entry>, JournalError> {
        let mut entries = self.found(&format!("of/{subject}")).await?;
        // They may have been undone since the query.
        entries.retain(Entry::stands);
        entries.sort_by(|one, other| {
            (one.plan.decided_at, &one.plan.id).cmp(&(other.plan.decided_at, &other.plan.id))
        });
        Ok(entries)
    }

    async fn due(&self, class: ActionClass, now: Timestamp) -> Result<Vec<PlanId>, JournalError> {
        let found = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .index_name(BY_DUE)
            .key_condition_expression("#class = :class AND dueAt <= :now")
            .expression_attribute_names("#class", "class")
            .expression_attribute_values(":class", AttributeValue::S(class.as_str().to_owned()))
            .expression_attribute_values(":now", AttributeValue::N(now.as_second().to_string()))
            .limit(MOST_DUE)
            .send()
            .await
            .map_err(|error| failed("dynamodb:Query", error))?;
        Ok(found.items().iter().filter_map(plan_in).collect())
    }

    async fn count(&self, tally: &Tally, plan: &PlanId, limit: usize) -> Result<Counted, JournalError> {
        let id = plan.to_string();
        let expires_at = tally.hour.as_second().saturating_add(KEEP_TALLIES_SECONDS);
        let sent = self
            .dynamodb
            .update_item()
            .table_name(&self.table)
            .set_key(Some(tally_key(tally)))
            .update_expression("ADD plans :plan SET expiresAt = :expires")
            .condition_expression(
                "attribute_not_exists(plans) OR contains(plans, :id) OR size(plans) < :limit",
            )
            .expression_attribute_values(":plan", AttributeValue::Ss(vec![id.clone()]))
            .expression_attribute_values(":id", AttributeValue::S(id))
            .expression_attribute_values(":limit", AttributeValue::N(limit.to_string()))
            .expression_attribute_values(":expires", AttributeValue::N(expires_at.to_string()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Counted::Within),
            Err(error) if is_full(&error) => Ok(Counted::Full),
            Err(error) => Err(failed("dynamodb:UpdateItem", error)),
        }
    }

    async fn counted(&self, tally: &Tally) -> Result<usize, JournalError> {
        let get = self.dynamodb.get_item().table_name(&self.table).consistent_read(true);
        let sent = get.set_key(Some(tally_key(tally))).send().await;
        let found = sent.map_err(|error| failed("dynamodb:GetItem", error))?.item;
        let plans = found.as_ref().and_then(|item| item.get("plans")).and_then(|plans| plans.as_ss().ok());
        Ok(plans.map_or(0, Vec::len))
    }

    async fn undone(&self, subject: &str) -> Result<Vec<Entry>, JournalError> {
        self.found(&format!("undone/{subject}")).await
    }
}

impl DynamoJournal {
    /// Reads the entries of all plans that have an item of this kind.
    async fn found(&self, subject: &str) -> Result<Vec<Entry>, JournalError> {
        let mut items = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#subject = :subject")
            .expression_attribute_names("#subject", "subject")
            .expression_attribute_values(":subject", AttributeValue::S(subject.to_owned()))
            .into_paginator()
            .items()
            .send();
        let mut entries = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| failed("dynamodb:Query", error))?;
            let Some(id) = plan_in(&item) else { continue };
            entries.extend(self.read(&id).await?);
        }
        Ok(entries)
    }

    /// The items by which a consistent query finds what stands.
    fn standing_items(&self, entry: &Entry) -> Result<Vec<TransactWriteItem>, JournalError> {
        let puts = entry.plan.subjects().into_iter().map(|subject| {
            let put = Put::builder().table_name(&self.table).set_item(Some(standing_key(entry, &subject)));
            Ok(TransactWriteItem::builder().put(put.build().map_err(malformed)?).build())
        });
        puts.collect()
    }

    /// A write that timed out may have been made, and its retry then meets its own version.
    async fn written_after_all(&self, entry: &Entry) -> Result<Replaced, JournalError> {
        let stored = self.read(&entry.plan.id).await?;
        Ok(if stored.as_ref() == Some(entry) { Replaced::Yes } else { Replaced::Outdated })
    }
}

fn key(subject: &str, id: &PlanId) -> Item {
    Item::from([
        ("subject".to_owned(), AttributeValue::S(subject.to_owned())),
        ("plan".to_owned(), AttributeValue::S(id.to_string())),
    ])
}

fn tally_key(tally: &Tally) -> Item {
    Item::from([
        ("subject".to_owned(), AttributeValue::S(format!("tally/{}/{}", tally.name, tally.hour))),
        ("plan".to_owned(), AttributeValue::S("all".to_owned())),
    ])
}

fn is_full(error: &SdkError<UpdateItemError, HttpResponse>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

fn entry_key(id: &PlanId) -> Item {
    key(&format!("plan/{id}"), id)
}

fn standing_key(entry: &Entry, subject: &str) -> Item {
    key(&format!("of/{subject}"), &entry.plan.id)
}

fn expiry(entry: &Entry, seconds: i64) -> AttributeValue {
    AttributeValue::N(entry.lease_until.as_second().saturating_add(seconds).to_string())
}

fn item(entry: &Entry) -> Result<Item, JournalError> {
    let text = serde_json::to_string(entry).map_err(|cause| unusable("dynamodb:PutItem", cause))?;
    let mut item = entry_key(&entry.plan.id);
    item.insert("version".to_owned(), AttributeValue::N(entry.version.to_string()));
    item.insert("state".to_owned(), AttributeValue::S(format!("{:?}", entry.state)));
    item.insert("entry".to_owned(), AttributeValue::S(text));
    if let Some(due) = entry.due_at() {
        item.insert("class".to_owned(), AttributeValue::S(entry.plan.class.as_str().to_owned()));
        item.insert("dueAt".to_owned(), AttributeValue::N(due.as_second().to_string()));
    }
    if entry.is_over() {
        item.insert("expiresAt".to_owned(), expiry(entry, KEEP_UNDONE_SECONDS));
    }
    Ok(item)
}

fn entry_in(item: &Item) -> Result<Entry, JournalError> {
    let call = "dynamodb:GetItem";
    let text = item.get("entry").and_then(|value| value.as_s().ok());
    let text = text.ok_or_else(|| unusable(call, "the item has no `entry`"))?;
    serde_json::from_str(text).map_err(|error| unusable(call, error))
}

fn plan_in(item: &Item) -> Option<PlanId> {
    item.get("plan")?.as_s().ok()?.clone().try_into().ok()
}

/// A transaction is cancelled for one of several reasons: only the entry's own condition means that it is outdated.
fn is_condition_failure(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> bool {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons();
            reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed"))
        }
        Some(_) | None => false,
    }
}

/// Two transactions on one entry at once: both are turned away for now.
fn write_failed(error: SdkError<TransactWriteItemsError, HttpResponse>) -> JournalError {
    let call = "dynamodb:PutItem";
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(_)) => {
            JournalError::Transient { call, cause: Box::new(error) }
        }
        Some(_) | None => failed(call, error),
    }
}

fn malformed(cause: BuildError) -> JournalError {
    unusable("dynamodb:PutItem", cause)
}

fn unusable(call: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> JournalError {
    JournalError::Unusable { call, cause: cause.into() }
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
