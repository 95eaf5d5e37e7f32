//! A policy taken apart, closed to whoever is outside, and put together again.

#![cfg(test)]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_access::{NotClosed, Parts, Policy, Target, Zone, decide};

const OWN: &str = "111122223333";
const OTHER: &str = "999988887777";

fn zone() -> Zone {
    Zone { account: OWN.to_owned(), ..Zone::default() }
}

fn queue() -> Target {
    Target { arn: None, resource_type: Some("AWS::SQS::Queue".to_owned()) }
}

fn statement(sid: &str, changes: &Value) -> Value {
    let mut statement =
        json!({"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"});
    statement.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    statement
}

fn policy(statements: &[Value]) -> Parts {
    Parts::of(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

fn closed(policy: &Parts, added: &[&str]) -> Result<Parts, NotClosed> {
    policy.without_outsiders(&added.iter().copied().collect(), &queue(), &zone())
}

#[test]
fn a_policy_is_the_same_however_it_is_written() {
    let plain = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["999988887777"]},
        "Action":["sqs:SendMessage","sqs:ReceiveMessage"],"Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}]}"#;
    let written_back = r#"{"Statement": {"Action": ["sqs:ReceiveMessage", "sqs:SendMessage"], "Resource": ["*"],
        "Condition": {"Bool": {"aws:SecureTransport": "true"}}, "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::999988887777:root"}}, "Version": "2012-10-17"}"#;
    let (plain, written_back) = (Parts::of(plain).unwrap(), Parts::of(written_back).unwrap());
    assert_eq!(plain, written_back);
    assert_eq!(plain.fingerprints(), written_back.fingerprints());
    assert_eq!(plain.fingerprints().len(), 1);
    assert_eq!(
        plain.text(),
        r#"{"Version":"2012-10-17","Statement":[{"Action":["sqs:ReceiveMessage","sqs:SendMessage"],"Condition":{"Bool":{"aws:SecureTransport":"true"}},"Effect":"Allow","Principal":{"AWS":"999988887777"},"Resource":"*"}]}"#
    );
    let everybody = |principal: Value| policy(&[statement("s", &json!({"Principal": principal}))]);
    assert_eq!(everybody(json!("*")), everybody(json!({"AWS": ["*"]})));
}

