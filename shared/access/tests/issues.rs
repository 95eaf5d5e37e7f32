//! Policies with mistakes and risks, each beside a near miss, and the codes they get.

#![cfg(test)] // so that clippy knows every function here as part of a test

use serde_json::Value;
use trailreflex_access::{PolicyKind, validate};

#[test]
fn each_mistake_and_risk_has_its_code_and_its_near_miss_none() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/issues.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let kind = case["kind"].as_str().map(|kind| match kind {
            "identity" => PolicyKind::Identity,
            "resource" => PolicyKind::Resource,
            "trust" => PolicyKind::Trust,
            "scp" => PolicyKind::ServiceControl,
            "rcp" => PolicyKind::ResourceControl,
            other => panic!("{other}"),
        });
        let issues = validate(case["policy"].as_str().unwrap(), kind);
        let codes: Vec<&str> = issues.iter().map(|issue| issue.code).collect();
        let expected: Vec<&str> =
            case["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
        if codes != expected {
            wrong.push((case["name"].clone(), codes.join(" "), expected.join(" ")));
        }
    }
    assert_eq!(wrong, []);
}
