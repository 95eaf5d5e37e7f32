//! What has been counted and what is still to be sent, in one DynamoDB table.
//!
//! Keys are `key` and `part`. A claim: `key` = `event#<account>#<id>` or `principal#<account>#<id>`, `part` = `-`, with
//! `flush` and `at`. A flush: `key` = `flush#<id>`, `part` = `-`, with `fate`. A part: `key` = `parts`, `part` =
//! `<flush>#<number>`, with `series` (JSON, deflated), `events`, `state`, `by` and `at`. What is not a part has `expiresAt`,
//! when DynamoDB may remove it; a part stays until it is sent.

mod part;

use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use jiff::Timestamp;
use std::collections::HashMap;
use tokio::task::JoinSet;
use trailreflex_metering::{Claim, Fate, FlushId, Key, Ledger, Part, PartId, PartState};

/// How long a record may come again: the fourteen days that queues keep what failed, in seconds.
const KEEP_EVENT: i64 = 14 * 24 * 60 * 60;
/// How long a principal is known, in seconds: a little more than a year, so that what happens once a year is not new.
const KEEP_PRINCIPAL: i64 = 400 * 24 * 60 * 60;
/// Calls that are under way at the same time.
const LANES: usize = 32;
/// What `part` says of what has no parts.
const NO_PART: &str = "-";

type Attributes = HashMap<String, AttributeValue>;

/// A ledger in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoLedger {
    dynamodb: Client,
    table: String,
}

impl DynamoLedger {
    /// What the table must allow, in order.
    pub const PERMISSIONS: [&str; 5] = [
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    ];

    /// The ledger in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// The ledger in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    async fn claim_one(&self, key: &Key, flush: &FlushId, now: Timestamp) -> Result<Claim, CallFailed> {
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .set_item(Some(claim(key, flush, now)))
            .condition_expression("attribute_not_exists(#key)")
            .expression_attribute_names("#key", "key")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(Claim::Taken),
            Err(error) => match error.as_service_error() {
                // A lost answer makes the SDK try again; the claim is the flush's own then.
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    let held = failed.item().and_then(holder);
                    let (by, since) = held.ok_or_else(|| unusable("dynamodb:PutItem", "flush"))?;
                    Ok(if by == *flush { Claim::Taken } else { Claim::Held(by, since) })
                }
                Some(_) | None => Err(CallFailed::of("dynamodb:PutItem", error)),
            },
        }
    }
}

impl Ledger for DynamoLedger {
    type Error = CallFailed;

    async fn claim(&self, keys: &[Key], flush: &FlushId, now: Timestamp) -> Vec<Result<Claim, CallFailed>> {
        let mut lanes = JoinSet::new();
        for lane in 0..LANES.min(keys.len()) {
            let own: Vec<(usize, Key)> = keys.iter().cloned().enumerate().skip(lane).step_by(LANES).collect();
            let (ledger, flush) = (self.clone(), flush.clone());
            lanes.spawn(async move {
                let mut claims = Vec::with_capacity(own.len());
                for (place, key) in own {
                    claims.push((place, ledger.claim_one(&key, &flush, now).await));
                }
                claims
            });
        }
        let mut claims: Vec<_> = lanes.join_all().await.into_iter().flatten().collect();
        claims.sort_by_key(|(place, _)| *place);
        claims.into_iter().map(|(_, claim)| claim).collect()
    }

    async fn take_over(
        &self,
        key: &Key,
        from: &FlushId,
        to: &FlushId,
        now: Timestamp,
    ) -> Result<bool, CallFailed> {
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .set_item(Some(claim(key, to, now)))
            .condition_expression("#flush IN (:from, :to)")
            .expression_attribute_names("#flush", "flush")
            .expression_attribute_values(":from", text(&from.0))
            .expression_attribute_values(":to", text(&to.0));
        met(put.send().await, PutItemError::is_conditional_check_failed_exception, "dynamodb:PutItem")
    }

    async fn fate(&self, flush: &FlushId) -> Result<Fate, CallFailed> {
        let get = self
            .dynamodb
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .key("key", text(format!("flush#{}", flush.0)))
            .key("part", text(NO_PART));
        let got = get.send().await.map_err(|error| CallFailed::of("dynamodb:GetItem", error))?;
        match got.item().map(|item| item.get("fate").and_then(|fate| fate.as_s().ok()).map(String::as_str)) {
            None => Ok(Fate::Open),
            Some(Some("settled")) => Ok(Fate::Settled),
            Some(Some("abandoned")) => Ok(Fate::Abandoned),
            Some(_) => Err(unusable("dynamodb:GetItem", "fate")),
        }
    }

    async fn abandon(&self, flush: &FlushId, now: Timestamp) -> Result<bool, CallFailed> {
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .set_item(Some(fate(flush, "abandoned", now)))
            .condition_expression("attribute_not_exists(#key) OR #fate = :abandoned")
            .expression_attribute_names("#key", "key")
            .expression_attribute_names("#fate", "fate")
            .expression_attribute_values(":abandoned", text("abandoned"));
        met(put.send().await, PutItemError::is_conditional_check_failed_exception, "dynamodb:PutItem")
    }

