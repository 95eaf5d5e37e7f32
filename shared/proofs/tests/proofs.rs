//! Proofs become complete records, and say exactly how they fail.

#![cfg(test)]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_detection::{RuleSet, read_yaml};
use trailreflex_proofs::{Failure, Proof, read};

const RULES: &str = include_str!("rules.yml");

fn rules() -> RuleSet {
    let (documents, unreadable) = read_yaml("rules.yml", RULES);
    let loaded = RuleSet::load(documents);
    assert!(unreadable.is_empty() && loaded.rejected.is_empty(), "{:?}", loaded.rejected);
    loaded.rules
}

fn one(text: &str) -> Proof {
    read("iam/stopped.tests.yml", &format!("tests: [{text}]")).unwrap().remove(0)
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_record_is_merged_over_the_caller_and_complete() {
    let proof = one("{what: w, by: user, record: {eventName: StopLogging, userIdentity: {userName: bob}, \
                     requestParameters: {name: t}}, without: [userIdentity.accessKeyId, responseElements], fires: []}");
    let record = &proof.records[0];
    assert_eq!(record["eventTime"], "2026-11-24T10:00:00Z");
    assert_eq!(record["requestParameters"], json!({"name": "t"}));
    assert_eq!(record["eventID"].as_str().map(str::len), Some(36));
    let identity = json!({
        "type": "IAMUser", "principalId": "AIDACKCEVSQ6C2EXAMPLE", "userName": "bob",
        "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333",
    });
    assert_eq!(record["userIdentity"], identity);
    assert_eq!(record.get("responseElements"), None);
    assert_eq!(proof.near_miss_of, ["stopped"], "the rule that the file stands beside");
}

#[test]
fn groups_of_records_are_numbered_and_follow_each_other_in_time() {
    let proof = one("{what: w, fires: [], records: [{times: 2, every: 10s, record: {eventName: 'A{n}'}}, \
                     {after: 1h, record: {requestParameters: {list: ['b{n}', 1]}}}]}");
    let shown = |record: &Value| (record["eventTime"].clone(), record["eventName"].clone());
    let shown: Vec<_> = proof.records.iter().map(shown).collect();
    let expected = [
        (json!("2026-11-24T10:00:00Z"), json!("A1")),
        (json!("2026-11-24T10:00:10Z"), json!("A2")),
        (json!("2026-11-24T11:00:10Z"), json!("")),
    ];
    assert_eq!(shown, expected);
    assert_eq!(proof.records[2]["requestParameters"], json!({"list": ["b1", 1]}));
    let ids: BTreeSet<_> = proof.records.iter().map(|record| record["eventID"].to_string()).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn rules_and_correlations_fire_and_base_rules_do_not_count() {
    let proof = one("{what: w, records: [{times: 3, record: {eventName: StopLogging}}, \
                     {times: 4, record: {eventName: Guess}}], fires: [stopped, guessed_often]}");
    assert_eq!(proof.failure(&rules()), None);
}

#[test]
fn a_failure_names_what_is_unknown_silent_and_unexpected() {
    let proof = one("{what: w, record: {eventName: StopLogging}, fires: [guessed_often, no_such_rule]}");
    let failure = proof.failure(&rules()).unwrap();
    let expected = Failure {
        unknown: names(&["no_such_rule"]),
        silent: names(&["guessed_often"]),
        unexpected: names(&["stopped"]),
    };
    assert_eq!(failure, expected);
    let shown = "no such rule: no_such_rule; did not fire: guessed_often; fired besides: stopped";
    assert_eq!(failure.to_string(), shown);
}

#[test]
fn what_is_not_a_proof_is_refused_with_the_reason() {
    for (case, text, reason) in [
        ("no list", "{}", "missing field `tests`"),
        ("another file", "title: x", "unknown field `title`"),
        ("empty list", "tests: []", "holds no test"),
        ("unknown key", "tests: [{what: w, record: {}, fire: []}]", "unknown field `fire`"),
        ("no records", "tests: [{what: w, fires: []}]", "`w`: give either `record` or `records`"),
        ("both", "tests: [{what: w, fires: [], record: {}, records: []}]", "`w`: give either"),
        ("empty records", "tests: [{what: w, fires: [], records: []}]", "`w`: no record"),
        (
            "caller",
            "tests: [{what: w, by: me, record: {}, fires: []}]",
            "`w`: `me` is no caller; use one of anonymous,",
        ),
        (
            "left out of all",
            "tests: [{what: w, without: [a], records: [], fires: []}]",
            "`without` belongs into each entry",
        ),
        (
            "absent field",
            "tests: [{what: w, record: {}, without: [a.b], fires: []}]",
            "`a.b`, which the record does not",
        ),
        (
            "time span",
            "tests: [{what: w, fires: [], records: [{every: soon, record: {}}]}]",
            "`soon` is no time span",
        ),
        (
            "too many",
            "tests: [{what: w, fires: [], records: [{times: 10001, record: {}}]}]",
            "more than 10000 records",
        ),
        ("not YAML", "tests: [", "x.tests.yml: "),
    ] {
        let error = read("x.tests.yml", text).unwrap_err().to_string();
        assert!(error.starts_with("x.tests.yml: ") && error.contains(reason), "{case}: {error}");
    }
}
