//! Policies allow what was used, and nothing that old ones do not.

use crate::fold::changes;
use crate::given::{ROLE, cases, usage};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use trailreflex_access::{Caller, Decision, Policies, Policy, Request};
use trailreflex_privilege::{Attached, Detail, Fit, Placement, Recommendation, Usage, characters};

const QUEUES: &str = "arn:aws:sqs:eu-west-1:111122223333";

/// What a call needs: action, resource, and condition keys.
fn needed(call: &Value) -> Vec<Request> {
    if call.get("errorCode").is_some() {
        return Vec::new();
    }
    let parameters = &call["requestParameters"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut context = BTreeMap::new();
    if call["userIdentity"].get("invokedBy").is_some() {
        context.insert("aws:CalledVia".to_owned(), vec!["cloudformation.amazonaws.com".to_owned()]);
    }
    let request = |action: &str, resource: &str, context: &BTreeMap<String, Vec<String>>| {
        Request::new(Caller::named(ROLE).unwrap(), action, resource, context.clone(), true)
    };
    let service = call["eventSource"].as_str().unwrap_or("s3.amazonaws.com");
    match (service, call["eventName"].as_str().unwrap_or("GetObject")) {
        ("s3.amazonaws.com", _) => {
            let object =
                format!("arn:aws:s3:::{}/{}", text(&parameters["bucketName"]), text(&parameters["key"]));
            vec![request("s3:GetObject", &object, &context)]
        }
        ("sqs.amazonaws.com", _) => {
            let url = text(&parameters["queueUrl"]);
            vec![request(
                "sqs:SendMessage",
                &format!("{QUEUES}:{}", url.rsplit('/').next().unwrap()),
                &context,
            )]
        }
        ("lambda.amazonaws.com", _) => {
            let name = text(&parameters["functionName"]);
            let mut passing = context.clone();
            passing.insert("iam:PassedToService".to_owned(), vec!["lambda.amazonaws.com".to_owned()]);
            vec![
                request(
                    "lambda:CreateFunction",
                    &format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}"),
                    &context,
                ),
                request("iam:PassRole", &text(&parameters["role"]), &passing),
            ]
        }
        (_, "StopInstances") => {
            let id = text(&parameters["instancesSet"]["items"][0]["instanceId"]);
            vec![request(
                "ec2:StopInstances",
                &format!("arn:aws:ec2:eu-west-1:111122223333:instance/{id}"),
                &context,
            )]
        }
        (_, name) => vec![request(&format!("ec2:{name}"), "*", &context)],
    }
}

fn decided(policies: &[Policy], request: &Request) -> bool {
    let all = Policies { identity: policies.to_vec(), ..Policies::default() };
    matches!(all.decide(request), Decision::Allowed(_))
}

fn parsed(recommendation: &Recommendation) -> Vec<Policy> {
    recommendation.policies.iter().map(|policy| Policy::from_text(&policy.to_string()).unwrap()).collect()
}

