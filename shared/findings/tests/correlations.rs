//! Findings about several records: which record they refer to, and that their id does not depend on it.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use serde_json::{Value, json};
use trailreflex_detection::{Document, MemoryStore, RuleSet};
use trailreflex_findings::{Carrier, correlated, observe};
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{Finding, MatchedField};

fn rules() -> RuleSet {
    let logsource = json!({"product": "aws", "service": "cloudtrail"});
    let base = json!({
        "title": "A call", "name": "call", "logsource": logsource,
        "detection": {"call": {"eventName": "SendSSHPublicKey"}, "condition": "call"},
    });
    let several = json!({
        "title": "Many calls", "id": "many", "level": "high", "custom": {"responder": {"target": {"user": "user"}}},
        "correlation": {
            "type": "event_count", "rules": ["call"], "group-by": ["user"], "timespan": "5m",
            "condition": {"gte": 3},
        },
    });
    let loaded = RuleSet::load([base, several].map(|rule| Document::new("rules.yml", 1, rule)));
    assert!(loaded.rejected.is_empty(), "{}", loaded.rejected[0]);
    loaded.rules
}

fn record(number: u32) -> Record {
    Record::parse(json!({
        "eventVersion": "1.11", "eventID": format!("event-{number}"), "eventName": "SendSSHPublicKey",
        "eventSource": "ec2-instance-connect.amazonaws.com", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "eventTime": format!("2026-11-24T10:00:0{number}Z"), "user": "ada",
    }))
    .unwrap()
}

fn carrier() -> Carrier {
    Carrier {
        account: "999988887777".parse().unwrap(),
        region: "eu-west-1".parse().unwrap(),
        time: None,
        replay_name: None,
    }
}

/// Feeds batches of records; returns the findings of all.
async fn findings(batches: &[&[u32]]) -> Vec<Finding> {
    let (rules, carrier, store) = (rules(), carrier(), MemoryStore::default());
    let mut findings = Vec::new();
    for batch in batches {
        let records: Vec<_> = batch.iter().map(|number| record(*number)).collect();
        let observed = records.iter().map(|record| observe(&rules, &carrier, record));
        let contributions = observed.flat_map(|observed| observed.contributions).collect();
        let Ok(alerts) = rules.correlate(&store, contributions).await;
        let records: Vec<_> = records.iter().map(|record| (&carrier, record)).collect();
        findings.extend(alerts.iter().filter_map(|alert| correlated(alert, &records)));
    }
    findings
}

#[tokio::test]
async fn a_finding_about_several_records_refers_to_the_last_and_counts_them() {
    let found = findings(&[&[1], &[2], &[3]]).await;
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    let seen: Value = serde_json::to_value(finding).unwrap();
    assert_eq!(seen["evidence"]["eventId"], "event-3");
    assert_eq!((&seen["rule"]["id"], &seen["severity"]), (&json!("many"), &json!("high")));
    let correlation = finding.correlation.as_ref().unwrap();
    let group = MatchedField { field: "user".to_owned(), value: "ada".to_owned() };
    assert_eq!((&correlation.group, correlation.count), (&vec![group], 3));
    assert_eq!(correlation.events, [1, 2, 3].map(|number| format!("111122223333/event-{number}")));
}

#[tokio::test]
async fn the_id_is_the_same_whichever_record_comes_last() {
    let in_order = findings(&[&[1], &[2], &[3]]).await;
    for batches in [[&[3][..], &[1], &[2]], [&[1, 2, 3], &[3], &[1]], [&[3, 3], &[2, 1], &[1]]] {
        // Who repeats a record may get its alert again; the log of what has gone out knows it by its id.
        let found = findings(&batches).await;
        assert!(!found.is_empty() && found.iter().all(|one| one.id == in_order[0].id), "{batches:?}");
    }
}
