//! The test on bytes never loses what the query matches.

#![cfg(test)] // so that clippy knows every function here as part of a test

use proptest::prelude::*;
use serde_json::{Value, json};
use trailreflex_history::{Pattern, Picked, Query, Sieve};
use trailreflex_model::cloudtrail::{LogFile, Record};

fn pattern(text: &str) -> Vec<Pattern> {
    vec![text.parse().unwrap()]
}

fn record() -> Value {
    json!({
        "eventVersion": "1.11", "eventID": "e1", "eventTime": "2026-11-24T10:00:00Z",
        "eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey", "awsRegion": "us-east-1",
        "sourceIPAddress": "198.51.100.7", "errorCode": "AccessDenied", "errorMessage": "User is not authorized",
        "recipientAccountId": "111122223333",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:build", "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
            "arn": "arn:aws:sts::111122223333:assumed-role/deployer/build", "accountId": "111122223333",
            "sessionContext": {
                "sourceIdentity": "carol",
                "sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/ci/deployer", "userName": "deployer"},
            },
        },
        "requestParameters": {"userName": "bob", "bucketName": "logs", "role": "arn:aws:iam::111122223333:role/ops/admin"},
        "responseElements": {"accessKey": {"accessKeyId": "AKIAI44QH8DHBEXAMPLE"}},
    })
}

/// Each filter of a query on its own, with whether it means the record above.
fn cases() -> Vec<(&'static str, Query, bool)> {
    let q = Query::default;
    let time = |text: &str| Some(text.parse().unwrap());
    vec![
        ("nothing asked", q(), true),
        ("actor by role name", Query { actors: pattern("deployer"), ..q() }, true),
        ("actor by session", Query { actors: pattern("build"), ..q() }, true),
        ("actor by unique id", Query { actors: pattern("AROAEXAMPLE"), ..q() }, true),
        (
            "actor by the role's ARN",
            Query { actors: pattern("arn:aws:iam::*:role/ci/deployer"), ..q() },
            true,
        ),
        ("actor by source identity", Query { actors: pattern("carol"), ..q() }, true),
        ("actor who is only named", Query { actors: pattern("bob"), ..q() }, false),
        ("event in another case", Query { events: pattern("createaccess*"), ..q() }, true),
        ("another event", Query { events: pattern("DeleteAccessKey"), ..q() }, false),
        ("service in short", Query { sources: pattern("iam"), ..q() }, true),
        ("service in full", Query { sources: pattern("iam.amazonaws.com"), ..q() }, true),
        ("another service", Query { sources: pattern("sts"), ..q() }, false),
        ("address", Query { addresses: vec!["198.51.100.7".parse().unwrap()], ..q() }, true),
        ("network", Query { addresses: vec!["198.51.100.0/24".parse().unwrap()], ..q() }, true),
        ("another network", Query { addresses: vec!["10.0.0.0/8".parse().unwrap()], ..q() }, false),
        ("Region", Query { regions: pattern("us-*"), ..q() }, true),
        ("account", Query { accounts: vec!["111122223333".parse().unwrap()], ..q() }, true),
        ("another account", Query { accounts: vec!["444455556666".parse().unwrap()], ..q() }, false),
        ("error code", Query { errors: pattern("AccessDenied"), ..q() }, true),
        ("error message", Query { errors: pattern("*not authorized*"), ..q() }, true),
        ("any error", Query { errors: pattern("*"), ..q() }, true),
        ("another error", Query { errors: pattern("Throttling*"), ..q() }, false),
        ("key of the caller", Query { keys: pattern("ASIAIOSFODNN7EXAMPLE"), ..q() }, true),
        ("key that was made", Query { keys: pattern("AKIAI44QH8DHBEXAMPLE"), ..q() }, true),
        ("another key", Query { keys: pattern("AKIAIOSFODNN7EXAMPLE"), ..q() }, false),
        ("resource by name", Query { resources: pattern("logs"), ..q() }, true),
        (
            "resource by ARN",
            Query { resources: pattern("arn:aws:iam::111122223333:role/ops/admin"), ..q() },
            true,
        ),
        ("resource by the name in its ARN", Query { resources: pattern("admin"), ..q() }, true),
        ("resource by path and name", Query { resources: pattern("ops/admin"), ..q() }, true),
        ("another resource", Query { resources: pattern("log"), ..q() }, false),
        ("since then", Query { from: time("2026-11-24T10:00:00Z"), ..q() }, true),
        ("later", Query { from: time("2026-11-24T10:00:01Z"), ..q() }, false),
        ("until then", Query { to: time("2026-11-24T10:00:00Z"), ..q() }, true),
        ("earlier", Query { to: time("2026-11-24T09:59:59Z"), ..q() }, false),
        (
            "all filters",
            Query { events: pattern("*Key"), sources: pattern("iam"), errors: pattern("*Denied"), ..q() },
            true,
        ),
        (
            "one of several does not fit",
            Query { events: pattern("*Key"), sources: pattern("s3"), ..q() },
            false,
        ),
    ]
}