#[test]
fn no_policy_has_no_parts_and_what_is_none_is_refused() {
    assert_eq!(Parts::of(" ").unwrap(), Parts::default());
    assert_eq!(Parts::default().text(), "");
    for (case, text) in [
        ("no JSON", "{"),
        ("no statements", r#"{"Version": "2012-10-17"}"#),
        ("a key twice", r#"{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Action": "sqs:*"}]}"#),
        ("no effect", r#"{"Statement": [{"Action": "sqs:*"}]}"#),
    ] {
        assert!(Parts::of(text).is_err(), "{case}");
    }
}

#[test]
fn whoever_is_outside_is_taken_out_of_what_was_added() {
    let own_role = format!("arn:aws:iam::{OWN}:role/shop");
    let to = |principal: Value| statement("added", &json!({"Principal": principal}));
    let of_organization = json!({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}});
    let only_own = json!({"Condition": {"StringEquals": {"aws:PrincipalAccount": OWN}}});
    for (case, before, after) in [
        ("everybody becomes the account", to(json!("*")), Some(to(json!({"AWS": OWN})))),
        ("another account", to(json!({"AWS": OTHER})), None),
        ("a role of another account", to(json!({"AWS": format!("arn:aws:iam::{OTHER}:role/x")})), None),
        ("one's own stays", to(json!({"AWS": [OTHER, own_role]})), Some(to(json!({"AWS": own_role})))),
        ("nobody outside", to(json!({"AWS": own_role})), Some(to(json!({"AWS": own_role})))),
        (
            "a service",
            to(json!({"Service": "s3.amazonaws.com"})),
            Some(to(json!({"Service": "s3.amazonaws.com"}))),
        ),
        (
            "a service beside another account",
            to(json!({"Service": "s3.amazonaws.com", "AWS": OTHER})),
            Some(to(json!({"Service": "s3.amazonaws.com"}))),
        ),
        ("everybody of the account only", statement("added", &only_own), Some(statement("added", &only_own))),
        (
            "another organization becomes the account",
            statement("added", &of_organization),
            Some(statement("added", &{
                let mut own = of_organization.clone();
                own["Principal"] = json!({"AWS": OWN});
                own
            })),
        ),
        ("an identity provider", to(json!({"Federated": "accounts.example"})), None),
        (
            "all but one",
            json!({"Sid": "added", "Effect": "Allow", "NotPrincipal": {"AWS": OWN}, "Action": "sqs:*", "Resource": "*"}),
            None,
        ),
    ] {
        let friend = statement("friend", &json!({"Principal": {"AWS": "444455556666"}}));
        let expected: Vec<_> = std::iter::once(friend.clone()).chain(after).collect();
        assert_eq!(closed(&policy(&[friend, before]), &["added"]).unwrap(), policy(&expected), "{case}");
    }
}

#[test]
fn a_denial_that_keeps_others_out_is_heard() {
    let denied = json!({"Sid": "deny", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": OWN}}});
    let policy = policy(&[statement("added", &json!({})), denied]);
    assert_eq!(closed(&policy, &["added"]).unwrap(), policy);
}

#[test]
fn what_cannot_be_decided_is_left_as_it_is() {
    let odd = json!({"Condition": {"StringSoundsLike": {"aws:PrincipalAccount": OTHER}}});
    let policy = policy(&[statement("added", &odd)]);
    assert_eq!(closed(&policy, &["added"]), Err(NotClosed::Unclear));
    assert_eq!(closed(&policy, &["another"]), Ok(policy.clone()));
}

#[test]
fn nothing_is_left_of_a_policy_without_statements() {
    let policy = policy(&[statement("added", &json!({"Principal": {"AWS": OTHER}}))]);
    assert_eq!(closed(&policy, &["added"]).unwrap(), Parts::default());
}

fn any_principal() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "*".to_owned(),
        OWN.to_owned(),
        OTHER.to_owned(),
        format!("arn:aws:iam::{OWN}:root"),
        format!("arn:aws:iam::{OWN}:role/shop"),
        format!("arn:aws:iam::{OTHER}:user/eve"),
        "AIDAJQABLZS4A3QDU576Q".to_owned(),
    ]);
    prop_oneof![
        4 => prop::collection::vec(name, 1..4).prop_map(|names| json!({"AWS": names})),
        1 => Just(json!("*")),
        1 => Just(json!({"Service": "sns.amazonaws.com"})),
    ]
}

fn any_condition() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(json!({"StringEquals": {"aws:PrincipalAccount": OTHER}}))),
        1 => Just(Some(json!({"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}}))),
        1 => Just(Some(json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-exampleorgid"}}))),
        1 => Just(Some(json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}))),
        1 => Just(Some(json!({"ArnLike": {"aws:SourceArn": format!("arn:aws:s3:::{OTHER}-x")}}))),
        1 => Just(Some(json!({"Bool": {"aws:SecureTransport": "true"}}))),
    ]
}

fn any_statement(index: usize) -> impl Strategy<Value = Value> {
    (prop::bool::weighted(0.8), any_principal(), any_condition()).prop_map(
        move |(allow, principal, condition)| {
            let effect = if allow { "Allow" } else { "Deny" };
            let mut changes = json!({"Effect": effect, "Principal": principal});
            if let Some(condition) = condition {
                changes["Condition"] = condition;
            }
            statement(&format!("s{index}"), &changes)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nobody_gains_and_nobody_outside_keeps_what_was_added(
        statements in (any_statement(0), any_statement(1), any_statement(2)).prop_map(|(a, b, c)| vec![a, b, c]),
        added in prop::collection::btree_set(prop::sample::select(vec!["s0", "s1", "s2"]), 0..4),
    ) {
        let before = policy(&statements);
        let after = before.without_outsiders(&added, &queue(), &zone()).unwrap();
        let verdict = |parts: &Parts| match parts.text() {
            text if text.is_empty() => BTreeSet::new(),
            text => decide(&Policy::from_text(&text).unwrap(), &[], &queue(), &zone()).principals(),
        };
        // Who is only one of everybody is not listed beside everybody.
        let had = verdict(&before);
        prop_assert!(had.contains("*") || verdict(&after).is_subset(&had));
        // What was not added stays, to the letter.
        let is_added = |line: &&String| added.iter().any(|sid| line.contains(&format!(r#""Sid":"{sid}""#)));
        for line in before.lines().iter().filter(|line| !is_added(line) && line.contains("Effect")) {
            prop_assert!(after.lines().contains(line));
        }
        // Nobody outside is let in by what is left of what was added.
        let denies = after.lines().iter().filter(|line| line.contains(r#""Effect":"Deny""#));
        let left = Parts::from_lines(after.lines().iter().filter(is_added).chain(denies));
        prop_assert_eq!(verdict(&left), BTreeSet::new());
        // A second time changes nothing, and what is put together is taken apart again.
        prop_assert_eq!(&after.without_outsiders(&added, &queue(), &zone()).unwrap(), &after);
        prop_assert_eq!(&Parts::of(&after.text()).unwrap(), &after);
    }
}
