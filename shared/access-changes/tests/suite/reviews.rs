//! One event of each shape, and bad ones, each with all that a review says of it.

use crate::events::{event, json, reviewed};
use serde_json::{Value, json};
use std::path::Path;
use trailreflex_access_changes::{Reviewed, What};

fn what(what: &What) -> String {
    match what {
        What::Policy(_) => "policy".to_owned(),
        What::Statements(_) => "statements".to_owned(),
        What::StatementRemoved(sid) => format!("statementRemoved {sid}"),
        What::Shares { added, removed } => {
            let added = added.iter().map(|name| format!(" +{name}"));
            let removed = removed.iter().map(|name| format!(" -{name}"));
            format!("shares{}", added.chain(removed).collect::<String>())
        }
        What::Acl(_) => "acl".to_owned(),
        What::PublicAccessBlock(_) => "publicAccessBlock".to_owned(),
        What::FunctionUrl { is_open } => format!("functionUrl {is_open}"),
        What::Removed(means) => format!("removed {means:?}"),
        What::Deleted => "deleted".to_owned(),
        What::ReadBack(why) => format!("readBack {why:?}"),
    }
}

/// A target, with `FP` in place of the fingerprint of its one statement, which other tests hold to what it should be.
fn target(reviewed: &Reviewed) -> Value {
    let target = reviewed.finding.as_ref().and_then(|finding| finding.target.as_ref());
    let mut target = serde_json::to_value(target).unwrap();
    if let Some(added) = target.get_mut("added").and_then(Value::as_array_mut) {
        for name in added.iter_mut().filter(|name| name.as_str().unwrap().starts_with("statement:")) {
            *name = json!("FP");
        }
    }
    target
}

fn told(reviewed: &Reviewed) -> Value {
    json!({
        "key": reviewed.change.key,
        "what": what(&reviewed.change.what),
        "rule": reviewed.finding.as_ref().map(|finding| &finding.rule.name),
        "severity": reviewed.finding.as_ref().map(|finding| finding.severity),
        "letIn": reviewed.verdict.principals(),
        "services": reviewed.verdict.services_without_source,
        "target": target(reviewed),
        "undecided": reviewed.verdict.unknown.as_ref().map(ToString::to_string),
    })
}

#[test]
fn each_event_is_reviewed_as_it_should_be() {
    let cases = json("cases/reviews.json");
    let cases = cases.as_array().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/events");
    assert_eq!(cases.len(), std::fs::read_dir(folder).unwrap().count());
    let mut wrong = Vec::new();
    for case in cases {
        let file = case["file"].as_str().unwrap();
        let found = reviewed(event(file), None, None).map_or(Value::Null, |reviewed| told(&reviewed));
        if found != case["expect"] {
            wrong.push(format!("{file}\n  found    {found}\n  expected {}", case["expect"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_finding_tells_what_it_is_about_and_that_nothing_is_known_of_before() {
    let finding = reviewed(event("sqs-permission"), None, None).unwrap().finding.unwrap();
    let matched: Value =
        finding.evidence.matched.iter().map(|field| (field.field.clone(), json!(field.value))).collect();
    assert_eq!(
        matched,
        json!({
            "resource": "arn:aws:sqs:us-east-1:111122223333:orders",
            "resourceType": "AWS::SQS::Queue", "letIn": "444455556666", "statement": "0 (partner)",
            "before": "not known",
        })
    );
    assert_eq!(finding.actor.arn.unwrap().to_string(), "arn:aws:iam::111122223333:user/ada");
    assert_eq!(finding.evidence.event_name, "AddPermission");
}

#[test]
fn whatever_stands_in_a_record_it_is_reviewed_or_left_alone() {
    let hostile = [
        json!(null),
        json!(7),
        json!(true),
        json!([]),
        json!({}),
        json!([[{}]]),
        json!({"a": [1, {"b": null}]}),
    ];
    let long = "é".repeat(100_000);
    let texts = ["", "*", "{", "\u{0}\n\u{202e}", "arn:", ":::::::", "%7B%22", "\"\"", "***", &long];
    let hostile: Vec<Value> = hostile.into_iter().chain(texts.into_iter().map(Value::from)).collect();
    let mut tried = 0;
    for case in json("cases/reviews.json").as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let whole = event(file);
        for part in ["requestParameters", "responseElements", "resources"] {
            for pointer in pointers(&whole[part], &format!("/{part}")) {
                for value in &hostile {
                    let mut changed = whole.clone();
                    changed[part] = whole[part].clone(); // also where the record has no such part
                    *changed.pointer_mut(&pointer).unwrap() = value.clone();
                    let finding = reviewed(changed, None, None).and_then(|reviewed| reviewed.finding);
                    let size = serde_json::to_string(&finding).unwrap().len();
                    assert!(size <= 32 * 1024, "{file} {pointer}: a finding of {size} bytes");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
}

/// Every place in a value, the value itself included.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let mut found = vec![at.to_owned()];
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                found.extend(pointers(member, &format!("{at}/{key}")));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.extend(pointers(item, &format!("{at}/{index}")));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}
