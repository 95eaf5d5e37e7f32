//! How log files are announced, in every form in which that reaches an SQS queue.
//!
//! S3's notification as it is or through SNS, S3's event on EventBridge, CloudTrail's own notification through SNS.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use trailreflex_aws::ObjectName;
use trailreflex_model::shown;

/// What a message announces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Announced {
    /// Objects that were made.
    pub objects: Vec<ObjectName>,
    /// What is no such announcement and needs none, by its kind.
    pub ignored: Vec<&'static str>,
}

/// Why a message announces nothing that can be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAnnouncement {
    /// It is not JSON.
    #[error("the message is not JSON; only S3, EventBridge and CloudTrail may announce files: `{0}`")]
    NotJson(String),
    /// It is something else.
    #[error("the message is no announcement of S3 or CloudTrail; correct who sends to the queue")]
    Unknown,
    /// It says too little.
    #[error("the announcement has no usable `{0}`")]
    Incomplete(&'static str),
}

/// S3's first message to a new destination.
pub const TEST: &str = "test";
/// An event about an object that was not made: removed, restored, tagged.
pub const OTHER_EVENT: &str = "otherEvent";

/// Reads the body of an SQS message.
///
/// # Errors
/// [`NotAnAnnouncement`]: no retry would change that.
pub fn read(body: &str) -> Result<Announced, NotAnAnnouncement> {
    let Ok(message) = serde_json::from_str::<Value>(body) else { return read_text(body) };
    match text(&message, "/Message") {
        Some(inner) if text(&message, "/TopicArn").is_some() => match serde_json::from_str(inner) {
            Ok(inner) => read_json(&inner),
            Err(_) => read_text(inner),
        },
        Some(_) | None => read_json(&message),
    }
}

fn read_text(body: &str) -> Result<Announced, NotAnAnnouncement> {
    // CloudTrail writes this to a topic that a trail is given.
    if body.starts_with("CloudTrail validation message") {
        return Ok(ignored(TEST));
    }
    Err(NotAnAnnouncement::NotJson(shown(body)))
}

fn read_json(message: &Value) -> Result<Announced, NotAnAnnouncement> {
    if text(message, "/Event") == Some("s3:TestEvent") {
        return Ok(ignored(TEST));
    }
    if message.get("s3ObjectKey").is_some() {
        return from_cloudtrail(message);
    }
    if let Some(kind) = text(message, "/detail-type") {
        return match (text(message, "/source"), kind) {
            (Some("aws.s3"), "Object Created") => from_eventbridge(message),
            (Some("aws.s3"), _) => Ok(ignored(OTHER_EVENT)),
            (Some(_) | None, _) => Err(NotAnAnnouncement::Unknown),
        };
    }
    match message.get("Records").and_then(Value::as_array) {
        Some(records) => from_s3(records),
        None => Err(NotAnAnnouncement::Unknown),
    }
}

/// `{"s3Bucket": "…", "s3ObjectKey": ["…"]}`
fn from_cloudtrail(message: &Value) -> Result<Announced, NotAnAnnouncement> {
    let bucket = required(message, "/s3Bucket", "s3Bucket")?;
    let keys = message.get("s3ObjectKey").and_then(Value::as_array);
    let keys = keys.ok_or(NotAnAnnouncement::Incomplete("s3ObjectKey"))?;
    let object = |key: &Value| {
        let key = key.as_str().filter(|key| !key.is_empty());
        let key = key.ok_or(NotAnAnnouncement::Incomplete("s3ObjectKey"))?;
        Ok(ObjectName { bucket: bucket.to_owned(), key: key.to_owned(), version: None })
    };
    Ok(Announced { objects: keys.iter().map(object).collect::<Result<_, _>>()?, ignored: Vec::new() })
}

/// Keys are not encoded here, unlike in S3's own notifications.
fn from_eventbridge(message: &Value) -> Result<Announced, NotAnAnnouncement> {
    let object = ObjectName {
        bucket: required(message, "/detail/bucket/name", "detail.bucket.name")?.to_owned(),
        key: required(message, "/detail/object/key", "detail.object.key")?.to_owned(),
        version: text(message, "/detail/object/version-id").map(str::to_owned),
    };
    Ok(Announced { objects: vec![object], ignored: Vec::new() })
}

fn from_s3(records: &[Value]) -> Result<Announced, NotAnAnnouncement> {
    let mut announced = Announced::default();
    for record in records {
        if text(record, "/eventSource") != Some("aws:s3") {
            return Err(NotAnAnnouncement::Unknown);
        }
        let name = text(record, "/eventName").unwrap_or_default();
        if !name.starts_with("ObjectCreated:") {
            announced.ignored.push(OTHER_EVENT);
            continue;
        }
        let encoded = required(record, "/s3/object/key", "s3.object.key")?.replace('+', " ");
        let key = percent_decode_str(&encoded).decode_utf8();
        let key = key.map_err(|_| NotAnAnnouncement::Incomplete("s3.object.key"))?;
        announced.objects.push(ObjectName {
            bucket: required(record, "/s3/bucket/name", "s3.bucket.name")?.to_owned(),
            key: key.into_owned(),
            version: text(record, "/s3/object/versionId").map(str::to_owned),
        });
    }
    Ok(announced)
}

fn ignored(kind: &'static str) -> Announced {
    Announced { objects: Vec::new(), ignored: vec![kind] }
}

fn required<'a>(value: &'a Value, at: &str, name: &'static str) -> Result<&'a str, NotAnAnnouncement> {
    text(value, at).ok_or(NotAnAnnouncement::Incomplete(name))
}

fn text<'a>(value: &'a Value, at: &str) -> Option<&'a str> {
    value.pointer(at).and_then(Value::as_str).filter(|text| !text.is_empty())
}
