//! Large and hostile policies end within the budget, with an answer or the reason why there is none.

#![cfg(test)] // so that clippy knows every function here as part of a test

use serde_json::{Value, json};
use trailreflex_access::{Policy, Target, Unknown, Verdict, Zone, decide};

fn told(statements: &[Value]) -> Verdict {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let zone = Zone { account: "111122223333".to_owned(), ..Zone::default() };
    decide(&Policy::from_text(&policy).unwrap(), &[], &Target::default(), &zone)
}

fn allow(condition: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition})
}

fn deny(condition: &Value) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition})
}

/// Eleven keys with ten values each, of which no two may be equal: all ways to choose have to be tried.
#[test]
fn a_search_that_explodes_is_unknown_and_not_silently_internal() {
    let (keys, values) = (11_usize, 10_usize);
    let key = |of_key: usize| format!("aws:RequestTag/p{of_key}");
    let names: Vec<String> = (0..values).map(|value| format!("v{value}")).collect();
    let mut statements = vec![allow(&json!({}))];
    for of_key in 0..keys {
        statements.push(deny(&json!({"StringNotEquals": {key(of_key): names}})));
        for other in 0..of_key {
            for name in &names {
                statements.push(deny(&json!({"StringEquals": {key(of_key): name, key(other): name}})));
            }
        }
    }
    let verdict = told(&statements);
    assert_eq!(
        (verdict.public, verdict.is_external(), verdict.unknown),
        (false, true, Some(Unknown::Budget))
    );
}

#[test]
fn patterns_that_overlap_in_too_many_ways_are_unknown() {
    let patterns: Vec<String> = (0..26_u8).map(|letter| format!("*{}*", char::from(b'a' + letter))).collect();
    let verdict = told(&[allow(&json!({"StringLike": {"aws:PrincipalTag/name": patterns}}))]);
    let key = "aws:principaltag/name".to_owned();
    assert_eq!(
        (verdict.is_external(), verdict.unknown),
        (true, Some(Unknown::TooManyClasses { statement: 0, key }))
    );
}

#[test]
fn a_policy_of_100_kb_is_answered() {
    let statement = |number: usize| {
        let account = format!("{:012}", 400_000_000_000_usize + number);
        json!({"Sid": format!("s{number}"), "Effect": "Allow", "Principal": {"AWS": account}, "Action": "s3:GetObject",
            "Resource": format!("arn:aws:s3:::bucket/{number}/*")})
    };
    let statements: Vec<Value> = (0..900).map(statement).collect();
    assert!(json!(statements).to_string().len() > 100_000);
    let verdict = told(&statements);
    assert_eq!((verdict.public, verdict.principals().len(), verdict.unknown), (false, 900, None));
}
