//! What a sieve leaves out of a log file, no rule matches.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use trailreflex_detection::{Document, RuleSet};

use crate::generated::{detection, record};

fn load(detections: &[Value]) -> RuleSet {
    let documents = (0..).zip(detections).map(|(number, detection)| {
        let logsource = json!({"product": "aws", "service": "cloudtrail"});
        let rule = json!({"title": format!("{number}"), "logsource": logsource, "detection": detection});
        Document::new("rules.yml", number, rule)
    });
    RuleSet::load(documents).rules
}

/// Renames the generated fields to some of CloudTrail's, which rules can be told apart by.
fn of_cloudtrail(generated: &Value, user: &str, agent: &str) -> Value {
    let text = generated.to_string();
    let text =
        text.replace("\"user\":", &format!("\"{user}\":")).replace("\"user.name", &format!("\"{user}.name"));
    serde_json::from_str(&text.replace("\"agent", &format!("\"{agent}"))).unwrap()
}

fn any_detection() -> impl Strategy<Value = Value> {
    let user = select(vec!["userIdentity", "userIdentity", "requestParameters", "user"]);
    let agent = select(vec!["userAgent", "errorCode", "requestID"]);
    (detection(), user, agent).prop_map(|(detection, user, agent)| of_cloudtrail(&detection, user, agent))
}

/// A record with two users and two agents.
fn any_record() -> impl Strategy<Value = Value> {
    (record(), record()).prop_map(|(one, two)| {
        let mut record = of_cloudtrail(&one, "userIdentity", "userAgent");
        let two = of_cloudtrail(&two, "requestParameters", "errorCode");
        for (key, value) in two.as_object().unwrap() {
            record.as_object_mut().unwrap().entry(key).or_insert_with(|| value.clone());
        }
        record
    })
}

/// How a record is written by somebody who means to hide it.
#[derive(Debug, Clone, Copy)]
enum Writing {
    Plain,
    Spaced,
    EscapedKeys,
    EscapedValues,
    FirstKeyTwice,
    LastKeyTwice,
    Nested,
}

fn writing() -> impl Strategy<Value = Writing> {
    use Writing::{EscapedKeys, EscapedValues, FirstKeyTwice, LastKeyTwice, Nested, Plain, Spaced};
    select(vec![
        Plain,
        Plain,
        Plain,
        Plain,
        Spaced,
        EscapedKeys,
        EscapedValues,
        FirstKeyTwice,
        LastKeyTwice,
        Nested,
    ])
}

fn escaped(text: &str) -> String {
    let escape = |unit: u16| format!("\\u{unit:04x}");
    format!("\"{}\"", text.encode_utf16().map(escape).collect::<String>())
}

fn written(record: &Value, writing: Writing, other: &Value) -> String {
    let plain = |key: &str, value: &Value| format!("{}:{value}", Value::from(key));
    let mut members: Vec<String> = Vec::new();
    for (key, value) in record.as_object().unwrap() {
        members.push(match (writing, value) {
            (Writing::Spaced, _) => format!(" {} : {value}\n", Value::from(key.as_str())),
            (Writing::EscapedKeys, _) => format!("{}:{value}", escaped(key)),
            (Writing::EscapedValues, Value::String(text)) => format!("\"{key}\":{}", escaped(text)),
            _ => plain(key, value),
        });
    }
    let mut twice = |place: usize| {
        let Some(key) = record.as_object().unwrap().keys().next() else { return };
        members.insert(place.min(members.len()), plain(key, other.get(key).unwrap_or(&Value::Null)));
    };
    match writing {
        Writing::FirstKeyTwice => twice(0),
        Writing::LastKeyTwice => twice(usize::MAX),
        Writing::Plain | Writing::Spaced | Writing::EscapedKeys | Writing::EscapedValues => {}
        Writing::Nested => {
            return json!({"detail-type": "AWS API Call via CloudTrail", "source": "aws.s3", "detail": record}).to_string();
        }
    }
    format!("{{{}}}", members.join(","))
}

type Findings = Vec<(usize, Vec<String>)>;

