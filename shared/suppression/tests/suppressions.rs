//! What suppressions hide, and which are refused.

#![cfg(test)] // so that clippy knows every function here as part of a test

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use trailreflex_detection::{Document, RuleSet};
use trailreflex_suppression::{Entry, Firing, Suppressions, entries};

fn now() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn rules() -> RuleSet {
    let rule = |name: &str, id: &str, detection: Value| json!({"title": name, "name": name, "id": id, "logsource": {"product": "aws"}, "detection": detection});
    let documents = [
        rule(
            "stopped",
            "00000000-0000-4000-8000-000000000000",
            json!({"call": {"eventName": "StopLogging"}, "condition": "call"}),
        ),
        rule(
            "deleted",
            "11111111-1111-4111-8111-111111111111",
            json!({"call": {"eventName": "DeleteTrail"}, "condition": "call"}),
        ),
        rule(
            "denied",
            "22222222-2222-4222-8222-222222222222",
            json!({"call": {"errorCode": "AccessDenied"}, "condition": "call"}),
        ),
        json!({"title": "often", "name": "denied_often", "correlation": {"type": "event_count", "rules": ["denied"],
            "group-by": ["userIdentity.arn"], "timespan": "5m", "condition": {"gte": 3}}}),
    ];
    let loaded = RuleSet::load(documents.map(|value| Document::new("rules.json", 1, value)));
    assert!(loaded.rejected.is_empty(), "{:?}", loaded.rejected);
    loaded.rules
}

fn good() -> Map<String, Value> {
    let entry = json!({"id": "ci", "rule": "stopped", "owner": "platform team", "reason": "the nightly rebuild",
        "when": {"ci": {"userIdentity.arn|endswith": "role/ci"}, "condition": "ci"}, "expires": "2026-12-31"});
    entry.as_object().unwrap().clone()
}

fn read(list: &[Map<String, Value>]) -> Vec<Entry> {
    let (entries, refused) = entries("s.yml", json!({"suppressions": list}));
    assert!(refused.is_empty(), "{refused:?}");
    entries
}

#[test]
fn each_entry_is_accepted_or_refused_with_what_to_do() {
    let cases: Vec<Value> = yaml_serde::from_str(include_str!("refusals.yml")).unwrap();
    let stopped = [json!({"eventName": "StopLogging", "userIdentity": {"arn": "x:role/deploy"}})];
    let denied =
        [1, 2, 3].map(|number| json!({"errorCode": "AccessDenied", "requestParameters": {"number": number}}));
    let (one, often) = (["stopped".to_owned()], ["denied_often".to_owned()]);
    let firings = [
        Firing { rules: &one, what: "A role stops the trail", records: &stopped },
        Firing { rules: &often, what: "Three calls are denied", records: &denied },
    ];
    for case in cases {
        let name = &case["case"];
        let mut entry = good();
        for (key, value) in case["entry"].as_object().unwrap() {
            if value.is_null() {
                entry.remove(key);
            } else {
                entry.insert(key.clone(), value.clone());
            }
        }
        let (read, mut refused) = entries("s.yml", json!({"suppressions": [entry]}));
        let (suppressions, more) = Suppressions::new(read, &rules(), &firings, now());
        refused.extend(more);
        let refused: Vec<_> = refused.iter().map(ToString::to_string).collect();
        match case["problem"].as_str() {
            None => assert_eq!((refused, suppressions.all().len()), (vec![], 1), "{name}"),
            Some(problem) => {
                let expected = format!("s.yml: suppression `ci`: {problem}");
                assert!(refused.len() == 1 && refused[0].starts_with(&expected), "{name}: {refused:?}");
                assert_eq!(suppressions.all(), [], "{name}");
            }
        }
    }
}

#[test]
fn a_file_is_a_list_of_suppressions_and_nothing_else() {
    for (case, content, expected) in [
        ("nothing", Value::Null, "s.yml: `suppressions:` must be there and be a list"),
        ("no list", json!({"suppressions": {}}), "s.yml: `suppressions:` must be there and be a list"),
        ("more", json!({"suppressions": [], "rules": 1}), "s.yml: unknown key `rules` beside `suppressions`"),
        (
            "text",
            json!({"suppressions": ["x"]}),
            "s.yml: suppression `number 1`: invalid type: string \"x\", expected struct Entry",
        ),
    ] {
        let (read, refused) = entries("s.yml", content);
        assert_eq!(
            (read, refused.iter().map(ToString::to_string).collect::<Vec<_>>()),
            (vec![], vec![expected.to_owned()]),
            "{case}"
        );
    }
}

#[test]
fn one_bad_entry_does_not_affect_the_others() {
    let mut again = good();
    again.insert("reason".to_owned(), "the same id".into());
    let mut other = good();
    other.insert("id".to_owned(), "other".into());
    let (suppressions, refused) = Suppressions::new(read(&[good(), again, other]), &rules(), &[], now());
    let ids: Vec<_> = suppressions.all().iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["ci", "other"]);
    assert_eq!(
        refused[0].to_string(),
        "s.yml: suppression `ci`: another suppression has this id; choose one of its own"
    );
}

#[test]
fn a_match_is_hidden_only_of_that_rule_on_such_a_record_until_the_last_day_ends() {
    let (suppressions, refused) = Suppressions::new(read(&[good()]), &rules(), &[], now());
    assert!(refused.is_empty());
    let by = |role: &str| json!({"eventName": "StopLogging", "userIdentity": {"arn": format!("arn:aws:iam::1:role/{role}")}});
    let (stopped, deleted) = ("00000000-0000-4000-8000-000000000000", "11111111-1111-4111-8111-111111111111");
    for (case, rule, record, now, expected) in [
        ("the record", stopped, by("ci"), "2026-11-24T10:00:00Z", Some("ci")),
        ("in any case", stopped, by("CI"), "2026-11-24T10:00:00Z", Some("ci")),
        ("another rule", deleted, by("ci"), "2026-11-24T10:00:00Z", None),
        ("another role", stopped, by("deploy"), "2026-11-24T10:00:00Z", None),
        ("the last second", stopped, by("ci"), "2026-12-31T23:59:59Z", Some("ci")),
        ("the second after", stopped, by("ci"), "2027-01-01T00:00:00Z", None),
    ] {
        let now = now.parse().unwrap();
        let found = suppressions.suppressing(rule, &record, now).map(|one| one.id.as_str());
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn what_has_expired_is_reported() {
    let mut old = good();
    old.insert("expires".to_owned(), "2026-11-23".into());
    let mut last = good();
    last.insert("id".to_owned(), "last day".into());
    last.insert("expires".to_owned(), "2026-11-24".into());
    let (suppressions, _) = Suppressions::new(read(&[old, last]), &rules(), &[], now());
    assert_eq!(suppressions.expired(now()).map(|one| one.id.as_str()).collect::<Vec<_>>(), ["ci"]);
}

#[test]
fn what_was_accepted_hides_the_same_once_it_was_kept() {
    let (suppressions, _) = Suppressions::new(read(&[good()]), &rules(), &[], now());
    let kept = serde_json::to_string(suppressions.accepted()).unwrap();
    let again = Suppressions::of(serde_json::from_str(&kept).unwrap());
    let record = json!({"eventName": "StopLogging", "userIdentity": {"arn": "arn:aws:iam::1:role/ci"}});
    let key = "00000000-0000-4000-8000-000000000000";
    assert_eq!(again.suppressing(key, &record, now()), suppressions.suppressing(key, &record, now()));
    assert!(again.suppressing(key, &record, now()).is_some());
}
