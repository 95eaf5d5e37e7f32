//! What single records say about actions and resources.

use crate::given::{ROLE, cases, usage};
use serde_json::{Value, json};
use trailreflex_privilege::{Detail, Usage, Use, UseKey};

/// `action`, how it came, and its resources.
fn told(key: &UseKey, known: &Use) -> Value {
    let mut told = json!({"action": key.action});
    if known.allowed.is_some() {
        told["resources"] = json!(known.resources.patterns(Detail::Observed));
    }
    if known.has_unknown_resources {
        told["unknown"] = json!(true);
    }
    if known.denied.is_some() {
        told["denied"] = json!(true);
    }
    let via = serde_json::to_value(&key.via).unwrap();
    if let Some(service) = via.get("service") {
        told["via"] = service.clone();
    }
    told
}

fn all(usage: &Usage) -> Vec<Value> {
    let uses = usage.principals.iter().flat_map(|(_, principal)| principal.actions.iter());
    uses.map(|(key, known)| told(key, known)).collect()
}

#[test]
fn each_record_tells_its_actions_and_resources() {
    let cases = cases("records");
    let told: Vec<_> =
        cases.iter().map(|case| (case["name"].as_str(), all(&usage(&[case["record"].clone()])))).collect();
    let expected: Vec<_> =
        cases.iter().map(|case| (case["name"].as_str(), case["uses"].as_array().unwrap().clone())).collect();
    assert_eq!(told, expected);
}

#[test]
fn roles_are_passed_in_calls_that_do_not_say_so() {
    for case in cases("passed") {
        let usage = usage(&[case["record"].clone()]);
        let principal = usage.principals.get(&ROLE.to_owned()).unwrap();
        let passed: Vec<_> = principal.passed.iter().map(|(role, _)| role).collect();
        assert_eq!(json!(passed), case["passed"], "{}", case["name"]);
    }
}

#[test]
fn only_users_and_roles_that_can_be_changed_are_principals() {
    for case in cases("callers") {
        let usage = usage(&[json!({"userIdentity": case["identity"]})]);
        let principals: Vec<_> = usage.principals.iter().map(|(arn, _)| arn.clone()).collect();
        let told = json!({
            "principals": principals,
            "root": usage.coverage.root.is_some(),
            "serviceLinked": usage.coverage.service_linked.is_some(),
        });
        assert_eq!(told, case["told"], "{}", case["name"]);
    }
}

#[test]
fn keys_passwords_roles_and_access_from_outside_have_a_last_use() {
    let user = json!({
        "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333",
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
    });
    let assume = json!({"roleArn": "arn:aws:iam::111122223333:role/app"});
    let usage = usage(&[
        json!({"userIdentity": user, "errorCode": "AccessDenied"}),
        json!({
            "userIdentity": user, "eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com",
            "eventName": "ConsoleLogin", "responseElements": {"ConsoleLogin": "Success"},
        }),
        json!({
            "userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
            "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "requestParameters": assume,
        }),
        json!({
            "userIdentity": {"type": "AWSAccount", "accountId": "444455556666"},
            "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "requestParameters": assume,
        }),
        json!({
            "userIdentity": {"type": "AWSAccount", "accountId": "444455556666"},
            "requestParameters": {"bucketName": "shared", "key": "a"},
        }),
    ]);
    let role = "arn:aws:iam::111122223333:role/app";
    let pairs = |map: &[(&str, &str)]| -> Value { json!(map) };
    let keys: Vec<_> = usage.access_keys.iter().map(|(key, _)| key).collect();
    assert_eq!(json!(keys), json!([["arn:aws:iam::111122223333:user/alice", "AKIAIOSFODNN7EXAMPLE"]]));
    let users: Vec<_> = usage.sign_ins.iter().map(|(user, _)| user).collect();
    assert_eq!(json!(users), json!(["arn:aws:iam::111122223333:user/alice"]));
    let assumed: Vec<_> = usage.assumed.iter().map(|(pair, _)| pair).collect();
    assert_eq!(json!(assumed), pairs(&[(role, "444455556666"), (role, "ec2.amazonaws.com")]));
    let outside: Vec<_> = usage.from_outside.iter().map(|(pair, _)| pair).collect();
    assert_eq!(json!(outside), pairs(&[(role, "444455556666"), ("arn:aws:s3:::shared", "444455556666")]));
}
