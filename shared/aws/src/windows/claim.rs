//! Claiming an alert: one transaction that writes it and checks its neighbours.
//!
//! Time is cut into periods. Two alerts less than a period apart are in the same or in neighbouring periods, so
//! three items decide.

use super::{Attributes, expires_at, text};
use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use std::time::Duration;
use trailreflex_detection::Claim;

/// How long to wait before the next attempt when another transaction was at the same items.
const WAITS: [Duration; 4] = [
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(180),
    Duration::from_millis(540),
];
/// The call. Its permissions are `dynamodb:PutItem` and `dynamodb:ConditionCheckItem`.
const CALL: &str = "dynamodb:TransactWriteItems";

/// An alert that somebody wants to raise.
pub(super) struct Alert<'a> {
    pub(super) window: String,
    pub(super) time_ms: i64,
    pub(super) period_ms: i64,
    pub(super) holder: &'a str,
}

/// Writes the alert unless there is another less than a period away.
pub(super) async fn claim(dynamodb: &Client, table: &str, alert: &Alert<'_>) -> Result<Claim, CallFailed> {
    let mut waits = WAITS.into_iter();
    loop {
        let items = alert.transaction(table).map_err(|error| CallFailed {
            call: CALL,
            is_transient: false,
            cause: error.into(),
        })?;
        let Err(error) = dynamodb.transact_write_items().set_transact_items(Some(items)).send().await else {
            return Ok(Claim::Granted);
        };
        let reasons = reasons(&error);
        if let Some(time_ms) = reasons.iter().find_map(other_alert) {
            return Ok(Claim::Taken { time_ms });
        }
        let is_busy = reasons.iter().any(|reason| reason.code() == Some("TransactionConflict"));
        match waits.next().filter(|_| is_busy) {
            Some(wait) => tokio::time::sleep(wait).await,
            None => {
                let failed = CallFailed::of(CALL, error);
                let is_transient = failed.is_transient || is_busy;
                return Err(CallFailed { is_transient, ..failed });
            }
        }
    }
}

impl Alert<'_> {
    fn transaction(&self, table: &str) -> Result<Vec<TransactWriteItem>, BuildError> {
        let period = self.period_ms.max(1);
        let slot = self.time_ms.div_euclid(period);
        // The same holder may claim the same alert again: it failed after the first time.
        let own = Put::builder()
            .table_name(table)
            .set_item(Some(self.attributes(slot)))
            .condition_expression("attribute_not_exists(#window) OR (timeMs = :time AND holder = :holder)")
            .expression_attribute_names("#window", "window")
            .expression_attribute_values(":time", number(self.time_ms))
            .expression_attribute_values(":holder", text(self.holder))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        let neighbour = |slot: i64, is_far: &str, limit: i64| -> Result<_, BuildError> {
            let check = ConditionCheck::builder()
                .table_name(table)
                .set_key(Some(self.key(slot)))
                .condition_expression(format!("attribute_not_exists(#window) OR timeMs {is_far} :limit"))
                .expression_attribute_names("#window", "window")
                .expression_attribute_values(":limit", number(limit))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
                .build()?;
            Ok(TransactWriteItem::builder().condition_check(check).build())
        };
        Ok(vec![
            TransactWriteItem::builder().put(own).build(),
            neighbour(slot.saturating_sub(1), "<=", self.time_ms.saturating_sub(period))?,
            neighbour(slot.saturating_add(1), ">=", self.time_ms.saturating_add(period))?,
        ])
    }

    fn key(&self, slot: i64) -> Attributes {
        Attributes::from([
            ("window".to_owned(), text(&self.window)),
            ("key".to_owned(), text(slot.to_string())),
        ])
    }

    fn attributes(&self, slot: i64) -> Attributes {
        let mut attributes = self.key(slot);
        attributes.insert("timeMs".to_owned(), number(self.time_ms));
        attributes.insert("holder".to_owned(), text(self.holder));
        attributes.insert("expiresAt".to_owned(), expires_at(self.time_ms, self.period_ms));
        attributes
    }
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn reasons(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Vec<CancellationReason> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons().to_vec()
        }
        Some(_) | None => Vec::new(),
    }
}

/// Returns when the alert happened that made a condition fail.
fn other_alert(reason: &CancellationReason) -> Option<i64> {
    reason.item()?.get("timeMs")?.as_n().ok()?.parse().ok()
}
