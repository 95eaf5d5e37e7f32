//! From YAML to rules: what is accepted, what is rejected and with which words, what a bundle keeps.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use trailreflex_detection::{
    Bundle, BundleError, Document, Level, MatchedField, MatchedSelection, Pin, Pins, Placeholders, RuleSet,
    Text, read_yaml,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RejectedCase {
    name: String,
    reason: String,
    rule: Value,
}

#[test]
fn what_cannot_be_honoured_is_rejected_with_its_reason() {
    let cases: Vec<RejectedCase> = yaml_serde::from_str(include_str!("../rejected.yml")).unwrap();
    for case in cases {
        let loaded = RuleSet::load([Document::new("rule.yml", 7, case.rule)]);
        let reasons: Vec<String> = loaded.rejected.iter().map(ToString::to_string).collect();
        assert_eq!(reasons, [format!("rule.yml:7: {}", case.reason)], "{}", case.name);
        assert_eq!(loaded.rules.rules().len(), 0, "{}", case.name);
    }
}

const FILE: &str = "# two rules and one that is none
title: First
id: 5d2ab6ff-8d0f-4f0e-9d55-6b1f4c3a7e21
author: Ada, Grace
license: DRL-1.1
references: [https://example.com/first]
tags: [attack.t1562.008]
logsource: {product: aws, service: cloudtrail}
detection: {call: {eventSource: cloudtrail.amazonaws.com, eventName: [StopLogging, DeleteTrail]}, condition: call}
level: high
custom: {responder: {subject: requestParameters.name}}
---
title: Second
logsource: {product: aws, service: cloudtrail}
detection: {call: {eventName|containz: x}, condition: call}
---
title: Third
logsource: {product: aws}
detection: {who: {userIdentity.type: Root}, condition: who}
";

#[test]
fn a_bad_document_leaves_the_others_and_is_reported_with_its_line() {
    let (documents, unreadable) = read_yaml("rules/some.yml", FILE);
    assert!(unreadable.is_empty());
    let loaded = RuleSet::load(documents);
    let titles: Vec<&str> = loaded.rules.rules().map(|rule| rule.title.as_str()).collect();
    assert_eq!(titles, ["First", "Third"]);
    let reasons: Vec<String> = loaded.rejected.iter().map(ToString::to_string).collect();
    assert_eq!(
        reasons,
        ["rules/some.yml:15: selection `call`: `eventName|containz` has the unknown modifier `containz`"]
    );
}

#[test]
fn a_syntax_error_is_reported_with_its_line_and_keeps_what_came_before() {
    let (documents, rejected) = read_yaml("bad.yml", "title: Good\n---\ntitle: [unclosed\nlevel: high\n");
    assert_eq!(documents.len(), 1);
    assert_eq!(rejected.len(), 1);
    assert_eq!(rejected[0].origin.to_string(), "bad.yml:4");
}

#[test]
fn a_rule_keeps_everything_that_a_finding_must_name() {
    let rules = RuleSet::load(read_yaml("rules/some.yml", FILE).0).rules;
    let rule = rules.rule("5d2ab6ff-8d0f-4f0e-9d55-6b1f4c3a7e21").unwrap();
    assert_eq!(rule.level, Level::High);
    assert_eq!(rule.author.as_deref(), Some("Ada, Grace"));
    assert_eq!(rule.license.as_deref(), Some("DRL-1.1"));
    assert_eq!(rule.references, ["https://example.com/first"]);
    assert_eq!(rule.tags, ["attack.t1562.008"]);
    assert_eq!(rule.custom.get("custom"), Some(&json!({"responder": {"subject": "requestParameters.name"}})));
    assert_eq!(rule.origin.to_string(), "rules/some.yml:2");
}

#[test]
fn the_second_rule_of_an_id_is_rejected() {
    let rule = json!({
        "title": "t", "id": "same", "logsource": {"product": "aws"},
        "detection": {"s": {"a": 1}, "condition": "s"},
    });
    let loaded = RuleSet::load([Document::new("a.yml", 1, rule.clone()), Document::new("b.yml", 3, rule)]);
    assert_eq!(loaded.rules.rules().len(), 1);
    assert_eq!(loaded.rejected[0].to_string(), "b.yml:3: the id or name `same` is already used in a.yml:1");
}

#[test]
fn placeholders_take_the_values_of_their_list() {
    let rule = json!({
        "title": "t", "logsource": {"product": "aws"},
        "detection": {"s": {"a|expand": "role/%admins%/x"}, "condition": "s"},
    });
    let admins = ["ada".to_owned(), "gr*".to_owned()].to_vec();
    let placeholders = Placeholders::new(BTreeMap::from([("admins".to_owned(), admins)]));
    let rules = RuleSet::load_with([Document::new("a.yml", 1, rule)], &placeholders).rules;
    for (value, fires) in
        [("role/ada/x", true), ("role/grace/x", true), ("role/%admins%/x", false), ("role/bob/x", false)]
    {
        assert_eq!(rules.evaluate(&json!({"a": value})).len() == 1, fires, "{value}");
    }
}

#[test]
fn an_explanation_names_selections_and_values_that_matched() {
    let rule = json!({
        "title": "t", "logsource": {"product": "aws"},
        "detection": {
            "call": {"eventName": "StopLogging", "errorCode": null},
            "tool": {"userAgent|contains": ["kali", "parrot"]},
            "aws": {"sourceIPAddress|endswith": ".amazonaws.com"},
            "condition": "call and 1 of tool* and not aws",
        },
    });
    let rules = RuleSet::load([Document::new("a.yml", 1, rule)]).rules;
    let record =
        json!({"eventName": "StopLogging", "userAgent": "aws-cli kali", "sourceIPAddress": "192.0.2.1"});
    let field = |field: &str, values: &[&str]| MatchedField {
        field: field.to_owned(),
        values: values.iter().map(|value| json!(value)).collect(),
    };
    assert_eq!(
        rules.evaluate(&record)[0].explain(&record).selections,
        [
            MatchedSelection {
                name: "call".to_owned(),
                fields: vec![field("eventName", &["StopLogging"]), field("errorCode", &[])],
            },
            MatchedSelection { name: "tool".to_owned(), fields: vec![field("userAgent", &["aws-cli kali"])] },
        ]
    );
}

#[test]
fn required_events_are_the_calls_a_rule_cannot_do_without() {
    let rules = RuleSet::load(read_yaml("rules/some.yml", FILE).0).rules;
    let pin = |name: &str| Pin {
        source: Some(Text::Equals("cloudtrail.amazonaws.com".to_owned())),
        name: Some(Text::Equals(name.to_owned())),
    };
    let pins: Vec<Pins> = rules.required_events().map(|required| required.pins).collect();
    assert_eq!(pins, [Pins::Calls([pin("StopLogging"), pin("DeleteTrail")].into()), Pins::Unpinned]);
}

#[test]
fn a_bundle_holds_the_accepted_rules_and_notices_damage() {
    let (documents, _) = read_yaml("rules/some.yml", FILE);
    let (bundle, rejected) = Bundle::build(documents, &Placeholders::default()).unwrap();
    assert_eq!(rejected.len(), 1);
    let bytes = bundle.as_bytes().to_vec();
    let again = Bundle::from_bytes(bytes.clone()).unwrap();
    assert_eq!(again, bundle);
    assert_eq!(again.documents().unwrap().len(), 2);
    let rules = again.load().unwrap();
    assert_eq!((rules.rules().len(), rules.check()), (2, Vec::new()));
    assert_eq!(rules.evaluate(&json!({"userIdentity": {"type": "Root"}})).len(), 1);

    let mut damaged = bytes.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(Bundle::from_bytes(damaged).unwrap_err(), BundleError::Damaged);
    let mut newer = bytes.clone();
    newer[16] = 3;
    assert_eq!(Bundle::from_bytes(newer).unwrap_err(), BundleError::OtherFormat { found: 3 });
    assert_eq!(Bundle::from_bytes(b"{}".to_vec()).unwrap_err(), BundleError::NotABundle);
}

#[test]
fn a_rule_that_turns_out_to_be_unusable_is_named_for_every_record_it_may_concern() {
    let (documents, _) = read_yaml("rules/some.yml", FILE);
    let bundle = Bundle::build(documents, &Placeholders::default()).unwrap().0;
    // Damage in the program itself, which nobody compares with the hash.
    let mut bytes = bundle.as_bytes().to_vec();
    let wanted = br#""eventName":["StopLogging","DeleteTrail"]"#;
    let place = bytes.windows(wanted.len()).position(|window| window == wanted).unwrap();
    bytes[place] = b'!';
    let rules = Bundle::built_in(bytes.leak()).unwrap().load().unwrap();
    let stopped = json!({"eventSource": "cloudtrail.amazonaws.com", "eventName": "StopLogging"});
    let by_root = json!({"eventName": "X", "userIdentity": {"type": "Root"}});
    for (record, found, unusable) in [
        (&stopped, 0, vec!["rules/some.yml:2: the bundle of rules is damaged here; build it again"]),
        (&by_root, 1, Vec::new()),
    ] {
        assert_eq!(rules.evaluate(record).len(), found, "{record}");
        let problems: Vec<String> = rules.unusable(record).iter().map(ToString::to_string).collect();
        assert_eq!(problems, unusable, "{record}");
    }
    assert_eq!(rules.check().len(), 1);
}
