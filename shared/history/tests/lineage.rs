//! Following identities: from one to all that it led to, and to nothing else.

#![cfg(test)] // so that clippy knows every function here as part of a test

use serde_json::{Value, json};
use trailreflex_history::{How, Lineage, Link, Picked, Start};
use trailreflex_model::cloudtrail::Record;

const KEY: [&str; 5] = [
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "ASIAI44QH8DHBEXAMPLE",
    "AKIAI44QH8DHBEXAMPLE",
    "ASIAJEXAMPLE22EXAMPL",
];

fn call(minute: u32, key: &str, identity: Value, (source, name): (&str, &str), answer: Value) -> Value {
    let mut identity = identity;
    identity["accessKeyId"] = key.into();
    let mut record = json!({
        "eventVersion": "1.11", "eventID": format!("00000000-0000-4000-8000-0000000000{minute:02}"),
        "eventTime": format!("2026-11-24T10:{minute:02}:00Z"), "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name, "sourceIPAddress": "198.51.100.7", "recipientAccountId": "111122223333",
        "userIdentity": identity, "requestParameters": {"userName": "bob"},
    });
    record["responseElements"] = answer;
    record
}

fn user(name: &str) -> Value {
    json!({"type": "IAMUser", "userName": name, "arn": format!("arn:aws:iam::111122223333:user/{name}")})
}

fn session(role: &str) -> Value {
    json!({
        "type": "AssumedRole", "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/s"),
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": format!("arn:aws:iam::111122223333:role/{role}"), "userName": role}},
    })
}

fn assumed(key: &str, role: &str) -> Value {
    json!({"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/s")}})
}

/// alice → session of dev → session of admin → a key of bob, and a role; bob uses the key; carol does something else.
fn incident() -> Vec<Value> {
    let (sts, iam, s3) = ("sts", "iam", "s3");
    vec![
        call(1, KEY[0], user("alice"), (sts, "AssumeRole"), assumed(KEY[1], "dev")),
        call(2, KEY[1], session("dev"), (sts, "AssumeRole"), assumed(KEY[2], "admin")),
        call(
            3,
            KEY[2],
            session("admin"),
            (iam, "CreateAccessKey"),
            json!({"accessKey": {"accessKeyId": KEY[3], "userName": "bob"}}),
        ),
        call(
            4,
            KEY[2],
            session("admin"),
            (iam, "CreateRole"),
            json!({"role": {"arn": "arn:aws:iam::111122223333:role/back", "roleName": "back"}}),
        ),
        call(5, KEY[3], user("bob"), (s3, "ListBuckets"), Value::Null),
        call(6, KEY[4], session("back"), (s3, "GetObject"), Value::Null),
        call(7, "AKIAEXAMPLEOFCAROLXX", user("carol"), (s3, "ListBuckets"), Value::Null),
        call(8, "AKIAEXAMPLEOFBOBSOWN", user("bob"), (s3, "ListBuckets"), Value::Null),
    ]
}

fn parsed(records: &[Value]) -> Vec<Record> {
    records.iter().map(|record| Record::parse(record.clone()).unwrap()).collect()
}

fn follow(start: &str, records: &[Record]) -> Lineage {
    Lineage::follow(start.parse().unwrap(), records.iter().filter_map(Link::of).collect())
}

/// The minutes of the calls that belong to a lineage, each with the depth of who made it.
fn calls(lineage: &Lineage, records: &[Record]) -> Vec<(usize, i32)> {
    let numbered = records.iter().enumerate();
    numbered
        .filter_map(|(at, record)| Some((at + 1, lineage.nodes()[lineage.whose(record)?].depth)))
        .collect()
}

#[test]
fn an_identity_is_followed_through_sessions_keys_and_roles() {
    let records = parsed(&incident());
    let all = vec![(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3)];
    for (start, expected) in [
        ("alice", all.clone()),
        ("arn:aws:iam::*:user/alice", all.clone()),
        (KEY[0], all),
        (KEY[2], vec![(3, 0), (4, 0), (5, 1), (6, 1)]),
        ("back", vec![(6, 0)]),
        ("carol", vec![(7, 0)]),
        ("nobody", vec![]),
        ("203.0.113.0/24", vec![]),
        ("198.51.100.0/24", vec![(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 0), (8, 0)]),
    ] {
        assert_eq!(calls(&follow(start, &records), &records), expected, "{start}");
    }
}

#[test]
fn the_order_of_records_does_not_matter() {
    let mut records = parsed(&incident());
    let forward = follow("alice", &records);
    records.reverse();
    let backward = follow("alice", &records);
    assert_eq!((forward.nodes(), forward.edges()), (backward.nodes(), backward.edges()));
}

#[test]
fn who_made_a_session_is_shown_before_it() {
    let lineage = follow(KEY[2], &parsed(&incident()));
    let back: Vec<_> = lineage.nodes().iter().filter(|node| node.depth < 0).map(|node| node.depth).collect();
    assert_eq!(back, [-1, -2]);
    let hows: Vec<_> = lineage.edges().iter().map(|edge| edge.how).collect();
    assert_eq!(hows, [How::CreatedKey, How::CreatedRole, How::AssumedRole, How::AssumedRole]);
}

#[test]
fn a_call_that_failed_or_is_of_another_service_makes_nobody() {
    let mut failed = incident()[0].clone();
    failed["errorCode"] = "AccessDenied".into();
    let mut other = incident()[2].clone();
    other["eventSource"] = "transfer.amazonaws.com".into();
    let mut empty = incident()[0].clone();
    empty["responseElements"] = Value::Null;
    assert_eq!(parsed(&[failed, other, empty]).iter().filter_map(Link::of).collect::<Vec<_>>(), []);
}

#[test]
fn two_identities_that_make_each_other_are_followed_once() {
    let records = parsed(&[
        call(1, KEY[1], session("one"), ("sts", "AssumeRole"), assumed(KEY[2], "two")),
        call(2, KEY[2], session("two"), ("sts", "AssumeRole"), assumed(KEY[1], "one")),
    ]);
    let lineage = follow(KEY[1], &records);
    assert_eq!(calls(&lineage, &records).len(), 2);
    assert!(lineage.nodes().len() <= 20);
}

#[test]
fn the_test_on_bytes_loses_no_call() {
    let records = parsed(&incident());
    for start in ["alice", KEY[0], "198.51.100.7", "a*"] {
        let lineage = follow(start, &records);
        for record in records.iter().filter(|record| lineage.whose(record).is_some()) {
            let text = record.raw().to_string();
            assert_ne!(
                lineage.sieve().pick(text.as_bytes()),
                Picked::Some { records: vec![] },
                "{start}: {text}"
            );
        }
    }
    assert!(matches!("10.0.0.0/8".parse(), Ok(Start::Address(_))));
    assert!("10.0.0.0/99".parse::<Start>().is_err());
    assert!("".parse::<Start>().is_err());
}
