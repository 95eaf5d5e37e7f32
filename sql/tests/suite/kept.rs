//! Logs in memory, and what a query answers over them.

use serde_json::{Value, json};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use trailreflex_history::Selection;
use trailreflex_model::cloudtrail::Record;
use trailreflex_sql::{
    Engine, Flow, Limits, Logs, Origin, ReadError, RecordBatch, Scan, Schema, SqlError, Taker, headings,
    text_rows,
};

pub(crate) const LIMITS: Limits =
    Limits { memory: 64 << 20, spill: 64 << 20, threads: NonZeroUsize::new(2).unwrap() };

/// Files of records, by name.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) files: Vec<(String, Vec<Value>)>,
    /// Whether what a scan does not want is left out.
    pub(crate) narrows: bool,
    /// How many files and records were given to queries.
    pub(crate) opened: AtomicUsize,
    pub(crate) given: AtomicUsize,
}

impl Kept {
    pub(crate) fn of(records: Vec<Value>) -> Self {
        Self { files: vec![("records.json".to_owned(), records)], narrows: true, ..Self::default() }
    }
}

impl Logs for Kept {
    fn read(&self, scan: &Scan, take: &mut dyn FnMut(RecordBatch) -> Flow) -> Result<(), ReadError> {
        for (name, records) in &self.files {
            if self.narrows && !scan.selection().wanted.may_be_in(name) {
                continue;
            }
            self.opened.fetch_add(1, Ordering::SeqCst);
            let Selection { sieve, members, .. } = scan.selection();
            let read = |record: &Value| match self.narrows {
                false => Some(Record::parse(record.clone()).unwrap()),
                true => {
                    let text = record.to_string();
                    sieve.may_match(text.as_bytes()).then(|| Record::read(text.as_bytes(), members).unwrap())
                }
            };
            let records: Vec<_> = records.iter().filter_map(read).collect();
            self.given.fetch_add(records.len(), Ordering::SeqCst);
            for rows in scan.rows(records.iter(), &Origin::of(name))? {
                if take(rows) == Flow::Enough {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Keeps all rows.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) headings: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Taker for Answer {
    fn begin(&mut self, schema: &Schema) -> Result<(), ReadError> {
        self.headings = headings(schema);
        Ok(())
    }

    fn take(&mut self, rows: &RecordBatch) -> Result<(), ReadError> {
        self.rows.extend(text_rows(rows)?);
        self.batches.push(rows.clone());
        Ok(())
    }

    fn wants_more(&self) -> bool {
        true
    }
}

pub(crate) fn ask(logs: Arc<Kept>, query: &str) -> Result<Answer, SqlError> {
    let mut answer = Answer::default();
    Engine::over_logs(logs, LIMITS)?.run(query, &mut answer)?;
    Ok(answer)
}

/// Some records of an account where a key is used, a role is assumed and a bucket is read.
pub(crate) fn records() -> Vec<Value> {
    let user = |name: &str, key: &str| {
        json!({"type": "IAMUser", "arn": format!("arn:aws:iam::111122223333:user/{name}"), "userName": name,
            "principalId": format!("AIDA{name}"), "accountId": "111122223333", "accessKeyId": key})
    };
    let key = "AKIAIOSFODNN7EXAMPLE";
    let session = json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci",
        "accessKeyId": "ASIAIOSFODNN7EXAMPLE", "accountId": "111122223333",
        "sessionContext": {"sessionIssuer": {"userName": "deploy"}, "attributes": {"mfaAuthenticated": "false"}}});
    let record = |time: &str, source: &str, name: &str, more: Value| {
        let mut record = json!({"eventVersion": "1.11", "eventTime": time, "eventSource": source, "eventName": name,
            "awsRegion": "eu-west-1", "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2", "readOnly": true,
            "eventID": format!("{time}-{name}"), "eventType": "AwsApiCall", "recipientAccountId": "111122223333",
            "eventCategory": "Management", "requestParameters": null, "responseElements": null});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record
    };
    vec![
        record(
            "2026-11-24T10:00:00Z",
            "iam.amazonaws.com",
            "ListUsers",
            json!({"userIdentity": user("alice", key)}),
        ),
        record(
            "2026-11-24T10:05:00Z",
            "iam.amazonaws.com",
            "CreateUser",
            json!({"userIdentity": user("alice", key),
            "errorCode": "AccessDenied", "errorMessage": "not authorized", "readOnly": false,
            "requestParameters": {"userName": "eve", "tags": [{"key": "a", "value": 7}]}}),
        ),
        record(
            "2026-11-24T11:00:00Z",
            "sts.amazonaws.com",
            "AssumeRole",
            json!({"userIdentity": user("alice", key),
            "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/deploy"},
            "responseElements": {"credentials": {"accessKeyId": "ASIAIOSFODNN7EXAMPLE"},
                "assumedRoleUser": {"arn": "arn:aws:sts::111122223333:assumed-role/deploy/ci"}},
            "resources": [{"ARN": "arn:aws:iam::111122223333:role/deploy", "accountId": "111122223333", "type": "AWS::IAM::Role"}]}),
        ),
        record(
            "2026-11-24T11:30:00Z",
            "s3.amazonaws.com",
            "GetObject",
            json!({"userIdentity": session.clone(),
            "requestParameters": {"bucketName": "ledger", "key": "a\"b\u{7f}/ü"}}),
        ),
        record(
            "2026-11-24T11:31:00Z",
            "s3.amazonaws.com",
            "GetObject",
            json!({"userIdentity": session,
            "requestParameters": {"bucketName": "ledger", "key": "c"}, "sourceIPAddress": "203.0.113.9"}),
        ),
        record(
            "2026-11-25T09:00:00Z",
            "ec2.amazonaws.com",
            "DescribeInstances",
            json!({
            "userIdentity": user("alice", key), "sourceIPAddress": "203.0.113.9", "apiVersion": 404}),
        ),
    ]
}
