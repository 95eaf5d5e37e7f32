//! Records and other input of the tests.

use serde_json::{Value, json};
use trailreflex_model::cloudtrail::Record;
use trailreflex_privilege::Usage;

pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";

/// Reads a file of cases.
pub(crate) fn cases(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/cases/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(!cases.is_empty());
    cases
}

/// A call of the role, with other members than usual.
pub(crate) fn record(changes: &Value) -> Record {
    let mut record = json!({
        "eventVersion": "1.11", "eventTime": "2026-10-05T10:00:00Z", "eventType": "AwsApiCall",
        "eventCategory": "Management", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
        "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLEADMIN00001:jane", "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/app/jane", "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "accountId": "111122223333"}},
        },
    });
    record.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Record::parse(record).unwrap()
}

pub(crate) fn usage(changes: &[Value]) -> Usage {
    let mut usage = Usage::default();
    changes.iter().for_each(|changes| usage.add(&record(changes)));
    usage
}
