//! `trailreflex access generate` and `access unused`: logs in, policies and what nobody uses out, and what they say of bad input.

use crate::command::{folder, run, write};
use serde_json::{Value, json};
use std::path::Path;

const ALICE: &str = "arn:aws:iam::111122223333:user/alice";

fn record(id: &str, (source, name): (&str, &str), parameters: &Value, error: Option<&str>) -> Value {
    json!({
        "eventVersion": "1.11", "eventID": id, "eventTime": "2026-11-28T10:00:00Z", "eventType": "AwsApiCall",
        "eventCategory": "Management", "eventSource": source, "eventName": name, "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "requestParameters": parameters, "errorCode": error,
        "userIdentity": {"type": "IAMUser", "arn": ALICE, "accountId": "111122223333", "userName": "alice",
            "accessKeyId": "AKIAIOSFODNN7EXAMPLE"},
    })
}

/// Alice makes a queue and is denied a topic; the day before, the root user has called, so that the logs have no gap.
fn logs(folder: &Path) -> String {
    let mut root = record("0", ("iam.amazonaws.com", "ListUsers"), &Value::Null, None);
    root["userIdentity"] = json!({"type": "Root", "accountId": "111122223333"});
    root["eventTime"] = "2026-11-27T09:00:00Z".into();
    let records = [
        root,
        record("1", ("sqs.amazonaws.com", "CreateQueue"), &json!({"queueName": "orders"}), None),
        record("2", ("sns.amazonaws.com", "CreateTopic"), &json!({"name": "news"}), Some("AccessDenied")),
    ];
    write(folder, "log.json", json!({"Records": records}).to_string())
}

fn details(folder: &Path) -> String {
    let allowed = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["sqs:CreateQueue", "iam:CreateUser"], "Resource": "*"}]});
    let user = json!({"Arn": ALICE, "UserName": "alice", "CreateDate": "2020-01-01T00:00:00Z",
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": allowed}]});
    let role = json!({"Arn": "arn:aws:iam::111122223333:role/old", "RoleName": "old", "CreateDate": "2020-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": {"Statement": []}});
    write(folder, "details.json", json!({"UserDetailList": [user], "RoleDetailList": [role]}).to_string())
}

#[test]
fn policies_allow_what_was_used_and_name_what_was_denied() {
    let folder = folder("generate");
    let logs = logs(&folder);
    let ran = run(&["access", "generate", "--principal", ALICE, "--format", "json", &logs]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let [made] = ran.lines().try_into().unwrap();
    let statement = json!([{"Effect": "Allow", "Action": "sqs:CreateQueue",
        "Resource": "arn:aws:sqs:us-east-1:111122223333:orders"}]);
    assert_eq!(made["policies"], json!([{"Version": "2012-10-17", "Statement": statement}]));
    assert_eq!(made["denied"].as_object().unwrap().keys().collect::<Vec<_>>(), ["sns:CreateTopic"]);
    assert_eq!((&made["attachTo"], &made["fit"]), (&json!("user"), &json!("fits")));
    let all = run(&["access", "generate", "--format", "json", &logs]);
    assert_eq!(all.lines(), [made], "without a principal, all that the logs have");
}

#[test]
fn what_the_old_policies_do_not_allow_is_told_and_not_granted() {
    let folder = folder("narrowed");
    let old = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:*", "Resource": "*"}});
    let old = write(&folder, "old.json", old.to_string());
    let logs = logs(&folder);
    let options =
        ["access", "generate", "--principal", ALICE, "--old-policy", &old, "--format", "json", &logs];
    let [made] = run(&options).lines().try_into().unwrap();
    assert_eq!((&made["policies"], &made["beyond"][0]["action"]), (&json!([]), &json!("sqs:CreateQueue")));
}

#[test]
fn what_nobody_uses_is_told_with_what_cannot_be() {
    let folder = folder("unused");
    let (logs, details) = (logs(&folder), details(&folder));
    let ran = run(&["access", "unused", "--details", &details, "--days", "1", "--format", "json", &logs]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let expected = json!([
        {"type": "unusedRole", "role": "arn:aws:iam::111122223333:role/old", "lastUsed": null},
        {"type": "unusedService", "principal": ALICE, "service": "iam"},
    ]);
    assert_eq!(ran.lines()[0]["findings"], expected);
}

#[test]
fn bad_input_is_told_with_what_to_do() {
    let folder = folder("bad-privilege");
    let (logs, details) = (logs(&folder), details(&folder));
    let empty = write(&folder, "empty.json", r#"{"Records": []}"#);
    let none = write(&folder, "text.json", "text");
    let grants = write(&folder, "grants.jsonl", "{\"resource\": 1}\n");
    let stranger = "arn:aws:iam::111122223333:role/nobody";
    let cases: [(&str, Vec<&str>, &str); 6] = [
        (
            "a principal that the logs do not have",
            vec!["generate", "--principal", stranger, &logs],
            "the logs have no call of arn:aws:iam::111122223333:role/nobody; they have calls of: arn:aws:iam::111122223333:user/alice",
        ),
        ("no calls at all", vec!["generate", &empty], "so there is nothing to make policies of"),
        (
            "an old policy that is none",
            vec!["generate", "--principal", ALICE, "--old-policy", &none, &logs],
            "text.json is no policy",
        ),
        ("details that are none", vec!["unused", "--details", &none, &logs], "the details are not JSON"),
        (
            "a report that is none",
            vec!["unused", "--details", &details, "--credential-report", &none, &logs],
            "the credential report has no column `arn`",
        ),
        (
            "a grant without account",
            vec!["unused", "--details", &details, "--external-grants", &grants, &logs],
            "grants.jsonl, line 1: expected",
        ),
    ];
    for (case, options, expected) in cases {
        let ran = run(&[vec!["access"], options].concat());
        assert_eq!((ran.code, ran.err.contains(expected)), (1, true), "{case}: {}", ran.err);
    }
}
