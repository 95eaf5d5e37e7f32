//! Event patterns deliver what rules need, and rules say which way they want it.

#![cfg(test)]

use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use trailreflex_delivery::{
    DeployedRule, MAX_PATTERN, NeededCalls, STATE, event_patterns, needed_calls, undelivered,
};
use trailreflex_detection::{Pin, RuleSet, Text, read_yaml};

fn rules() -> RuleSet {
    let loaded = RuleSet::load(read_yaml("rules.yml", include_str!("rules.yml")).0);
    assert!(loaded.rejected.is_empty(), "{:?}", loaded.rejected);
    loaded.rules
}

fn keys(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn equals(source: &str, name: &str) -> Pin {
    Pin { source: Some(Text::Equals(source.to_owned())), name: Some(Text::Equals(name.to_owned())) }
}

#[test]
fn rules_need_what_they_pin_and_base_rules_what_their_correlations_state() {
    let needed = needed_calls(&rules());
    let lambda = Pin {
        source: Some(Text::Equals("lambda.amazonaws.com".to_owned())),
        name: Some(Text::StartsWith("UpdateFunctionCode".to_owned())),
    };
    let any_of_macie = Pin { source: Some(Text::Equals("macie2.amazonaws.com".to_owned())), name: None };
    let expected = NeededCalls {
        calls: [
            (equals("iam.amazonaws.com", "CreateUser"), keys(&["user_created", "users_created"])),
            (lambda, keys(&["code_changed"])),
            (any_of_macie, keys(&["macie_used"])),
        ]
        .into(),
        unpinned: keys(&["root_used"]),
        slow: keys(&["objects_read", "objects_read_in_bulk", "tool_used"]),
        invalid: [("macie_used".to_owned(), needed.invalid["macie_used"].clone())].into(),
    };
    assert_eq!(needed, expected);
    assert_eq!(needed.invalid["macie_used"].to_string(), "`\"soon\"` is no delivery; use `both` or `slow`");
}

#[test]
fn a_pattern_is_written_as_eventbridge_takes_it() {
    let patterns = event_patterns(&needed_calls(&rules()));
    let expected = [
        json!({
            "detail-type": [{"suffix": " via CloudTrail"}],
            "detail": {"eventSource": ["macie2.amazonaws.com"]},
        }),
        json!({
            "detail-type": [{"suffix": " via CloudTrail"}],
            "detail": {
                "eventSource": ["iam.amazonaws.com", "lambda.amazonaws.com"],
                "eventName": ["CreateUser", {"prefix": "UpdateFunctionCode"}],
            },
        }),
    ];
    assert_eq!(
        patterns.iter().map(trailreflex_delivery::EventPattern::to_json).collect::<Vec<_>>(),
        expected
    );
}

fn deployed(state: &str, pattern: &serde_json::Value) -> DeployedRule {
    DeployedRule { name: "rule".to_owned(), state: state.to_owned(), pattern: Some(pattern.to_string()) }
}

#[test]
fn what_the_patterns_deliver_is_delivered_once_they_are_deployed() {
    let needed = needed_calls(&rules());
    let rules: Vec<_> =
        event_patterns(&needed).iter().map(|pattern| deployed(STATE, &pattern.to_json())).collect();
    assert_eq!(undelivered(&needed, &rules), [].into());
    assert_eq!(undelivered(&needed, &[]), needed.calls);
}

#[test]
fn a_deployed_rule_counts_only_if_it_surely_delivers_the_call() {
    let call = |pin: Pin| NeededCalls { calls: [(pin, BTreeSet::new())].into(), ..NeededCalls::default() };
    let create = equals("iam.amazonaws.com", "CreateUser");
    let list = equals("iam.amazonaws.com", "ListUsers");
    let iam = json!({"eventSource": ["iam.amazonaws.com"]});
    let api = "AWS API Call via CloudTrail";
    for (case, pin, state, pattern, is_delivered) in [
        ("named", &create, "ENABLED", json!({"detail": {"eventName": ["CreateUser"]}}), true),
        ("whole service", &create, "ENABLED", json!({"detail-type": [api], "detail": iam}), true),
        ("everything of CloudTrail", &create, "ENABLED", json!({"detail-type": [api]}), true),
        (
            "prefix of the kind",
            &create,
            "ENABLED",
            json!({"detail-type": [{"prefix": "AWS API Call"}]}),
            true,
        ),
        (
            "prefix of the name",
            &create,
            "ENABLED",
            json!({"detail": {"eventName": [{"prefix": "Create"}]}}),
            true,
        ),
        ("another name", &create, "ENABLED", json!({"detail": {"eventName": ["CreateRole"]}}), false),
        (
            "another kind",
            &create,
            "ENABLED",
            json!({"detail-type": ["AWS Health Event"], "detail": iam}),
            false,
        ),
        (
            "some callers only",
            &create,
            "ENABLED",
            json!({"detail": {"userIdentity": {"type": ["Root"]}}}),
            false,
        ),
        (
            "only what AWS calls its source",
            &create,
            "ENABLED",
            json!({"source": ["aws.s3"], "detail": iam}),
            false,
        ),
        (
            "other operator",
            &create,
            "ENABLED",
            json!({"detail": {"eventName": [{"anything-but": "x"}]}}),
            false,
        ),
        ("disabled", &create, "DISABLED", json!({"detail": iam}), false),
        ("read-only calls left out", &list, "ENABLED", json!({"detail": iam}), false),
        ("read-only calls too", &list, STATE, json!({"detail": iam}), true),
    ] {
        let missing = undelivered(&call(pin.clone()), &[deployed(state, &pattern)]);
        assert_eq!(missing.is_empty(), is_delivered, "{case}");
    }
    let scheduled = DeployedRule { name: "nightly".to_owned(), state: "ENABLED".to_owned(), pattern: None };
    assert_eq!(undelivered(&call(create), &[scheduled]).len(), 1);
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof!["[A-Z][a-z]{0,30}".prop_map(Text::Equals), "[A-Z][a-z]{0,5}".prop_map(Text::StartsWith),]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_call_is_delivered_by_patterns_within_the_limit(
        calls in prop::collection::btree_set((prop::option::of(text()), prop::option::of(text())), 0..400)
    ) {
        let pins: BTreeSet<Pin> = calls
            .into_iter()
            .filter(|(source, name)| source.is_some() || name.is_some())
            .map(|(source, name)| Pin { source, name })
            .collect();
        let needed = NeededCalls {
            calls: pins.iter().map(|pin| (pin.clone(), BTreeSet::new())).collect(),
            ..NeededCalls::default()
        };
        let patterns = event_patterns(&needed);
        for pin in &pins {
            prop_assert!(patterns.iter().any(|pattern| pattern.delivers(pin)), "{pin:?} is not delivered");
        }
        for pattern in &patterns {
            prop_assert!(pattern.length() <= MAX_PATTERN);
            prop_assert!(!(pattern.sources.is_empty() && pattern.names.is_empty()), "delivers everything");
        }
    }
}
