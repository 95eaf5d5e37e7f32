//! The index finds exactly what looking at every rule finds.

use proptest::prelude::*;
use serde_json::{Value, json};
use trailreflex_detection::{Document, RuleSet};
use trailreflex_scan::Scan;

use crate::generated::{detection, record};

/// Loads rules; without `indexed`, in a way that leaves the index nothing to go by.
fn load(detections: &[Value], indexed: bool) -> RuleSet {
    let documents = (0..).zip(detections).map(|(number, detection)| {
        let mut detection = detection.clone();
        if !indexed {
            let condition = detection["condition"].as_str().unwrap();
            detection["condition"] = format!("not not ({condition})").into();
        }
        let logsource = json!({"product": "aws", "service": "cloudtrail"});
        let rule = json!({"title": format!("{number}"), "logsource": logsource, "detection": detection});
        Document::new("rules.yml", number, rule)
    });
    RuleSet::load(documents).rules
}

fn titles(rules: &RuleSet, record: &Value) -> Vec<String> {
    rules.evaluate(record).iter().map(|found| found.rule.title.clone()).collect()
}

/// Returns of each record whether any rule may match it, as told before it is parsed.
fn may_match(rules: &RuleSet, file: &str) -> Vec<bool> {
    let mut told = Vec::new();
    let count = Scan::new().each(file.as_bytes(), |record| told.push(rules.may_match(&record)));
    assert_eq!(count, Ok(told.len()));
    told
}

#[test]
fn what_no_rule_is_about_is_told_before_it_is_parsed() {
    let call = |name: &str| json!({"call": {"eventName": name}, "condition": "call"});
    let stopped = [call("StopLogging"), json!({"s": {"eventSource": "kms.amazonaws.com"}, "condition": "s"})];
    let roles: Vec<_> = (0..9)
        .map(|number| {
            let call =
                json!({"eventName": "AssumeRole", "userIdentity.arn|contains": format!("role-{number}")});
            json!({"call": call, "condition": "call"})
        })
        .collect();
    let agent = [json!({"agent": {"userAgent|contains": "kali"}, "condition": "agent"})];
    for (case, rules, record, expected) in [
        ("another call", &stopped[..], r#"{"eventName":"Decrypt","eventSource":"s3.amazonaws.com"}"#, false),
        ("the call", &stopped, r#"{"eventName":"StopLogging"}"#, true),
        ("the call in another case", &stopped, r#"{ "eventName" : "stoplogging" }"#, true),
        ("the call, written with an escape", &stopped, r#"{"eventName":"\u0053topLogging"}"#, true),
        ("the source", &stopped, r#"{"eventName":"Decrypt","eventSource":"kms.amazonaws.com"}"#, true),
        ("a key with an escape", &stopped, r#"{"event\u004eame":"Decrypt"}"#, true),
        ("a name that is there twice", &stopped, r#"{"eventName":"Decrypt","eventName":"Decrypt"}"#, true),
        ("a name that is no text", &stopped, r#"{"eventName":["Decrypt"]}"#, true),
        ("no name", &stopped, r#"{"eventName":null}"#, false),
        ("deeper", &stopped, r#"{"requestParameters":{"eventName":"StopLogging"}}"#, false),
        ("one role of many", &roles, r#"{"eventName":"AssumeRole","userIdentity":{"arn":"x/role-7"}}"#, true),
        ("another role", &roles, r#"{"eventName":"AssumeRole","userIdentity":{"arn":"x/role-x"}}"#, false),
        (
            "a role by a dotted key",
            &roles,
            r#"{"eventName":"AssumeRole","userIdentity.arn":"x/role-7"}"#,
            true,
        ),
        ("a rule about no call", &agent, r#"{"eventName":"Decrypt"}"#, true),
    ] {
        let rules = load(rules, true);
        let file = format!("[{record}]");
        assert_eq!(may_match(&rules, &file), [expected], "{case}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_full_scan_finds(
        detections in prop::collection::vec(detection(), 1..60),
        records in prop::collection::vec(record(), 1..20),
    ) {
        let indexed = load(&detections, true);
        let scanned = load(&detections, false);
        for record in records.iter().chain([&json!(null), &json!([]), &json!("a")]) {
            prop_assert_eq!(titles(&indexed, record), titles(&scanned, record), "{}", record);
        }
    }
    #[test]
    fn what_is_told_not_to_match_does_not(
        detections in prop::collection::vec(detection(), 1..30),
        records in prop::collection::vec(record(), 1..20),
    ) {
        let rules = load(&detections, true);
        let file = json!({ "Records": records }).to_string();
        let told = may_match(&rules, &file);
        prop_assert_eq!(told.len(), records.len());
        for (record, _) in records.iter().zip(told).filter(|(_, may_match)| !may_match) {
            prop_assert_eq!(titles(&rules, record), Vec::<String>::new(), "{}", record);
            let observed = rules.observe(record);
            prop_assert!(observed.contributions.is_empty() && observed.skipped.is_empty() && rules.unusable(record).is_empty());
        }
    }
}
