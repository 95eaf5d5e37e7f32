//! Which findings count as missed by the fast path.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use jiff::Timestamp;
use serde_json::{Value, json};
use trailreflex_detection::{Document, RuleSet};
use trailreflex_findings::Sender;
use trailreflex_ingest::Tally;
use trailreflex_lambda::Reported;
use trailreflex_metrics::{Datum, Metric};
use trailreflex_model::Finding;

fn rule(id: &str, custom: &Value) -> Document {
    let rule = json!({
        "title": id, "id": id, "name": format!("rule_{id}"), "custom": custom,
        "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {"call": {"eventName": "StopLogging"}, "condition": "call"},
    });
    Document::new("rule.yml", 1, rule)
}

fn finding(rule: &str, call: &str) -> Finding {
    serde_json::from_value(json!({
        "id": "0123456789abcdef0123456789abcdef", "severity": "high",
        "rule": {"id": rule, "title": "t", "name": format!("rule_{rule}")},
        "evidence": {"account": "111122223333", "region": "us-east-1", "eventId": "e", "eventSource": "cloudtrail.amazonaws.com",
                     "eventName": call, "succeeded": true},
        "actor": {"kind": "IAMUser"}
    }))
    .unwrap()
}

#[test]
fn what_only_log_files_brought_is_missed_if_the_rule_says_that_both_paths_bring_it() {
    let rules = RuleSet::load([
        rule("both", &json!({"delivery": "both"})),
        rule("slow", &json!({"delivery": "slow"})),
        rule("silent", &json!({})),
    ])
    .rules;
    let now = Timestamp::UNIX_EPOCH;
    for (case, rule, from, is_missed) in [
        ("only in log files", "both", None, true),
        ("taken over from an ingest that was stopped", "both", Some(Sender::Ingest), true),
        ("taken over from a detect that was stopped", "both", Some(Sender::Detect), false),
        ("meant to be only in log files", "slow", None, false),
        ("nothing is said and the rule names its calls", "silent", None, true),
        ("of a rule that is gone", "gone", None, false),
    ] {
        let mut tally = Tally::of(1);
        tally.reported = Reported { sent: vec![(finding(rule, "StopLogging"), from)], ..Reported::default() };
        let missed = Datum::one(Metric::MissedByFastPath { rule: format!("rule_{rule}") }, now);
        assert_eq!(tally.data(&rules, now).contains(&missed), is_missed, "{case}");
    }
}

#[test]
fn what_no_event_rule_of_the_stack_delivers_is_told_apart() {
    let rules = RuleSet::load([rule("both", &json!({"delivery": "both"}))]).rules;
    let now = Timestamp::UNIX_EPOCH;
    let mut tally = Tally::of(1);
    tally.reported = Reported { sent: vec![(finding("both", "DescribeQuery"), None)], ..Reported::default() };
    let data = tally.data(&rules, now);
    assert!(data.contains(&Datum::one(Metric::RuleNotDelivered { rule: "rule_both".to_owned() }, now)));
    assert!(!data.contains(&Datum::one(Metric::MissedByFastPath { rule: "rule_both".to_owned() }, now)));
}
