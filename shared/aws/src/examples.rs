//! Examples of what is monitored, in the table of what has been counted.
//!
//! `key` = `examples#<control>`, `part` = `<time>#<event>`, so that the newest are the last; `example` (JSON) and
//! `expiresAt`, when DynamoDB may remove it.

use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use trailreflex_metrics::{Example, Monitored};

/// How long an example stays, in seconds: a week.
const KEEP: i64 = 7 * 24 * 60 * 60;
/// How many are read.
const NEWEST: i32 = 5;

/// Examples in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct Examples {
    dynamodb: Client,
    table: String,
}

impl Examples {
    /// The examples in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self { dynamodb: Client::new(config), table }
    }

    /// The examples in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// Keeps an example. The same one again changes nothing.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn keep(&self, control: Monitored, example: &Example) -> Result<(), CallFailed> {
        let json = serde_json::to_string(example).map_err(|error| CallFailed {
            call: "dynamodb:PutItem",
            is_transient: false,
            cause: Box::new(error),
        })?;
        let expires = example.at.as_second().saturating_add(KEEP);
        let put = self
            .dynamodb
            .put_item()
            .table_name(&self.table)
            .item("key", AttributeValue::S(key(control.as_str())))
            .item("part", AttributeValue::S(format!("{}#{}", example.at, example.event)))
            .item("example", AttributeValue::S(json))
            .item("expiresAt", AttributeValue::N(expires.to_string()));
        put.send().await.map(drop).map_err(|error| CallFailed::of("dynamodb:PutItem", error))
    }

    /// Returns the newest examples of a control, at most five.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn newest(&self, control: &str) -> Result<Vec<Example>, CallFailed> {
        let query = self
            .dynamodb
            .query()
            .table_name(&self.table)
            .key_condition_expression("#key = :key")
            .expression_attribute_names("#key", "key")
            .expression_attribute_values(":key", AttributeValue::S(key(control)))
            .scan_index_forward(false)
            .limit(NEWEST);
        let output = query.send().await.map_err(|error| CallFailed::of("dynamodb:Query", error))?;
        let example = |item: &std::collections::HashMap<String, AttributeValue>| {
            serde_json::from_str(item.get("example")?.as_s().ok()?).ok()
        };
        Ok(output.items().iter().filter_map(example).collect())
    }
}

fn key(control: &str) -> String {
    format!("examples#{control}")
}