    async fn settle(&self, flush: &FlushId, parts: &[Part], now: Timestamp) -> Result<bool, CallFailed> {
        const CALL: &str = "dynamodb:TransactWriteItems";
        let built = |put: Result<Put, aws_sdk_dynamodb::error::BuildError>| match put {
            Ok(put) => Ok(TransactWriteItem::builder().put(put).build()),
            Err(error) => Err(CallFailed { call: CALL, is_transient: false, cause: error.into() }),
        };
        let mut items = vec![built(
            Put::builder()
                .table_name(&self.table)
                .set_item(Some(fate(flush, "settled", now)))
                .condition_expression("attribute_not_exists(#key)")
                .expression_attribute_names("#key", "key")
                .build(),
        )?];
        for part in parts {
            let item = part::item(part, now)?;
            items.push(built(Put::builder().table_name(&self.table).set_item(Some(item)).build())?);
        }
        match self.dynamodb.transact_write_items().set_transact_items(Some(items)).send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                // Settled before, because an answer was lost, or given up: what is stored tells.
                Some(TransactWriteItemsError::TransactionCanceledException(canceled))
                    if canceled
                        .cancellation_reasons()
                        .iter()
                        .any(|reason| reason.code() == Some("ConditionalCheckFailed")) =>
                {
                    Ok(self.fate(flush).await? == Fate::Settled)
                }
                Some(_) | None => Err(CallFailed::of(CALL, error)),
            },
        }
    }

    async fn parts(&self) -> Result<Vec<Part>, CallFailed> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#key = :parts")
            .expression_attribute_names("#key", "key")
            .expression_attribute_values(":parts", text("parts"));
        // One page is up to 1 MB: what does not fit waits for the next invocation.
        let page = query.send().await.map_err(|error| CallFailed::of("dynamodb:Query", error))?;
        page.items().iter().map(part::read).collect()
    }

    async fn advance(&self, part: &PartId, from: &PartState, to: &PartState) -> Result<bool, CallFailed> {
        let (from, to) = (part::state(from), part::state(to));
        let mut update = self
            .dynamodb
            .update_item()
            .table_name(&self.table)
            .set_key(Some(part::key(part)))
            .update_expression("SET #state = :state1, #by = :by1, #at = :at1")
            .condition_expression(
                "(#state = :state0 AND #by = :by0 AND #at = :at0) OR (#state = :state1 AND #by = :by1 AND #at = :at1)",
            );
        for name in ["state", "by", "at"] {
            update = update.expression_attribute_names(format!("#{name}"), name);
        }
        for (number, values) in [(0, from), (1, to)] {
            for (name, value) in values {
                update = update.expression_attribute_values(format!(":{name}{number}"), text(value));
            }
        }
        met(
            update.send().await,
            UpdateItemError::is_conditional_check_failed_exception,
            "dynamodb:UpdateItem",
        )
    }

    async fn forget(&self, part: &PartId) -> Result<(), CallFailed> {
        let delete = self.dynamodb.delete_item().table_name(&self.table).set_key(Some(part::key(part)));
        delete.send().await.map(drop).map_err(|error| CallFailed::of("dynamodb:DeleteItem", error))
    }
}

/// Returns whether a conditional write met its condition.
fn met<T, E>(
    end: Result<T, SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>>,
    is_unmet: fn(&E) -> bool,
    call: &'static str,
) -> Result<bool, CallFailed>
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match end {
        Ok(_) => Ok(true),
        Err(error) if error.as_service_error().is_some_and(is_unmet) => Ok(false),
        Err(error) => Err(CallFailed::of(call, error)),
    }
}

fn claim(key: &Key, flush: &FlushId, now: Timestamp) -> Attributes {
    let (kind, account, id, keep) = match key {
        Key::Event(account, id) => ("event", account, id.as_str(), KEEP_EVENT),
        Key::Principal(account, id) => ("principal", account, id.as_str(), KEEP_PRINCIPAL),
    };
    let account = account.as_ref().map_or("", |account| account.as_str());
    let mut item = keyed(format!("{kind}#{account}#{id}"), keep, now);
    item.insert("flush".to_owned(), text(&flush.0));
    item.insert("at".to_owned(), text(now.to_string()));
    item
}

fn fate(flush: &FlushId, fate: &str, now: Timestamp) -> Attributes {
    // A flush must be known as long as a principal that it has claimed.
    let mut item = keyed(format!("flush#{}", flush.0), KEEP_PRINCIPAL, now);
    item.insert("fate".to_owned(), text(fate));
    item
}

fn keyed(key: String, keep: i64, now: Timestamp) -> Attributes {
    let expires_at = now.as_second().saturating_add(keep).to_string();
    HashMap::from([
        ("key".to_owned(), text(key)),
        ("part".to_owned(), text(NO_PART)),
        ("expiresAt".to_owned(), AttributeValue::N(expires_at)),
    ])
}

fn holder(item: &Attributes) -> Option<(FlushId, Timestamp)> {
    let of = |name: &str| item.get(name)?.as_s().ok();
    Some((FlushId(of("flush")?.clone()), of("at")?.parse().ok()?))
}

fn unusable(call: &'static str, name: &str) -> CallFailed {
    CallFailed { call, is_transient: false, cause: format!("the stored item has no usable `{name}`").into() }
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}
