//! Suppressed findings are taken out of what a record means, and given back.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use serde_json::json;
use trailreflex_detection::{Document, RuleSet};
use trailreflex_findings::{Carrier, Hidden, observe};
use trailreflex_model::cloudtrail::Record;
use trailreflex_suppression::{Suppressions, entries};

fn rules() -> RuleSet {
    let rule = |name: &str, event: &str| {
        json!({"title": name, "name": name, "logsource": {"product": "aws"},
            "detection": {"call": {"eventName": event}, "condition": "call"}})
    };
    let several = json!({"title": "many", "name": "many", "correlation": {"type": "event_count", "rules": ["base"],
        "group-by": ["recipientAccountId"], "timespan": "5m", "condition": {"gte": 3}}});
    let documents =
        [rule("stopped", "StopLogging"), rule("also", "StopLogging"), rule("base", "StopLogging"), several];
    let loaded = RuleSet::load(documents.map(|rule| Document::new("rules.yml", 1, rule)));
    assert!(loaded.rejected.is_empty(), "{}", loaded.rejected[0]);
    loaded.rules
}

#[test]
fn what_is_hidden_is_taken_out_and_given_back_with_the_reason() {
    let rules = rules();
    let now = "2026-11-24T10:00:00Z".parse().unwrap();
    let file = json!({"suppressions": [{
        "id": "rebuild", "rule": ["stopped", "many"], "owner": "team", "reason": "why", "expires": "2026-12-31",
        "when": {"it": {"userIdentity.userName": "ci"}, "condition": "it"},
    }]});
    let (suppressions, refused) = Suppressions::new(entries("s.yml", file).0, &rules, &[], now);
    assert!(refused.is_empty(), "{refused:?}");
    let carrier = Carrier {
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        time: None,
        replay_name: None,
    };
    for (user, left, counted, expected) in [
        ("ci", vec!["also"], 0, (vec![("rebuild", "stopped")], vec!["rebuild"])),
        ("eve", vec!["stopped", "also"], 1, (vec![], vec![])),
    ] {
        let record = Record::parse(json!({
            "eventVersion": "1.11", "eventID": "event", "eventName": "StopLogging", "recipientAccountId": "111122223333",
            "eventTime": "2026-11-24T10:00:00Z", "userIdentity": {"type": "IAMUser", "userName": user},
        }))
        .unwrap();
        let mut observed = observe(&rules, &carrier, &record);
        let Hidden { findings, uncounted } = observed.suppress(&suppressions, &record, now);
        let named = findings.iter().map(|(id, finding)| (id.as_str(), finding.rule.id.as_str()));
        assert_eq!((named.collect(), uncounted.iter().map(String::as_str).collect()), expected, "{user}");
        let kept: Vec<_> = observed.findings.iter().map(|finding| finding.rule.id.as_str()).collect();
        assert_eq!((kept, observed.contributions.len()), (left, counted), "{user}");
    }
}
