//! Tricky policies, each with the verdict that AWS's documentation leads to; `why` in the data argues it.

#![cfg(test)] // so that clippy knows every function here as part of a test

use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_access::{Answer, Json, Question, Verdict};

const FILES: [&str; 8] =
    ["principals", "organizations", "accounts", "networks", "services", "resources", "lists", "malformed"];

fn cases() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let read = |file: &&str| {
        let text = std::fs::read_to_string(format!("{folder}/{file}.jsonl")).unwrap();
        let case = |line: &str| (format!("{file}: "), serde_json::from_str::<Value>(line).unwrap());
        text.lines().map(case).collect::<Vec<_>>()
    };
    FILES.iter().flat_map(read).collect()
}

fn verdict(question: &Value) -> Verdict {
    let json: Json = serde_json::from_str(&question.to_string()).unwrap();
    Question::from_json(&json).map_or_else(Verdict::unknown, |question| question.answer())
}

#[test]
fn each_policy_has_the_verdict_that_the_documentation_leads_to() {
    let mut wrong = Vec::new();
    for (file, case) in cases() {
        let answer = Answer::new("", &verdict(&case["question"]));
        let found = json!({
            "public": answer.public,
            "external_principals": answer.external_principals,
            "services_without_source": answer.services_without_source,
            "unknown": answer.unknown.is_some(),
        });
        if found != case["expect"] {
            wrong.push(format!(
                "{file}{}: {found}, not {}; {:?}",
                case["name"], case["expect"], answer.unknown
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_table_is_as_large_as_it_is_said_to_be_and_argues_each_row() {
    let cases = cases();
    let argued = |(_, case): &&(String, Value)| case["why"].as_str().is_some_and(|why| !why.is_empty());
    let names: BTreeSet<String> =
        cases.iter().map(|(file, case)| format!("{file}{}", case["name"])).collect();
    assert_eq!((cases.iter().filter(argued).count(), names.len()), (cases.len(), cases.len()));
    assert!(cases.len() >= 150, "{}", cases.len());
}
