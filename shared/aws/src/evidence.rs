//! What evidence is made of and where it is kept: CloudTrail's event history, settings of identities, a bucket.

mod identities;

pub use identities::{Described, Identities};

use crate::CallFailed;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

const LOOKUP: &str = "cloudtrail:LookupEvents";
const PUT: &str = "s3:PutObject";
/// CloudTrail takes two of these calls a second, of everybody in the account and Region together.
const BETWEEN_CALLS: Duration = Duration::from_millis(600);
/// Most records of one look-up: ten pages.
const MOST_RECORDS: usize = 500;

/// CloudTrail's event history: management events of 90 days, in this Region.
#[derive(Debug, Clone)]
pub struct EventHistory(aws_sdk_cloudtrail::Client);

/// What the event history has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Records, the newest first.
    pub records: Vec<Value>,
    /// Whether there are no others.
    pub is_whole: bool,
}

impl EventHistory {
    /// What looking up needs.
    pub const PERMISSIONS: [&str; 1] = [LOOKUP];

    /// The history of the account and Region that `config` names.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self(aws_sdk_cloudtrail::Client::new(config))
    }

    /// The history behind a client.
    #[must_use]
    pub fn with_client(client: aws_sdk_cloudtrail::Client) -> Self {
        Self(client)
    }

    /// Returns the newest 500 records at most whose `attribute` is `value`; one that is not JSON is left out.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn records(
        &self,
        attribute: &str,
        value: &str,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Found, CallFailed> {
        let attribute = LookupAttribute::builder()
            .attribute_key(LookupAttributeKey::from(attribute))
            .attribute_value(value)
            .build()
            .map_err(|error| CallFailed { call: LOOKUP, is_transient: false, cause: error.into() })?;
        let mut found = Found::default();
        let mut next = None;
        loop {
            let call = self.0.lookup_events().lookup_attributes(attribute.clone()).set_next_token(next);
            let call = call.start_time(DateTime::from_secs(since.as_second()));
            // Whole seconds are asked for: what was done within this one counts.
            let call = call.end_time(DateTime::from_secs(until.as_second().saturating_add(1)));
            let answer = call.send().await.map_err(|error| CallFailed::of(LOOKUP, error))?;
            let texts =
                answer.events.unwrap_or_default().into_iter().filter_map(|event| event.cloud_trail_event);
            found.records.extend(texts.filter_map(|text| serde_json::from_str(&text).ok()));
            next = answer.next_token.filter(|token| !token.is_empty());
            tokio::time::sleep(BETWEEN_CALLS).await;
            if next.is_none() || found.records.len() >= MOST_RECORDS {
                found.is_whole = next.is_none();
                return Ok(found);
            }
        }
    }
}

/// A bucket in which evidence is kept.
#[derive(Debug, Clone)]
pub struct EvidenceStore {
    s3: aws_sdk_s3::Client,
    bucket: String,
}

/// What came of storing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is stored.
    Now,
    /// Something was stored by that key before; it stays as it was.
    Before,
}

impl EvidenceStore {
    /// What storing needs.
    pub const PERMISSIONS: [&str; 1] = [PUT];

    /// The bucket of that name.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, bucket: String) -> Self {
        let mut settings = aws_sdk_s3::config::Builder::from(config);
        // A server of one's own has no host name for each bucket.
        settings.set_force_path_style(config.endpoint_url().map(|_| true));
        Self::with_client(aws_sdk_s3::Client::from_conf(settings.build()), bucket)
    }

    /// A bucket behind a client.
    #[must_use]
    pub fn with_client(s3: aws_sdk_s3::Client, bucket: String) -> Self {
        Self { s3, bucket }
    }

    /// Stores `content`, unless there is something by that key. How long it is kept is the bucket's own setting.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn put(&self, key: &str, content: Vec<u8>) -> Result<Stored, CallFailed> {
        let call = self.s3.put_object().bucket(&self.bucket).key(key).body(content.into());
        match call.content_type("application/json").if_none_match("*").send().await {
            Ok(_) => Ok(Stored::Now),
            Err(error) if is_taken(&error) => Ok(Stored::Before),
            Err(error) => Err(CallFailed::of(PUT, error)),
        }
    }
}

fn is_taken(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("PreconditionFailed")
}
