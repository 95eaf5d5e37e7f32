//! Each kind of report of IAM Access Analyzer leads to the finding it should, or is left out for the reason it should be.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use trailreflex_detection::RuleSet;
use trailreflex_findings::{Event, Unusable};
use trailreflex_model::Finding;

fn json_at(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn event(file: &str) -> Value {
    json_at(&folder().join(format!("access_analyzer/{file}.json")))
}

fn findings(event: Value) -> Result<(Vec<Finding>, Vec<String>), Unusable> {
    let evaluated = Event::read(event)?.evaluate(&RuleSet::default());
    let ignored = evaluated.ignored.iter().map(|reason| reason.as_str().to_owned()).collect();
    Ok((evaluated.findings, ignored))
}

fn only(event: Value) -> Finding {
    findings(event).unwrap().0.remove(0)
}

fn told(event: Value) -> Value {
    let (found, ignored) = match findings(event) {
        Ok(found) => found,
        Err(error) => return json!({"refused": error.to_string()}),
    };
    let [finding] = found.as_slice() else {
        return json!({"ignored": ignored.join(", ")});
    };
    assert_eq!((finding.target.as_ref(), ignored.len()), (None, 0));
    let evidence = &finding.evidence;
    let field = |field: &trailreflex_model::MatchedField| (field.field.clone(), json!(field.value));
    json!({
        "rule": finding.rule.name, "severity": finding.severity, "account": evidence.account,
        "region": evidence.region, "eventName": evidence.event_name, "eventTime": evidence.event_time,
        "matched": evidence.matched.iter().map(field).collect::<Map<_, _>>(),
    })
}

#[test]
fn each_report_leads_to_what_it_should() {
    let cases = json_at(&folder().join("cases/access_analyzer.json"));
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), std::fs::read_dir(folder().join("access_analyzer")).unwrap().count());
    for case in cases {
        let file = case["file"].as_str().unwrap();
        assert_eq!(told(event(file)), case["expect"], "{file}");
    }
}

#[test]
fn copies_of_a_report_are_one_finding_and_a_changed_one_is_another() {
    let first = only(event("public-bucket"));
    let changed = |pointer: &str, value: Value| {
        let mut event = event("public-bucket");
        *event.pointer_mut(pointer).unwrap() = value;
        only(event).id
    };
    for (case, pointer, value, is_same) in [
        ("another delivery", "/id", json!("another"), true),
        ("a later delivery", "/time", json!("2026-11-24T11:00:00Z"), true),
        ("another analysis of the same finding", "/detail/analyzedAt", json!("2026-11-24T10:45:00Z"), true),
        ("an update", "/detail/updatedAt", json!("2026-11-24T10:45:00Z"), false),
        ("another finding", "/detail/id", json!("another"), false),
        ("another analyzer", "/resources/0", json!("another"), false),
        ("another status", "/detail/status", json!("REOPENED"), false),
    ] {
        assert_eq!(changed(pointer, value) == first.id, is_same, "{case}");
    }
}

#[test]
fn a_report_is_found_again_by_analyzer_and_id() {
    let report = only(event("unused-permission")).evidence.report.unwrap();
    assert_eq!(
        serde_json::to_value(report).unwrap(),
        json!({
            "by": "access-analyzer",
            "reference": "arn:aws:access-analyzer:us-east-1:111122223333:analyzer/trusted \
                          c1d2e3f4-0000-4000-8000-000000000002",
        })
    );
}
