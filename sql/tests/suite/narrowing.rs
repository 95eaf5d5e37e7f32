//! What is not read, and that it would have changed nothing.

use crate::kept::{Kept, ask, records};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Names as CloudTrail gives them: two accounts, two Regions, two days.
fn named(records: &[Value]) -> Vec<(String, Vec<Value>)> {
    let mut files = Vec::new();
    for account in ["111122223333", "444455556666"] {
        for region in ["eu-west-1", "ap-south-1"] {
            for day in ["20261124", "20261128"] {
                let name = format!(
                    "AWSLogs/{account}/CloudTrail/{region}/{account}_CloudTrail_{region}_{day}T1205Z_a.json.gz"
                );
                files.push((name, records.to_vec()));
            }
        }
    }
    files
}

#[test]
fn files_and_records_that_cannot_matter_are_not_read() {
    for (condition, opened, given) in [
        ("eventname LIKE '%'", 8, 48),
        ("account = '111122223333'", 4, 24),
        ("account IN ('111122223333')", 4, 24),
        ("account IN ('111122223333', 'x')", 8, 48),
        ("region = 'eu-west-1'", 4, 24),
        ("awsregion = 'eu-west-1'", 4, 24),
        ("awsregion = 'us-east-1'", 8, 0),
        ("day = '2026/11/24'", 4, 24),
        ("day > '2026/11/26'", 4, 24),
        ("day BETWEEN '2026/11/27' AND '2026/11/28'", 4, 24),
        ("'2026/11/26' > day", 4, 24),
        ("eventtime >= '2026-11-26T00:00:00Z'", 4, 24),
        ("eventtime < '2026-11-26'", 4, 24),
        ("account = '111122223333' AND region = 'eu-west-1' AND day = '2026/11/24'", 1, 6),
        ("account = '111122223333' OR region = 'eu-west-1'", 8, 48),
        ("eventname = 'CreateUser'", 8, 8),
        ("'CreateUser' = eventname", 8, 8),
        ("eventname <> 'CreateUser'", 8, 48),
        ("eventname NOT LIKE 'Create%'", 8, 48),
        ("eventname LIKE 'Create%'", 8, 8),
        ("eventname IN ('CreateUser', 'AssumeRole')", 8, 16),
        ("eventname = 'CreateUser' OR eventname = 'AssumeRole'", 8, 16),
        ("eventname = 'CreateUser' OR errorcode IS NULL", 8, 48),
        ("useridentity.accesskeyid = 'ASIAIOSFODNN7EXAMPLE'", 8, 24),
        ("sourceipaddress = '203.0.113.9'", 8, 16),
        ("json_extract_scalar(requestparameters, '$.bucketName') = 'ledger'", 8, 16),
        ("json_extract_scalar(requestparameters, '$.tags[0].value') = '7'", 8, 48),
        ("apiversion = '404'", 8, 48),
        ("lower(eventname) = 'createuser'", 8, 48),
    ] {
        let narrowed = Arc::new(Kept { files: named(&records()), narrows: true, ..Kept::default() });
        let query = format!("SELECT count(*), min(eventid), max(day) FROM cloudtrail WHERE {condition}");
        let answer =
            ask(Arc::clone(&narrowed), &query).unwrap_or_else(|error| panic!("{condition}: {error}"));
        let read = (narrowed.opened.load(Ordering::SeqCst), narrowed.given.load(Ordering::SeqCst));
        assert_eq!(read, (opened, given), "{condition}");
        let all = Arc::new(Kept { files: named(&records()), narrows: false, ..Kept::default() });
        // Each file has the same records whatever its name says: what is told apart by their own time or Region would differ.
        if !condition.contains("eventtime") && !condition.contains("awsregion") {
            assert_eq!(answer.rows, ask(all, &query).unwrap().rows, "{condition}");
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "a", "Ab", "1e3", "1000", "-0", "x.y", "\"q\"", "a%b", "a_b", "a\\b", "ü", "*", "?a", "true", ""
        ])
        .prop_map(str::to_owned),
        "[a-cA-C0-9.%_\"\\\\*-]{0,6}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text().prop_map(Value::from),
        1 => prop::sample::select(vec![json!(1e3), json!(1000), json!(-0.0), json!(true), json!(null), json!(["a"])]),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    let column = prop::sample::select(vec![
        "eventname",
        "errorcode",
        "useridentity.arn",
        "requestparameters",
        "json_extract_scalar(requestparameters, '$.a')",
    ]);
    let quoted = |text: String| format!("'{}'", text.replace('\'', "''"));
    let simple = (column, prop::sample::select(vec!["=", "<>", "LIKE", "NOT LIKE", "IN"]), text(), text())
        .prop_map(move |(column, operator, text, other)| match operator {
            "IN" => format!("{column} IN ({}, {})", quoted(text), quoted(other)),
            _ => format!("{column} {operator} {}", quoted(text)),
        });
    simple.prop_recursive(3, 8, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["AND", "OR"]), inner, any::<bool>()).prop_map(
            |(left, word, right, is_not)| {
                format!("{}({left} {word} {right})", if is_not { "NOT " } else { "" })
            },
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_the_answer_is_that_of_reading_all(
        records in prop::collection::vec((value(), value(), value(), value()), 1..8),
        condition in condition(),
    ) {
        let record = |(index, (name, code, arn, a)): (usize, &(Value, Value, Value, Value))| {
            json!({"eventID": index.to_string(), "eventName": name, "errorCode": code,
                "userIdentity": {"arn": arn}, "requestParameters": {"a": a}})
        };
        let records: Vec<_> = records.iter().enumerate().map(record).collect();
        let query = format!("SELECT eventid FROM cloudtrail WHERE {condition} ORDER BY 1");
        let files = vec![("records.json".to_owned(), records)];
        let narrowed = Kept { files: files.clone(), narrows: true, ..Kept::default() };
        let all = Kept { files, narrows: false, ..Kept::default() };
        match (ask(Arc::new(narrowed), &query), ask(Arc::new(all), &query)) {
            (Ok(narrowed), Ok(all)) => prop_assert_eq!(narrowed.rows, all.rows, "{}", query),
            // A pattern that ends in a backslash is refused, by both.
            (narrowed, all) => prop_assert_eq!(narrowed.is_ok(), all.is_ok(), "{}", query),
        }
    }
}
