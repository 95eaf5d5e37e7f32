//! Groups of notices in one DynamoDB table.
//!
//! An item a group: `key`, `first` (the message that opened it), `notice` (JSON), `told` (a set of channels, absent while
//! empty), `more`, `until` (seconds), and `expiresAt`, when DynamoDB may remove what no sweep has closed.

use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use std::collections::{BTreeSet, HashMap};
use trailreflex_notify::{Group, GroupKey, Groups, Hit, Sink};

/// How long an item stays that no sweep has closed, in seconds: two weeks.
const KEEP: i64 = 14 * 24 * 60 * 60;
/// How often a group may end and begin again while a notice is added to it.
const ATTEMPTS: usize = 3;

type Attributes = HashMap<String, AttributeValue>;

/// Groups in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct DynamoGroups {
    dynamodb: Client,
    table: String,
}

impl DynamoGroups {
    /// What the table must allow, in order.
    pub const PERMISSIONS: [&str; 4] =
        ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Scan", "dynamodb:UpdateItem"];

    /// The groups in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// The groups in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// Opens a group; returns the one that is open already.
    async fn open(&self, group: &Group) -> Result<Option<Attributes>, CallFailed> {
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item(group)?))
            .condition_expression("attribute_not_exists(#key)")
            .expression_attribute_names("#key", "key")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match put.send().await {
            Ok(_) => Ok(None),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Some(failed.item().cloned().unwrap_or_default()))
                }
                Some(_) | None => Err(CallFailed::of("dynamodb:PutItem", error)),
            },
        }
    }

    /// Changes a group that is open; false if it is not.
    async fn update(&self, key: &GroupKey, name: &str, value: AttributeValue) -> Result<bool, CallFailed> {
        let update = self
            .dynamodb
            .update_item()
            .table_name(&self.table)
            .key("key", text(key.as_str()))
            .update_expression("ADD #name :value")
            .condition_expression("attribute_exists(#key)")
            .expression_attribute_names("#name", name)
            .expression_attribute_names("#key", "key")
            .expression_attribute_values(":value", value);
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(false),
                Some(_) | None => Err(CallFailed::of("dynamodb:UpdateItem", error)),
            },
        }
    }
}

impl Groups for DynamoGroups {
    type Error = CallFailed;

    async fn hit(&self, group: &Group) -> Result<Hit, CallFailed> {
        for _ in 0..ATTEMPTS {
            let Some(open) = self.open(group).await? else { return Ok(Hit::First(BTreeSet::new())) };
            if string(&open, "first") == Some(group.first.as_str()) {
                return Ok(Hit::First(told(&open)));
            }
            if self.update(&group.key, "more", number(1)).await? {
                return Ok(Hit::Counted);
            }
        }
        Err(unusable("dynamodb:PutItem", "the group ends and begins all the time"))
    }

    async fn told(&self, key: &GroupKey, sink: Sink) -> Result<(), CallFailed> {
        // A group that is not there any more has been told of and closed.
        let value = AttributeValue::Ss(vec![sink.as_str().to_owned()]);
        self.update(key, "told", value).await.map(drop)
    }

    async fn ended(&self, now: Timestamp) -> Result<Vec<Group>, CallFailed> {
        let mut pages = self
            .dynamodb
            .scan()
            .table_name(&self.table)
            .filter_expression("#until <= :now")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":now", number(now.as_second()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut ended = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| CallFailed::of("dynamodb:Scan", error))?;
            ended.push(
                group(&item).ok_or_else(|| unusable("dynamodb:Scan", "an item lacks what a group has"))?,
            );
        }
        Ok(ended)
    }

    async fn close(&self, group: &Group) -> Result<(), CallFailed> {
        let delete = self
            .dynamodb
            .delete_item()
            .table_name(&self.table)
            .key("key", text(group.key.as_str()))
            .condition_expression("more = :more")
            .expression_attribute_values(":more", AttributeValue::N(group.more.to_string()));
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(()),
                Some(_) | None => Err(CallFailed::of("dynamodb:DeleteItem", error)),
            },
        }
    }
}

fn item(group: &Group) -> Result<Attributes, CallFailed> {
    let notice = serde_json::to_string(&group.notice).map_err(|error| CallFailed {
        call: "dynamodb:PutItem",
        is_transient: false,
        cause: Box::new(error),
    })?;
    let until = group.until.as_second();
    Ok(Attributes::from([
        ("key".to_owned(), text(group.key.as_str())),
        ("first".to_owned(), text(&group.first)),
        ("notice".to_owned(), text(&notice)),
        ("more".to_owned(), number(0)),
        ("until".to_owned(), number(until)),
        ("expiresAt".to_owned(), number(until.saturating_add(KEEP))),
    ]))
}

fn group(item: &Attributes) -> Option<Group> {
    let count = |name: &str| item.get(name)?.as_n().ok();
    Some(Group {
        key: GroupKey::stored(string(item, "key")?.to_owned()),
        first: string(item, "first")?.to_owned(),
        notice: serde_json::from_str(string(item, "notice")?).ok()?,
        told: told(item),
        more: count("more")?.parse().ok()?,
        until: Timestamp::from_second(count("until")?.parse().ok()?).ok()?,
    })
}

fn told(item: &Attributes) -> BTreeSet<Sink> {
    let words = item.get("told").and_then(|value| value.as_ss().ok()).map_or(&[] as &[String], Vec::as_slice);
    Sink::ALL.into_iter().filter(|sink| words.iter().any(|word| word == sink.as_str())).collect()
}

fn string<'a>(item: &'a Attributes, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn unusable(call: &'static str, what: &'static str) -> CallFailed {
    CallFailed { call, is_transient: true, cause: what.into() }
}