/// Returns how many records are found through the sieve.
fn found(query: &Query, bytes: &[u8]) -> usize {
    let matching =
        |bytes: &[u8]| LogFile::read(bytes).records.iter().filter(|one| query.matches(one)).count();
    match Sieve::of(query).pick(bytes) {
        Picked::All => matching(bytes),
        Picked::Some { records } => records.into_iter().map(matching).sum(),
    }
}

#[test]
fn every_filter_means_what_it_says_and_the_sieve_agrees() {
    let other = json!({"eventVersion": "1.11", "eventName": "x", "eventTime": "2020-01-01T00:00:00Z"});
    let file = json!({"Records": [other, record(), record()]}).to_string();
    let parsed = Record::parse(record()).unwrap();
    for (case, query, expected) in cases() {
        assert_eq!(query.matches(&parsed), expected, "{case}");
        let all = LogFile::read(file.as_bytes()).records.iter().filter(|one| query.matches(one)).count();
        assert_eq!(found(&query, file.as_bytes()), all, "{case}, by way of the sieve");
    }
}

#[test]
fn an_escaped_name_is_found_all_the_same() {
    let text = record().to_string().replace("CreateAccessKey", "\\u0043reateAccess\\u004bey");
    let query = Query { events: pattern("CreateAccessKey"), ..Query::default() };
    assert_eq!(found(&query, text.as_bytes()), 1);
}

#[test]
fn a_failed_sign_in_without_a_code_is_found_by_its_stand_in() {
    let text = r#"{"eventVersion":"1.11","eventName":"ConsoleLogin","errorMessage":"No username found"}"#;
    let query = Query { errors: pattern("Failure"), ..Query::default() };
    assert_eq!(found(&query, text.as_bytes()), 1);
}

#[test]
fn what_is_cut_off_or_no_json_is_left_for_the_reader_to_name() {
    let sieve = Sieve::of(&Query { events: pattern("Zzz"), ..Query::default() });
    let whole = json!({"Records": [record()]}).to_string();
    assert_eq!(sieve.pick(whole.as_bytes()), Picked::Some { records: vec![] });
    for bytes in [&whole.as_bytes()[..whole.len() - 30], b"hello", b""] {
        assert_eq!(sieve.pick(bytes), Picked::All);
    }
}

proptest! {
    /// Whatever is asked for, and however the file is wrapped, broken or escaped.
    #[test]
    fn the_sieve_loses_nothing(
        names in prop::collection::vec("[A-Za-z\"\\\\{}é/<]{0,6}", 1..8),
        asked in "[A-Za-z*?]{1,4}",
        (as_lines, cut) in (any::<bool>(), 0_usize..40),
    ) {
        let records: Vec<_> = names.iter().map(|name| json!({"eventID": "e", "eventName": name, "x": {"y": name}})).collect();
        let text = if as_lines {
            records.iter().map(|one| format!("{one}\n")).collect::<String>()
        } else {
            json!({"Records": records}).to_string()
        };
        let bytes = &text.as_bytes()[..text.len().saturating_sub(cut.saturating_sub(20))];
        let query = Query { events: pattern(&asked), ..Query::default() };
        let all = LogFile::read(bytes).records.iter().filter(|one| query.matches(one)).count();
        prop_assert_eq!(found(&query, bytes), all);
    }
}
