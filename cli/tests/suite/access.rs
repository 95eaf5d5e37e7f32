//! `trailreflex access check`: JSON lines in, JSON lines out, and what it says about bad input.

use crate::command::{run, run_with_input};
use serde_json::{Value, json};

fn line(id: &str, principal: &Value) -> String {
    let statement =
        json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    json!({"id": id, "account": "111122223333", "resource_arn": "arn:aws:s3:::b", "policy": policy})
        .to_string()
}

fn check(input: &str) -> Vec<Value> {
    let ran = run_with_input(&["access", "check", "--format", "json", "-"], input);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    ran.lines()
}

#[test]
fn each_line_is_answered_in_order_and_with_its_id() {
    let input =
        [line("a", &json!("*")), line("b", &json!({"AWS": "444455556666", "Service": "sns.amazonaws.com"}))];
    assert_eq!(
        check(&input.join("\n")),
        [
            json!({"id": "a", "public": true, "external": true, "external_principals": ["*"],
                "services_without_source": [], "unknown": null}),
            json!({"id": "b", "public": false, "external": true, "external_principals": ["444455556666"],
                "services_without_source": ["sns.amazonaws.com"], "unknown": null}),
        ]
    );
}

#[test]
fn a_line_that_cannot_be_read_is_unknown_and_the_others_are_answered() {
    let input = format!("{}\nnot json\n{{\"id\": \"c\", \"policy\": \"[\"}}", line("a", &json!("*")));
    let told: Vec<_> = check(&input)
        .into_iter()
        .map(|answer| (answer["id"].clone(), answer["unknown"].is_string()))
        .collect();
    assert_eq!(told, [(json!("a"), false), (json!("-:2"), true), (json!("c"), true)]);
}

#[test]
fn a_bare_policy_is_answered_for_the_account_that_is_given() {
    let policy = json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sqs:*",
        "Resource": "*"}});
    let own = ["access", "check", "--format", "json", "--account", "111122223333", "-"];
    let ran = run_with_input(&own, &serde_json::to_string_pretty(&policy).unwrap());
    assert_eq!((ran.code, ran.lines()[0]["external"].clone()), (0, json!(false)));
    let unowned = check(&policy.to_string());
    assert_eq!((&unowned[0]["external"], unowned[0]["unknown"].is_string()), (&json!(true), true));
}

#[test]
fn an_input_that_is_not_there_or_empty_ends_with_2() {
    let missing = run(&["access", "check", "no-such-file.json"]);
    assert_eq!((missing.code, missing.err.contains("no-such-file.json: cannot be opened")), (2, true));
    let empty = run_with_input(&["access", "check", "-"], " ");
    assert_eq!((empty.code, empty.err.contains("is empty; give a policy")), (2, true));
}
