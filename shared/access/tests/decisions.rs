//! Calls, the policies that have a say, and the decision that AWS's documentation leads to.

#![cfg(test)] // so that clippy knows every function here as part of a test

use serde_json::Value;
use std::collections::BTreeMap;
use trailreflex_access::{Caller, Deciding, Decision, Policies, Policy, Request, Source};

fn policy(json: &Value) -> Policy {
    Policy::from_text(&json.to_string()).unwrap()
}

fn list(json: &Value) -> Vec<Policy> {
    json.as_array().into_iter().flatten().map(policy).collect()
}

fn one(json: &Value) -> Option<Policy> {
    json.is_object().then(|| policy(json))
}

fn source(source: Source) -> String {
    serde_json::to_value(source).unwrap().as_str().unwrap().to_owned()
}

fn by(deciding: &Deciding) -> String {
    format!("{} {}", source(deciding.source), deciding.statement)
}

fn decided(case: &Value) -> String {
    let given = &case["policies"];
    let policies = Policies {
        resource_account: case["account"].as_str().map(str::to_owned),
        identity: list(&given["identity"]),
        resource: one(&given["resource_policy"]),
        boundary: one(&given["boundary"]),
        session: one(&given["session"]),
        service_control: list(&given["scp"]).into_iter().map(|policy| vec![policy]).collect(),
        resource_control: list(&given["rcp"]),
        needs_resource_policy: given["needs"] == true,
    };
    let context: BTreeMap<String, Vec<String>> = serde_json::from_value(case["context"].clone()).unwrap();
    let text = |key: &str| case[key].as_str().unwrap();
    let caller = Caller::named(text("caller")).unwrap();
    let request = Request::new(caller, text("action"), text("resource"), context, case["complete"] == true);
    match policies.decide(&request) {
        Decision::Allowed(deciding) => format!("allowed: {}", by(&deciding)),
        Decision::ExplicitlyDenied(deciding) => format!("explicitly denied: {}", by(&deciding)),
        Decision::ImplicitlyDenied(kind) => format!("implicitly denied: {}", source(kind)),
        Decision::CannotTell(deciding) => format!("cannot tell: {}", by(&deciding)),
    }
}

#[test]
fn each_call_is_decided_as_the_documentation_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/decisions.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = cases.iter().map(|case| (case["name"].as_str().unwrap(), decided(case))).collect();
    let expected: Vec<_> = cases
        .iter()
        .map(|case| (case["name"].as_str().unwrap(), case["expect"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(told, expected);
    assert!(
        cases.len() >= 50 && cases.iter().all(|case| case["why"].as_str().is_some_and(|why| !why.is_empty()))
    );
}
