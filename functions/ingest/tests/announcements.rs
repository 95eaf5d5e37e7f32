//! How files are announced, and what their keys tell.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use serde_json::{Value, json};
use trailreflex_aws::ObjectName;
use trailreflex_ingest::{Announced, NotAnAnnouncement, OTHER_EVENT, TEST, read_announcement};
use trailreflex_log_files::LogKey;

const KEY: &str = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/24/file.json.gz";

fn object(key: &str, version: Option<&str>) -> ObjectName {
    ObjectName { bucket: "logs".to_owned(), key: key.to_owned(), version: version.map(str::to_owned) }
}

fn objects(objects: &[ObjectName]) -> Result<Announced, NotAnAnnouncement> {
    Ok(Announced { objects: objects.to_vec(), ignored: Vec::new() })
}

fn ignored(kind: &'static str) -> Result<Announced, NotAnAnnouncement> {
    Ok(Announced { objects: Vec::new(), ignored: vec![kind] })
}

fn from_s3(event: &str, key: &str) -> Value {
    json!({"Records": [{
        "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": event,
        "s3": {"bucket": {"name": "logs"}, "object": {"key": key, "size": 10, "versionId": "v1"}}
    }]})
}

fn over_sns(message: &str) -> Value {
    json!({"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:111122223333:t", "Message": message})
}

fn from_eventbridge(kind: &str, source: &str) -> Value {
    json!({"detail-type": kind, "source": source, "detail": {
        "bucket": {"name": "logs"}, "object": {"key": "a+b%20c", "size": 10, "version-id": "v2"}
    }})
}

#[test]
fn files_are_announced_in_many_forms() {
    let from_cloudtrail = json!({"s3Bucket": "logs", "s3ObjectKey": [KEY, "a+b"]});
    for (case, body, expected) in [
        ("by S3", from_s3("ObjectCreated:Put", KEY), objects(&[object(KEY, Some("v1"))])),
        (
            "by S3, whose keys are encoded like forms",
            from_s3("ObjectCreated:Put", "a+b%2Bc%C3%A9"),
            objects(&[object("a b+cé", Some("v1"))]),
        ),
        (
            "by S3 over SNS",
            over_sns(&from_s3("ObjectCreated:CompleteMultipartUpload", KEY).to_string()),
            objects(&[object(KEY, Some("v1"))]),
        ),
        (
            "by EventBridge, whose keys are not encoded",
            from_eventbridge("Object Created", "aws.s3"),
            objects(&[object("a+b%20c", Some("v2"))]),
        ),
        (
            "by CloudTrail over SNS",
            over_sns(&from_cloudtrail.to_string()),
            objects(&[object(KEY, None), object("a+b", None)]),
        ),
        ("by CloudTrail over SNS, raw", from_cloudtrail, objects(&[object(KEY, None), object("a+b", None)])),
        ("S3's test", json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}), ignored(TEST)),
        ("CloudTrail's test over SNS", over_sns("CloudTrail validation message."), ignored(TEST)),
        ("a removed object", from_s3("ObjectRemoved:Delete", KEY), ignored(OTHER_EVENT)),
        ("a deleted object", from_eventbridge("Object Deleted", "aws.s3"), ignored(OTHER_EVENT)),
        ("nothing", json!({"Records": []}), objects(&[])),
        (
            "an event of somebody else",
            from_eventbridge("Object Created", "custom"),
            Err(NotAnAnnouncement::Unknown),
        ),
        ("a CloudTrail record", json!({"Records": [{"eventName": "x"}]}), Err(NotAnAnnouncement::Unknown)),
        (
            "a key that is no text",
            from_s3("ObjectCreated:Put", "%FF"),
            Err(NotAnAnnouncement::Incomplete("s3.object.key")),
        ),
        (
            "no key",
            json!({"s3Bucket": "logs", "s3ObjectKey": [""]}),
            Err(NotAnAnnouncement::Incomplete("s3ObjectKey")),
        ),
    ] {
        assert_eq!(read_announcement(&body.to_string()), expected, "{case}");
    }
    let text = "x".repeat(1000);
    assert_eq!(read_announcement(&text), Err(NotAnAnnouncement::NotJson("x".repeat(80))));
}

#[test]
fn a_key_tells_what_a_file_is() {
    let log = |account: Option<&str>, region: Option<&str>| LogKey::Log {
        account: account.map(|account| account.parse().unwrap()),
        region: region.map(|region| region.parse().unwrap()),
    };
    let own = log(Some("111122223333"), Some("us-east-1"));
    for (key, expected) in [
        (KEY, own.clone()),
        ("prefix/AWSLogs/111122223333/CloudTrail/us-east-1/x.json.gz", own.clone()),
        ("AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1/x.json.gz", own),
        ("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/x.json.gz", LogKey::Other("digest")),
        ("AWSLogs/111122223333/CloudTrail-Insight/us-east-1/x.json.gz", LogKey::Other("insight")),
        ("AWSLogs/111122223333/Config/us-east-1/x.json.gz", LogKey::Other("otherService")),
        ("AWSLogs/111122223333/", LogKey::Other("folder")),
        ("exported/records.json", log(None, None)),
        ("AWSLogs/nobody/CloudTrail/us-east-1/x.json.gz", log(None, None)),
        ("AWSLogs/111122223333/CloudTrail/Nowhere!/x.json.gz", log(Some("111122223333"), None)),
    ] {
        assert_eq!(LogKey::of(key), expected, "{key}");
    }
}
