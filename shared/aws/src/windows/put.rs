//! Writing matches, 25 in a call. An answer of 200 can hide items that were not written: they are sent again.

use super::{Attributes, bounded, expires_at, partition, text, time_key};
use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use std::collections::BTreeMap;
use std::time::Duration;
use trailreflex_detection::Addition;

/// Most items that DynamoDB takes in one call.
const ITEMS_PER_CALL: usize = 25;
/// How long to wait before items that were not taken are sent again. Together with the calls well below the
/// time-out of a function; what is not written then fails, and the delivery is repeated.
const WAITS: [Duration; 4] = [
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
];
/// The call, as its permission is named.
const CALL: &str = "dynamodb:BatchWriteItem";

/// Writes `additions`; what is there already stays as it is.
pub(super) async fn all(
    dynamodb: &Client,
    table: &str,
    additions: &[Addition<'_>],
) -> Result<(), CallFailed> {
    // DynamoDB refuses a call that names one key twice.
    let mut by_key = BTreeMap::new();
    for addition in additions {
        let (window, key) = (partition('c', addition.window), key(addition));
        let request = request(addition, &window, &key)?;
        by_key.insert((window, key), request);
    }
    let requests: Vec<WriteRequest> = by_key.into_values().collect();
    for chunk in requests.chunks(ITEMS_PER_CALL) {
        write(dynamodb, table, chunk.to_vec()).await?;
    }
    Ok(())
}

async fn write(dynamodb: &Client, table: &str, mut waiting: Vec<WriteRequest>) -> Result<(), CallFailed> {
    let mut waits = WAITS.into_iter();
    loop {
        let sent = dynamodb.batch_write_item().request_items(table, waiting).send().await;
        let answer = sent.map_err(|error| CallFailed::of(CALL, error))?;
        waiting = answer.unprocessed_items.unwrap_or_default().remove(table).unwrap_or_default();
        if waiting.is_empty() {
            return Ok(());
        }
        let Some(wait) = waits.next() else {
            let cause = format!("{} items were not taken for now", waiting.len());
            return Err(CallFailed { call: CALL, is_transient: true, cause: cause.into() });
        };
        tokio::time::sleep(wait).await;
    }
}

fn key(addition: &Addition<'_>) -> String {
    let item = addition.item;
    format!("{}#{}#{}", time_key(item.time_ms), bounded(&item.event), item.rule)
}

fn request(addition: &Addition<'_>, window: &str, key: &str) -> Result<WriteRequest, CallFailed> {
    let failed = |cause| CallFailed { call: CALL, is_transient: false, cause };
    let json = serde_json::to_string(addition.item).map_err(|error| failed(error.into()))?;
    let attributes = Attributes::from([
        ("window".to_owned(), text(window)),
        ("key".to_owned(), text(key)),
        ("item".to_owned(), text(json)),
        ("expiresAt".to_owned(), expires_at(addition.item.time_ms, addition.timespan_ms)),
    ]);
    let put = PutRequest::builder().set_item(Some(attributes)).build();
    Ok(WriteRequest::builder().put_request(put.map_err(|error| failed(error.into()))?).build())
}
