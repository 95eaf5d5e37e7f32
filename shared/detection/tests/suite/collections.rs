//! Files in which documents refer to one another: filters and collections.

use serde_json::{Value, json};
use trailreflex_detection::{RuleSet, read_yaml};

fn titles_matching(yaml: &str, record: &Value) -> Vec<String> {
    let (documents, unreadable) = read_yaml("rules.yml", yaml);
    let loaded = RuleSet::load(documents);
    let reasons: Vec<String> = unreadable.iter().chain(&loaded.rejected).map(ToString::to_string).collect();
    assert!(reasons.is_empty(), "{reasons:?}");
    loaded.rules.evaluate(record).iter().map(|found| found.rule.title.clone()).collect()
}

fn warnings(yaml: &str) -> Vec<String> {
    RuleSet::load(read_yaml("rules.yml", yaml).0).warnings.iter().map(ToString::to_string).collect()
}

const FILTERED: &str = "
title: By name
name: by_name
logsource: {product: aws, service: cloudtrail}
detection: {s: {apiVersion: 1}, condition: s}
---
title: By id
id: 0b7a1e0c-6c1b-4a43-8e3f-3b1f3b0a2f11
logsource: {product: aws, service: cloudtrail}
detection: {selection_x: {apiVersion: 1}, condition: 1 of selection_*}
---
title: Untouched
logsource: {product: aws, service: cloudtrail}
detection: {s: {apiVersion: 1}, condition: s}
---
title: Administrators are trusted
logsource: {product: aws, service: cloudtrail}
filter:
  rules: [by_name, 0b7a1e0c-6c1b-4a43-8e3f-3b1f3b0a2f11]
  selection_one: {userAgent|startswith: adm_}
  selection_two: {userAgent: root}
  condition: not 1 of selection_*
";

#[test]
fn a_filter_concerns_the_rules_it_names_by_name_or_id() {
    for (user, expected) in [
        ("adm_ada", vec!["Untouched"]),
        ("root", vec!["Untouched"]),
        ("bob", vec!["By name", "By id", "Untouched"]),
    ] {
        assert_eq!(
            titles_matching(FILTERED, &json!({"apiVersion": 1, "userAgent": user})),
            expected,
            "{user}"
        );
    }
}

#[test]
fn a_filter_may_concern_every_rule() {
    let every = FILTERED.replace("rules: [by_name, 0b7a1e0c-6c1b-4a43-8e3f-3b1f3b0a2f11]", "rules: any");
    assert!(titles_matching(&every, &json!({"apiVersion": 1, "userAgent": "root"})).is_empty());
}

#[test]
fn what_is_odd_but_plain_is_accepted_with_a_warning() {
    let odd = "
title: Odd
name: odd
logsource: {product: aws}
detection:
  s: {userAgent|contains|all: x, errorCode: [null, '']}
  condition: s
---
title: Keeps what it should drop
logsource: {product: aws}
filter: {rules: [odd, gone], s: {userAgent: x}, condition: s}
";
    assert_eq!(
        warnings(odd),
        [
            "rules.yml:6: `userAgent|contains|all` has one value, `all` needs two",
            "rules.yml:6: `errorCode` lists null among other values",
            "rules.yml:11: the filter's condition `s` does not begin with `not`, so that only what it describes is reported",
            "rules.yml:11: the filter names the rule `gone`, which was not accepted or does not exist",
        ]
    );
    assert_eq!(warnings(FILTERED), Vec::<String>::new());
}

#[test]
fn a_global_document_adds_to_those_after_it_and_repeat_changes_the_one_before() {
    let collection = "
action: global
logsource: {product: aws, service: cloudtrail}
detection: {condition: s}
---
title: One
detection: {s: {a: 1}}
---
action: repeat
title: Two
detection: {s: {b: 2}}
---
action: reset
---
title: Three
logsource: {product: aws}
detection: {s: {c: 3}, condition: s}
";
    assert_eq!(titles_matching(collection, &json!({"a": 1})), ["One"]);
    assert_eq!(titles_matching(collection, &json!({"a": 1, "b": 2})), ["One", "Two"]);
    assert_eq!(titles_matching(collection, &json!({"c": 3})), ["Three"]);
}

#[test]
fn a_mistake_is_reported_on_its_own_line() {
    let yaml = "
title: Good
logsource: {product: aws}
detection: {s: {a: 1}, condition: s}
---
title: Bad
logsource:
  product: aws
detection:
  call:
    eventName: X
    userAgent|containz: kali
  condition: call
";
    let rejected = RuleSet::load(read_yaml("rules.yml", yaml).0).rejected;
    assert_eq!(rejected[0].origin.line, 12);
    // Names that are short or that prose uses are not taken for the place.
    let yaml = "
title: A condition with s
description: >-
  Its condition: s, t and
  more of that.
logsource: {product: aws}
detection:
  s: {eventName: X}
  condition:
    - s
    - t
";
    let rejected = RuleSet::load(read_yaml("rules.yml", yaml).0).rejected;
    assert_eq!(rejected[0].to_string(), "rules.yml:11: condition `t`: `t` is not defined");
}