fn any_of(texts: &[&'static str]) -> impl Strategy<Value = Value> + use<> {
    let one = prop::sample::select(texts.to_vec()).prop_map(|text| json!(text));
    let two = prop::sample::subsequence(texts.to_vec(), 1..=2).prop_map(|texts| json!(texts));
    prop_oneof![one, two]
}

/// Policies as they may be attached to somebody, some of which allow what is used and some do not.
fn old_policy() -> impl Strategy<Value = Attached> {
    let actions = any_of(&[
        "*",
        "s3:*",
        "s3:Get*",
        "sqs:SendMessage",
        "lambda:*",
        "iam:PassRole",
        "ec2:Describe*",
        "ec2:*",
    ]);
    let action = prop_oneof![4 => actions.prop_map(|value| ("Action", value)),
        1 => any_of(&["s3:GetObject", "iam:*", "ec2:StopInstances"]).prop_map(|value| ("NotAction", value))];
    let resources = any_of(&[
        "*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::a/*",
        "arn:aws:s3:::b/a*",
        "arn:aws:s3:::?/b*",
        "arn:aws:s3:::a/${aws:PrincipalAccount}*",
        "arn:aws:sqs:*:111122223333:a*",
        "arn:aws:lambda:*:*:function:?",
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::*:role/a*",
        "arn:aws:ec2:*:*:instance/i-a*",
    ]);
    let resource = (prop::bool::weighted(0.15), resources)
        .prop_map(|(not, value)| (if not { "NotResource" } else { "Resource" }, value));
    let condition = prop_oneof![
        6 => Just(None),
        1 => Just(Some(json!({"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}}))),
        1 => Just(Some(json!({"Null": {"aws:CalledVia": "true"}}))),
        1 => Just(Some(json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}))),
        1 => Just(Some(json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}}))),
    ];
    let statement = (prop::bool::weighted(0.2), action, resource, condition).prop_map(|(denies, action, resource, condition)| {
        let mut statement = json!({"Effect": if denies { "Deny" } else { "Allow" }, action.0: action.1, resource.0: resource.1});
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        statement
    });
    let version = prop_oneof![4 => Just("2012-10-17"), 1 => Just("2008-10-17")];
    (version, prop::collection::vec(statement, 1..5)).prop_map(|(version, statements)| {
        Attached::read("old", &json!({"Version": version, "Statement": statements})).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_was_used_is_allowed_however_small_the_policies_have_to_be(
        records in prop::collection::vec(changes(), 1..80),
    ) {
        let usage = usage(&records);
        for placement in [Placement::Managed, Placement::InlineRole, Placement::InlineUser] {
            let recommendation = usage.recommendation(ROLE, placement).unwrap();
            let policies = parsed(&recommendation);
            for request in records.iter().flat_map(needed) {
                prop_assert!(decided(&policies, &request), "{request:?} {recommendation}");
            }
        }
    }

    #[test]
    fn narrowed_policies_allow_nothing_that_old_ones_do_not_and_all_that_they_allowed_of_what_was_used(
        records in prop::collection::vec(changes(), 1..60),
        others in prop::collection::vec(changes(), 1..60),
        old in prop::collection::vec(old_policy(), 1..3),
    ) {
        let usage = usage(&records);
        let before: Vec<Policy> = old.iter().map(|attached| attached.policy().clone()).collect();
        let recommendation = usage.narrowed(ROLE, Placement::Managed, &old).unwrap();
        let old = json!(old.iter().map(Attached::document).collect::<Vec<_>>());
        let after = parsed(&recommendation);
        for request in records.iter().chain(&others).flat_map(needed) {
            if decided(&after, &request) {
                prop_assert!(decided(&before, &request), "{request:?} {recommendation} {old}");
            }
        }
        for request in records.iter().flat_map(needed) {
            // A variable in a policy of 2008 is a text that nothing here is called by.
            if decided(&before, &request) {
                prop_assert!(decided(&after, &request), "{request:?} {recommendation} {old}");
            }
        }
    }
}

#[test]
fn each_use_makes_the_policy_that_is_written_here() {
    for case in cases("policies") {
        let usage = usage(case["records"].as_array().unwrap());
        let principal = case["principal"].as_str().unwrap_or(ROLE);
        let made = match case.get("old") {
            Some(old) => {
                let old: Vec<_> =
                    old.as_array().unwrap().iter().map(|one| Attached::read("old", one).unwrap()).collect();
                usage.narrowed(principal, Placement::Managed, &old)
            }
            None => usage.recommendation(principal, Placement::Managed),
        };
        let made = serde_json::to_value(made).unwrap();
        for (key, expected) in case["expected"].as_object().unwrap() {
            assert_eq!(made[key], *expected, "{}: {key}", case["name"]);
        }
    }
}

fn of_many(names: impl Iterator<Item = String>) -> Usage {
    let named = |name: String| {
        json!({"eventSource": "lambda.amazonaws.com", "eventName": "GetFunction20150331v2",
        "requestParameters": {"functionName": name}})
    };
    usage(&names.map(named).collect::<Vec<_>>())
}

#[test]
fn policies_keep_the_limits_or_say_that_they_cannot() {
    let small = of_many((0..3).map(|number| format!("f{number}")));
    // Each account is a family of its own, which is never generalised away.
    let call = |account: usize, letter: char| {
        json!({"eventSource": "lambda.amazonaws.com", "eventName": "GetFunction20150331v2",
        "resources": null, "requestParameters": {"functionName": format!("arn:aws:lambda:eu-west-1:{account:012}:function:{letter}-function-with-quite-a-long-name")}})
    };
    let large = usage(
        &(0..60).flat_map(|account| ('a'..'f').map(move |letter| call(account, letter))).collect::<Vec<_>>(),
    );
    for (case, usage, placement, fits, detail) in [
        ("a few for a user", &small, Placement::InlineUser, true, Detail::Five),
        ("many as managed policies", &large, Placement::Managed, true, Detail::Five),
        ("many for a role", &large, Placement::InlineRole, true, Detail::One),
        ("too many for a user", &large, Placement::InlineUser, false, Detail::Types),
    ] {
        let made = usage.recommendation(ROLE, placement).unwrap();
        let (most, size) = placement.limits();
        assert_eq!((made.fit == Fit::Fits, made.detail), (fits, detail), "{case}");
        assert_eq!(made.policies.len() <= most, fits, "{case}");
        assert!(made.policies.iter().all(|policy| characters(policy) <= size), "{case}");
    }
}

#[test]
fn wildcards_stand_for_actions_only_if_all_they_mean_was_used() {
    // All of the service that list, and two of many that describe.
    let calls = ["ListTagsForResource", "ListSubscriptions", "ListTopics", "GetTopicAttributes"];
    let of = |name: &&str| json!({"eventSource": "sns.amazonaws.com", "eventName": name});
    let usage = usage(&calls.iter().map(of).collect::<Vec<_>>());
    let made = usage.recommendation(ROLE, Placement::Managed).unwrap();
    assert!(!made.has_action_wildcards && !made.policies[0].to_string().contains("sns:List*"), "{made}");
}

#[test]
fn a_recommendation_says_in_words_what_is_not_certain() {
    let usage = usage(&[
        json!({"eventSource": "ec2.amazonaws.com", "eventName": "ReadTheFuture"}),
        json!({"eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "errorCode": "AccessDenied"}),
    ]);
    let text = usage.recommendation(ROLE, Placement::Managed).unwrap().to_string();
    for expected in [
        "1 managed policies, within IAM's limits",
        "from records of 2026-10-05T10:00:00Z to 2026-10-05T10:00:00Z",
        "on any resource, as records do not tell which: ec2:ReadTheFuture",
        "not known as an action, check the name: ec2:ReadTheFuture",
        "denied and not allowed: kms:Decrypt",
    ] {
        assert!(text.contains(expected), "{text}");
    }
}
