//! Windows of correlations in DynamoDB: an item a match, an item an alert.
//!
//! Matches: `window` = `c#<correlation>#<group>`, `key` = `<time>#<event>#<rule>` with the time in 15 digits, so
//! that a range of time is a range of keys; `item` is the match as JSON. Alerts: `window` = `a#…`, `key` = the
//! number of the period, `timeMs`, `holder`. Both have `expiresAt`, when DynamoDB may remove them.

mod claim;
mod put;

use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;
use trailreflex_detection::{Addition, Claim, Item, WindowKey, WindowStore};

/// How late an event may arrive and still count, in seconds: the fourteen days that queues keep what failed.
const LATENESS_SECONDS: i64 = 14 * 24 * 60 * 60;
/// Most items of a window that are looked at, the newest. More events of one group within a time span are a flood,
/// which has reached every sensible threshold; reading all of them for each would make the flood worse.
const MAX_ITEMS: usize = 5_000;
/// Longest name, in bytes, that is part of a key as it is; DynamoDB takes 1,024 for a sort key.
const MAX_NAME: usize = 400;

type Attributes = HashMap<String, AttributeValue>;

/// Windows in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoWindows {
    dynamodb: Client,
    table: String,
}

impl DynamoWindows {
    /// What the table must allow, in order. A claim is a transaction of a put and two checks.
    pub const PERMISSIONS: [&str; 4] =
        ["dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:Query"];

    /// The windows in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// The windows in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }
}

impl WindowStore for DynamoWindows {
    type Error = CallFailed;

    async fn put(&self, additions: &[Addition<'_>]) -> Result<(), CallFailed> {
        put::all(&self.dynamodb, &self.table, additions).await
    }

    async fn range(&self, window: &WindowKey, from_ms: i64, to_ms: i64) -> Result<Vec<Item>, CallFailed> {
        // `$` follows `#`: behind every key of that time, before those of the next.
        let until = format!("{}$", time_key(to_ms));
        let mut found = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .scan_index_forward(false)
            // The keys are longer than the matches, and the same for all.
            .projection_expression("#item")
            .expression_attribute_names("#item", "item")
            .key_condition_expression("#window = :window AND #key BETWEEN :from AND :until")
            .expression_attribute_names("#window", "window")
            .expression_attribute_names("#key", "key")
            .expression_attribute_values(":window", text(partition('c', window)))
            .expression_attribute_values(":from", text(time_key(from_ms)))
            .expression_attribute_values(":until", text(until))
            .into_paginator()
            .items()
            .send();
        let mut items = Vec::new();
        while let Some(one) = found.next().await {
            let attributes = one.map_err(|error| CallFailed::of("dynamodb:Query", error))?;
            items.push(item_in(&attributes)?);
            if items.len() == MAX_ITEMS {
                break;
            }
        }
        items.retain(|item| (from_ms..=to_ms).contains(&item.time_ms));
        Ok(items)
    }

    async fn claim(
        &self,
        window: &WindowKey,
        time_ms: i64,
        period_ms: i64,
        holder: &str,
    ) -> Result<Claim, CallFailed> {
        let alert = claim::Alert { window: partition('a', window), time_ms, period_ms, holder };
        claim::claim(&self.dynamodb, &self.table, &alert).await
    }
}

fn item_in(attributes: &Attributes) -> Result<Item, CallFailed> {
    let unusable = |cause| CallFailed { call: "dynamodb:Query", is_transient: false, cause };
    let json = attributes.get("item").and_then(|value| value.as_s().ok());
    let json = json.ok_or_else(|| unusable("the stored match has no `item`".into()))?;
    serde_json::from_str(json).map_err(|error| unusable(error.into()))
}

fn partition(kind: char, window: &WindowKey) -> String {
    format!("{kind}#{}#{}", bounded(&window.correlation), window.group)
}

/// Times before 1970, which no record has, share one key: they stay in order to all others.
fn time_key(time_ms: i64) -> String {
    format!("{:015}", time_ms.max(0))
}

/// Returns a name that fits into a key and tells it from all others.
fn bounded(name: &str) -> String {
    if name.len() <= MAX_NAME { name.to_owned() } else { trailreflex_model::digest(&[name]) }
}

/// Returns when nothing can refer any more to what happened at `time_ms` and counts for `span_ms`.
fn expires_at(time_ms: i64, span_ms: i64) -> AttributeValue {
    let last = time_ms.saturating_add(span_ms).div_euclid(1000);
    AttributeValue::N(last.saturating_add(LATENESS_SECONDS).to_string())
}

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}
