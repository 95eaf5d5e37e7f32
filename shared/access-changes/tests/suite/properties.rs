//! What must hold for any policy.

use crate::events::{event, reviewed, rule};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_model::Severity;

fn principal() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("*"),
        json!({"AWS": "111122223333"}),
        json!({"AWS": ["444455556666", "arn:aws:iam::777788889999:role/reader"]}),
        json!({"Service": "sns.amazonaws.com"}),
        json!({"Federated": "accounts.google.com"}),
    ])
}

fn condition() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-foreign111"}}),
        json!({"StringNotEquals": {"aws:PrincipalAccount": "444455556666"}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"Null": {"aws:PrincipalOrgID": "true"}}),
    ])
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let action = prop::sample::select(vec!["sqs:*", "sqs:SendMessage", "sqs:ReceiveMessage"]);
    (principal(), action, condition()).prop_map(move |(principal, action, condition)| {
        json!({"Effect": effect, "Principal": principal, "Action": action, "Resource": "*", "Condition": condition})
    })
}

fn statements() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(prop_oneof![3 => statement("Allow"), 1 => statement("Deny")], 0..4)
}

fn written(statements: &[Value]) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let mut event = event("sqs-queue-policy");
    event["requestParameters"]["attributes"]["Policy"] = policy.into();
    event
}

fn severity(found: &trailreflex_access_changes::Reviewed) -> Option<Severity> {
    found.finding.as_ref().map(|finding| finding.severity)
}

proptest! {
    #[test]
    fn a_deny_that_is_added_never_is_a_finding(mut policy in statements(), deny in statement("Deny")) {
        let before = reviewed(written(&policy), None, None).unwrap();
        policy.push(deny);
        let after = reviewed(written(&policy), before.state.as_ref(), None).unwrap();
        prop_assert_eq!(rule(&after), "");
        let alone = reviewed(written(&policy), None, None).unwrap();
        prop_assert!(severity(&alone) <= severity(&before), "{:?}", alone.finding);
    }

    #[test]
    fn whoever_is_let_in_by_a_new_policy_is_told_or_was_let_in_before(before in statements(), after in statements()) {
        let former = reviewed(written(&before), None, None).unwrap();
        let found = reviewed(written(&after), former.state.as_ref(), None).unwrap();
        let is_new = !found.verdict.principals().is_subset(&former.verdict.principals())
            || (found.verdict.public && !former.verdict.public)
            || !found.verdict.services_without_source.is_subset(&former.verdict.services_without_source);
        let of = |effect: &str, policy: &[Value]| -> BTreeSet<String> {
            let statements = policy.iter().filter(|statement| statement["Effect"] == effect);
            statements.map(Value::to_string).collect()
        };
        let is_narrower = of("Allow", &after).is_subset(&of("Allow", &before))
            && of("Deny", &before).is_subset(&of("Deny", &after));
        prop_assert_eq!(found.finding.is_some(), is_new && !is_narrower);
    }

    #[test]
    fn the_same_record_gives_the_same_finding(policy in statements()) {
        prop_assert_eq!(reviewed(written(&policy), None, None), reviewed(written(&policy), None, None));
    }

    #[test]
    fn any_text_in_place_of_a_policy_is_decided_or_told(text in ".{0,200}") {
        let mut event = event("kms-key-policy");
        event["requestParameters"]["policy"] = text.clone().into();
        let found = reviewed(event, None, None).unwrap();
        prop_assert!(rule(&found) == "access_undecided" || text.trim().is_empty());
    }
}
