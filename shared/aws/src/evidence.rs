//! What evidence is made of and where it is kept: CloudTrail's event history, settings of identities, a bucket.

mod identities;

pub use identities::{Described, Identities};

use crate::CallFailed;
use crate::sdk::s3_settings;
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

/// What is looked up in the event history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookedUp {
    /// CloudTrail's name of what records are looked up by, and the exact value; none for all.
    pub attribute: Option<(&'static str, String)>,
    /// The earliest time; none for everything that is there, 90 days.
    pub since: Option<Timestamp>,
    /// The latest time: records of its second are included.
    pub until: Timestamp,
}

/// A page of the event history, the newest record first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryPage {
    /// Records.
    pub records: Vec<Value>,
    /// How many were left out because they are no JSON.
    pub unreadable: usize,
    /// What the next page is asked for by; none if this is the last.
    pub next: Option<String>,
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
        attribute: &'static str,
        value: &str,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Found, CallFailed> {
        let looked_up =
            LookedUp { attribute: Some((attribute, value.to_owned())), since: Some(since), until };
        let mut found = Found::default();
        let mut next = None;
        loop {
            let page = self.page(&looked_up, next).await?;
            found.records.extend(page.records);
            next = page.next;
            if next.is_none() || found.records.len() >= MOST_RECORDS {
                found.is_whole = next.is_none();
                return Ok(found);
            }
        }
    }

    /// Returns a page, and takes as much time as leaves the account its two calls a second.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn page(&self, looked_up: &LookedUp, next: Option<String>) -> Result<HistoryPage, CallFailed> {
        let LookedUp { attribute, since, until } = looked_up;
        let mut call = self.0.lookup_events().set_next_token(next);
        if let Some((name, value)) = attribute {
            let attribute = LookupAttribute::builder()
                .attribute_key(LookupAttributeKey::from(*name))
                .attribute_value(value)
                .build()
                .map_err(|error| CallFailed { call: LOOKUP, is_transient: false, cause: error.into() })?;
            call = call.lookup_attributes(attribute);
        }
        call = call.set_start_time(since.map(|since| DateTime::from_secs(since.as_second())));
        // Whole seconds are asked for: what was done within this one counts.
        call = call.end_time(DateTime::from_secs(until.as_second().saturating_add(1)));
        let answer = call.send().await.map_err(|error| CallFailed::of(LOOKUP, error));
        tokio::time::sleep(BETWEEN_CALLS).await;
        let answer = answer?;
        let texts = answer.events.unwrap_or_default().into_iter().filter_map(|event| event.cloud_trail_event);
        let mut page = HistoryPage::default();
        for text in texts {
            match serde_json::from_str(&text) {
                Ok(record) => page.records.push(record),
                Err(_) => page.unreadable = page.unreadable.saturating_add(1),
            }
        }
        page.next = answer.next_token.filter(|token| !token.is_empty());
        Ok(page)
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
        Self::with_client(aws_sdk_s3::Client::from_conf(s3_settings(config).build()), bucket)
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
