//! Whom policies let in when they were last written, in one DynamoDB table.
//!
//! An item a resource: `resource` (key), `at` (seconds, when the call was made that wrote the policy), `event` (its id) and
//! `state` (JSON).

use crate::CallFailed;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

const GET: &str = "dynamodb:GetItem";
const PUT: &str = "dynamodb:PutItem";

/// States in a DynamoDB table.
#[derive(Debug, Clone)]
pub struct AccessStates {
    dynamodb: Client,
    table: String,
}

/// What a call has left of a resource's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When the call was made, in seconds since 1970.
    pub at: i64,
    /// The id of the call's record.
    pub event: String,
    /// What there is to remember.
    pub state: Value,
}

impl AccessStates {
    /// What the table must allow.
    pub const PERMISSIONS: [&str; 2] = [GET, PUT];

    /// The states in `table`.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, table: String) -> Self {
        Self::with_client(Client::new(config), table)
    }

    /// The states in `table` behind a client.
    #[must_use]
    pub fn with_client(dynamodb: Client, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// Returns what is known of a resource. What cannot be understood counts as not known.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn get(&self, resource: &str) -> Result<Option<Kept>, CallFailed> {
        let call = self.dynamodb.get_item().table_name(&self.table).key("resource", text(resource));
        let answer = call.consistent_read(true).send().await.map_err(|error| CallFailed::of(GET, error))?;
        let Some(item) = answer.item else { return Ok(None) };
        let string = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
        let at = item.get("at").and_then(|value| value.as_n().ok()).and_then(|at| at.parse().ok());
        let state = string("state").and_then(|state| serde_json::from_str(state).ok());
        Ok(at.zip(state).map(|(at, state)| Kept {
            at,
            event: string("event").cloned().unwrap_or_default(),
            state,
        }))
    }

    /// Writes what a call has left, unless what is there is of a later call; tells whether it was written.
    ///
    /// Records have whole seconds. Of two calls within one, nobody knows which was the later: then nothing is known.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn put(&self, resource: &str, kept: &Kept) -> Result<bool, CallFailed> {
        let put = self
            .item(resource, kept)
            .condition_expression("attribute_not_exists(#resource) OR #at < :at OR #event = :event")
            .expression_attribute_names("#resource", "resource")
            .expression_attribute_names("#event", "event")
            .expression_attribute_values(":event", text(&kept.event));
        if written(put).await? {
            return Ok(true);
        }
        let unknown = Kept { event: String::new(), state: Value::Null, ..*kept };
        written(self.item(resource, &unknown).condition_expression("#at = :at")).await?;
        Ok(false)
    }

    fn item(&self, resource: &str, kept: &Kept) -> PutItemFluentBuilder {
        let at = AttributeValue::N(kept.at.to_string());
        let put = self.dynamodb.put_item().table_name(&self.table).item("resource", text(resource));
        put.item("at", at.clone())
            .item("event", text(&kept.event))
            .item("state", text(&kept.state.to_string()))
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":at", at)
    }
}

async fn written(put: PutItemFluentBuilder) -> Result<bool, CallFailed> {
    match put.send().await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
            Some(_) | None => Err(CallFailed::of(PUT, error)),
        },
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}
