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

/// Writes a policy to a file of its own.
fn policy_file(name: &str, policy: &Value) -> String {
    let path = std::env::temp_dir().join(format!("trailreflex-{}-{name}.json", std::process::id()));
    std::fs::write(&path, policy.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_call_is_simulated_and_the_deciding_statement_is_named() {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Sid": "keep", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
    ]});
    let file = policy_file("simulate", &policy);
    let arguments = [
        "access",
        "simulate",
        "--format",
        "json",
        "--principal",
        "arn:aws:iam::111122223333:user/alice",
        "--identity-policy",
        &file,
        "--action",
        "s3:GetObject",
        "--action",
        "s3:DeleteObject",
        "--action",
        "ec2:RunInstances",
    ];
    let ran = run(&arguments);
    std::fs::remove_file(&file).unwrap();
    let decisions: Vec<_> = ran.lines().iter().map(|line| line["decision"].clone()).collect();
    let by = |statement: u8, sid: Value| json!({"source": "identity", "policy": 0, "statement": statement, "sid": sid});
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        decisions,
        [
            json!({"allowed": by(0, Value::Null)}),
            json!({"explicitlyDenied": by(1, json!("keep"))}),
            json!({"implicitlyDenied": "identity"}),
        ]
    );
}

#[test]
fn what_cannot_be_simulated_says_what_to_give() {
    let caller = run(&["access", "simulate", "--principal", "bob", "--action", "s3:GetObject"]);
    let action = run(&["access", "simulate", "--principal", "*", "--action", "GetObject"]);
    assert_eq!((caller.code, caller.err.contains("give an ARN, an account")), (1, true));
    assert_eq!((action.code, action.err.contains("write service:Action")), (1, true));
}

#[test]
fn issues_are_told_with_code_and_place_and_only_errors_end_with_1() {
    let risky = json!({"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}});
    let ran = run_with_input(&["access", "validate", "--format", "json", "-"], &risky.to_string());
    let line = &ran.lines()[0];
    assert_eq!(
        (ran.code, &line["type"], &line["code"], &line["path"]),
        (0, &json!("SECURITY_WARNING"), &json!("PASS_ROLE_WITH_STAR_IN_RESOURCE"), &json!("Statement[0]"))
    );
    let broken = run_with_input(&["access", "validate", "--format", "json", "-"], "{}");
    assert_eq!((broken.code, &broken.lines()[0]["code"]), (1, &json!("MISSING_STATEMENT")));
}

#[test]
fn calls_are_told_by_the_actions_that_authorise_them() {
    let ran = run(&[
        "access",
        "actions",
        "--format",
        "json",
        "s3.amazonaws.com",
        "ListBuckets",
        "CopyObject",
        "NoSuchCall",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        ran.lines(),
        [
            json!({"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "actions": ["s3:ListAllMyBuckets"]}),
            json!({"eventSource": "s3.amazonaws.com", "eventName": "CopyObject", "actions": ["s3:GetObject", "s3:PutObject"]}),
            json!({"eventSource": "s3.amazonaws.com", "eventName": "NoSuchCall", "actions": null}),
        ]
    );
    let table =
        run(&["access", "actions", "--format", "table", "lambda.amazonaws.com", "CreateFunction20150331"]);
    assert!(
        table.out.starts_with(
            "lambda.amazonaws.com CreateFunction20150331  lambda:CreateFunction  Write on \
             arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}"
        ),
        "{}",
        table.out
    );
    assert!(table.out.contains("; may need iam:PassRole"), "{}", table.out);
}

#[test]
fn lines_of_records_are_answered_in_order_and_a_bad_one_is_told_and_costs_no_other() {
    let input = "{\"eventSource\": \"sts.amazonaws.com\", \"eventName\": \"GetCallerIdentity\", \"awsRegion\": \"us-east-1\"}\n\
                 \n{}\nnot json\n{\"eventSource\": \"ec2.amazonaws.com\", \"eventName\": \"RunInstances\"}\n";
    let ran = run_with_input(&["access", "actions", "--jsonl"], input);
    let told: Vec<_> = ran.lines().into_iter().map(|line| line["actions"].clone()).collect();
    assert_eq!((ran.code, told), (2, vec![json!([]), json!(["ec2:RunInstances"])]));
    assert!(
        ran.err.contains("-:3: no object with eventSource and eventName: missing field `eventSource`"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("-:4: no object with eventSource and eventName: expected ident"), "{}", ran.err);
}