fn findings<'b>(rules: &RuleSet, records: impl IntoIterator<Item = (usize, &'b [u8])>) -> Findings {
    let mut all = Vec::new();
    for (place, bytes) in records {
        let mut record: Value = serde_json::from_slice(bytes).unwrap();
        if let Some(detail) = record.get_mut("detail") {
            record = detail.take();
        }
        let titles: Vec<_> = rules.evaluate(&record).iter().map(|found| found.rule.title.clone()).collect();
        if !titles.is_empty() {
            all.push((place, titles));
        }
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn candidates_match_what_all_records_match(
        detections in prop::collection::vec(any_detection(), 0..40),
        records in prop::collection::vec((any_record(), writing(), any_record()), 1..40),
        wrapping in select(vec![("{\"Records\":[", ",", "]}"), ("[", ",", "]"), ("", "\n", "")]),
    ) {
        let rules = load(&detections);
        let texts: Vec<_> = records.iter().map(|(record, writing, other)| written(record, *writing, other)).collect();
        let (start, between, end) = wrapping;
        let file = format!("{start}{}{end}", texts.join(between));
        let mut sieve = rules.sieve();
        let expected = findings(&rules, texts.iter().map(String::as_bytes).enumerate());
        // The second time everything is remembered.
        for _ in 0..2 {
            let candidates = match sieve.candidates(file.as_bytes()) {
                Ok(candidates) => candidates,
                Err(doubt) => {
                    // A line with an escaped key may be a file by itself.
                    prop_assert!(start.is_empty() && file.contains("\\u"), "{doubt}: {file}");
                    continue;
                }
            };
            prop_assert_eq!(candidates.all, texts.len());
            prop_assert!(candidates.records.iter().all(|(place, bytes)| texts[*place].as_bytes() == *bytes));
            prop_assert_eq!(&findings(&rules, candidates.records), &expected, "{}", file);
        }
    }
}

#[test]
fn only_records_that_may_match_or_are_unclear_are_candidates() {
    let rules = load(&[
        json!({"call": {"eventName": "StopLogging"}, "ours": {"userAgent|startswith": "deploy/"}, "condition": "call and not ours"}),
        json!({"root": {"userIdentity.type": "Root"}, "service": {"userIdentity.invokedBy|exists": true}, "condition": "root and not service"}),
        json!({"tool": {"userAgent|contains": "kali"}, "condition": "tool"}),
        json!({"call": {"eventName": "PutObject", "requestParameters.key": "a"}, "condition": "call"}),
    ]);
    let mut sieve = rules.sieve();
    for (case, record, expected) in [
        ("another call", r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject"}"#, false),
        ("the call", r#"{"eventSource":"s3.amazonaws.com","eventName":"StopLogging"}"#, true),
        ("the call in another case", r#"{"eventSource":"s3.amazonaws.com","eventName":"stoplogging"}"#, true),
        (
            "the call with an escape",
            r#"{"eventSource":"s3.amazonaws.com","eventName":"Stop\u004cogging"}"#,
            true,
        ),
        (
            "the call, by whom it may come from",
            r#"{"eventSource":"s3.amazonaws.com","eventName":"StopLogging","userAgent":"deploy/1"}"#,
            false,
        ),
        (
            "Root",
            r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","userIdentity":{"type":"Root"}}"#,
            true,
        ),
        (
            "Root, by a service",
            r#"{"eventSource":"s3.amazonaws.com","eventName":"GetObject","userIdentity":{"type":"Root","invokedBy":"a"}}"#,
            false,
        ),
        (
            "a parameter",
            r#"{"eventSource":"s3.amazonaws.com","eventName":"PutObject","requestParameters":{"key":"A"}}"#,
            true,
        ),
        (
            "another parameter",
            r#"{"eventSource":"s3.amazonaws.com","eventName":"PutObject","requestParameters":{"key":"b"}}"#,
            false,
        ),
        ("a flattened key", r#"{"eventSource":"s3.amazonaws.com","userIdentity.type":"Role"}"#, true),
        ("a key with an escape", r#"{"eventSource":"s3.amazonaws.com","eventN\u0061me":"GetObject"}"#, true),
        ("a key that is there twice", r#"{"eventSource":"a","eventName":"a","eventName":"b"}"#, true),
        ("no source", r#"{"eventName":"GetObject"}"#, true),
        ("another service's message", r#"{"eventSource":"aws:s3","eventName":"ObjectCreated:Put"}"#, true),
        (
            "no JSON where a rule looks",
            r#"{"eventSource":"a","eventName":"b","userIdentity":{"type":Root}}"#,
            true,
        ),
        ("no JSON elsewhere", r#"{"eventSource":"a","eventName":"b","requestID":tru}"#, false),
    ] {
        let file = format!("[{record}]");
        let candidates = sieve.candidates(file.as_bytes()).unwrap();
        assert_eq!((candidates.records.len(), candidates.all), (usize::from(expected), 1), "{case}");
    }
}

#[test]
fn more_values_than_are_remembered_change_nothing() {
    let rules = load(&[json!({"root": {"userIdentity.arn|endswith": "7"}, "condition": "root"})]);
    let mut sieve = rules.sieve();
    let pad = "x".repeat(2000);
    let record = |number: usize| {
        format!(r#"{{"eventSource":"a","eventName":"b{number}","userIdentity":{{"arn":"{pad}{number}"}}}}"#)
    };
    let file = (0..10_000).map(record).collect::<Vec<_>>().join("\n");
    let places: Vec<_> =
        sieve.candidates(file.as_bytes()).unwrap().records.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, (0..10_000).filter(|number| number % 10 == 7).collect::<Vec<_>>());
}
