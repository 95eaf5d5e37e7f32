//! Whatever the order of records and however they are divided, the same is known, and all of it covers what was used.

use crate::given::{ROLE, record, usage};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_access::{Caller, Policy, Request, allows};
use trailreflex_privilege::{Arns, Detail, Usage};

/// Calls of a few kinds, some of them with the same id.
pub(crate) fn changes() -> impl Strategy<Value = Value> {
    let call = prop_oneof![
        4 => ("[ab]", "[a-c]{1,2}(/[a-z*?$]{1,3}){0,2}").prop_map(|(bucket, key)| {
            json!({"eventCategory": "Data", "requestParameters": {"bucketName": bucket, "key": key}})
        }),
        1 => "[a-z]{1,3}(-1A2B3C4D5E)?".prop_map(|name| {
            json!({"eventSource": "sqs.amazonaws.com", "eventName": "SendMessage",
                "requestParameters": {"queueUrl": format!("https://sqs/111122223333/{name}")}})
        }),
        1 => "[a-f0-9]{2}".prop_map(|id| {
            json!({"eventSource": "ec2.amazonaws.com", "eventName": "StopInstances",
                "requestParameters": {"instancesSet": {"items": [{"instanceId": format!("i-{id}")}]}}})
        }),
        1 => "[a-z]{1,2}".prop_map(|name| {
            json!({"eventSource": "lambda.amazonaws.com", "eventName": "CreateFunction20150331",
                "requestParameters": {"functionName": name, "role": format!("arn:aws:iam::111122223333:role/{name}")}})
        }),
        1 => Just(json!({"eventSource": "ec2.amazonaws.com", "eventName": "DescribeInstances"})),
        1 => Just(json!({"eventSource": "ec2.amazonaws.com", "eventName": "DescribeVpcs"})),
    ];
    (call, 0..40_u32, 10..60_u32, prop::bool::weighted(0.1), prop::bool::weighted(0.2)).prop_map(
        |(mut call, id, minute, is_denied, is_through)| {
            call["eventID"] = json!(format!("00000000-0000-4000-8000-0000000000{id:02}"));
            call["eventTime"] = json!(format!("2026-10-05T10:{minute}:00Z"));
            if is_denied {
                call["errorCode"] = json!("AccessDenied");
            }
            if is_through {
                call["userIdentity"] = json!({
                    "type": "AssumedRole", "invokedBy": "cloudformation.amazonaws.com", "accountId": "111122223333",
                    "sessionContext": {"sessionIssuer": {"arn": ROLE}},
                });
            }
            call
        },
    )
}

/// All that is known but the numbers of calls, which copies may raise.
fn without_numbers(usage: &Usage) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for number in ["calls", "copies", "folded", "withoutAction"] {
                    members.remove(number);
                }
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut value = serde_json::to_value(usage).unwrap();
    strip(&mut value);
    value
}

proptest! {
    #[test]
    fn the_order_of_records_does_not_matter(
        (records, shuffled) in prop::collection::vec(changes(), 0..120).prop_flat_map(|records| {
            (Just(records.clone()), Just(records).prop_shuffle())
        }),
    ) {
        // Copies here are not the same call, so which one of them counts is a matter of order.
        prop_assert_eq!(without_numbers(&usage(&records)), without_numbers(&usage(&shuffled)));
        let unique = |records: &[Value]| {
            records.iter().cloned().map(|mut one| { one.as_object_mut().unwrap().remove("eventID"); one }).collect::<Vec<_>>()
        };
        let json = |records: &[Value]| serde_json::to_value(usage(&unique(records))).unwrap();
        prop_assert_eq!(json(&records), json(&shuffled));
    }

    #[test]
    fn parts_of_the_logs_make_the_same_as_the_whole(
        records in prop::collection::vec(changes(), 0..120), at in 0..120_usize,
    ) {
        let (first, second) = records.split_at(at.min(records.len()));
        let mut merged = usage(first);
        merged.merge(usage(second));
        prop_assert_eq!(without_numbers(&merged), without_numbers(&usage(&records)));
    }

    /// However many there are, and however they are generalised.
    #[test]
    fn patterns_cover_every_object_that_was_used(
        keys in prop::collection::vec("[ab](/[a-d*?$]{1,9}){0,3}(-1A2B3C4D5E)?", 1..80),
    ) {
        let records: Vec<Value> = keys.iter().map(|key| json!({"requestParameters": {"bucketName": "b", "key": key}})).collect();
        let arns = of(&usage(&records), "s3:GetObject");
        for detail in [Detail::Observed, Detail::Five, Detail::One, Detail::Types] {
            let patterns = arns.patterns(detail);
            for key in &keys {
                prop_assert!(matches(&patterns, &format!("arn:aws:s3:::b/{key}")), "{key} {patterns:?}");
            }
            prop_assert!(!matches(&patterns, "arn:aws:s3:::other/a"), "{patterns:?}");
        }
    }
}

fn of(usage: &Usage, action: &str) -> Arns {
    let principal = usage.principals.get(&ROLE.to_owned()).unwrap();
    let found = principal.actions.iter().find(|(key, _)| key.action.to_string() == action);
    found.unwrap().1.resources.clone()
}

fn matches(patterns: &BTreeSet<String>, arn: &str) -> bool {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": patterns}]});
    let policy = Policy::from_text(&policy.to_string()).unwrap();
    let caller = Caller::named(ROLE).unwrap();
    allows(&policy, &Request::new(caller, "s3:GetObject", arn, Default::default(), true))
}

#[test]
fn resources_are_generalised_by_what_their_names_have_in_common() {
    for case in crate::given::cases("generalised") {
        let named = |arn: &Value| json!({"eventSource": case["source"], "eventName": case["event"], "resources": [{"ARN": arn}]});
        let records: Vec<Value> = case["arns"].as_array().unwrap().iter().map(named).collect();
        let arns = of(&usage(&records), case["action"].as_str().unwrap());
        assert_eq!(json!(arns.patterns(Detail::Five)), case["patterns"], "{}", case["name"]);
    }
}

#[test]
fn a_flood_of_resources_is_covered_and_no_account_or_region_is_left_open() {
    let queue = |region: usize, name: usize| {
        json!({"eventSource": "sqs.amazonaws.com", "eventName": "SendMessage",
        "resources": [{"ARN": format!("arn:aws:sqs:r-{region}:111122223333:{name}")}]})
    };
    let many: Vec<Value> = (0..3_000).map(|number| queue(number % 3, number)).collect();
    let expected: Vec<String> =
        (0..3).map(|region| format!("arn:aws:sqs:r-{region}:111122223333:*")).collect();
    assert_eq!(json!(of(&usage(&many), "sqs:SendMessage").patterns(Detail::Five)), json!(expected));
    let too_many: Vec<Value> = (0..300).map(|number| queue(number, number)).collect();
    assert_eq!(json!(of(&usage(&too_many), "sqs:SendMessage").patterns(Detail::Five)), json!(["*"]));
}

#[test]
fn a_copy_counts_once() {
    let one = record(&json!({"eventID": "00000000-0000-4000-8000-000000000001"}));
    let mut usage = Usage::default();
    usage.add(&one);
    usage.add(&one);
    assert_eq!((usage.coverage.records.unwrap().calls, usage.coverage.copies), (1, 1));
}
