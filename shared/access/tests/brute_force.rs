//! The search agrees with trying every call: on small policies made at random, and on what a Deny may do.

#![cfg(test)] // so that clippy knows every function here as part of a test

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_access::{Caller, Policy, Request, Target, Verdict, Zone, allows, decide};

const OWN: &str = "111122223333";
const NAMED: &str = "444455556666";
const FRESH: &str = "999900001111";
const BUCKET: &str = "arn:aws:s3:::bucket";

/// How many policies the search is held against.
const POLICIES: u32 = 100_000;

fn zone() -> Zone {
    Zone { account: OWN.to_owned(), organization: Some("o-own1".to_owned()), members: BTreeSet::new() }
}

fn target() -> Target {
    Target { arn: Some(BUCKET.to_owned()), resource_type: Some("AWS::S3::Bucket".to_owned()) }
}

fn principal() -> impl Strategy<Value = (&'static str, Value)> {
    let role = format!("arn:aws:iam::{NAMED}:role/app");
    prop_oneof![
        6 => Just(("Principal", json!("*"))),
        1 => Just(("Principal", json!({"AWS": NAMED}))),
        1 => Just(("Principal", json!({"AWS": role}))),
        1 => Just(("Principal", json!({"AWS": OWN}))),
        1 => Just(("NotPrincipal", json!({"AWS": OWN}))),
        1 => Just(("NotPrincipal", json!({"AWS": NAMED}))),
    ]
}

fn action() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        Just(("Action", json!("s3:*"))),
        Just(("Action", json!("s3:Get*"))),
        Just(("Action", json!(["s3:GetObject", "s3:PutObject"]))),
        Just(("NotAction", json!("s3:GetObject"))),
        Just(("NotAction", json!("s3:Put?bject"))),
    ]
}

fn resource() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        2 => Just(("Resource", json!("*"))),
        1 => Just(("Resource", json!("arn:aws:s3:::bucket/*"))),
        1 => Just(("Resource", json!("arn:aws:s3:::bucket/a*"))),
        1 => Just(("NotResource", json!(["arn:aws:s3:::bucket/a*", "arn:aws:s3:::bucket"]))),
    ]
}

fn condition() -> impl Strategy<Value = (String, &'static str, Value)> {
    let single = ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "StringNotLike"];
    let sets = [
        "ForAnyValue:StringEquals",
        "ForAnyValue:StringNotLike",
        "ForAllValues:StringLike",
        "ForAllValues:StringNotEquals",
        "ForAllValues:StringEqualsIfExists",
    ];
    let on_text = |operators: Vec<&'static str>, values: Vec<(&'static str, Vec<&'static str>)>| {
        let pair = prop::sample::select(values).prop_flat_map(|(key, values)| {
            (Just(key), prop::sample::subsequence(values, 1..=2).prop_map(|values| json!(values)))
        });
        (prop::sample::select(operators), pair)
            .prop_map(|(operator, (key, value))| (operator.to_owned(), key, value))
    };
    let is_missing = |keys: Vec<&'static str>| {
        (prop::sample::select(keys), any::<bool>())
            .prop_map(|(key, missing)| ("Null".to_owned(), key, json!(missing.to_string())))
    };
    prop_oneof![
        4 => on_text(single.into_iter().chain(sets).collect(), vec![
            ("aws:PrincipalOrgID", vec!["o-own1", "o-far1", "o-*"]),
            ("aws:PrincipalAccount", vec![OWN, NAMED, "anonymous"]),
            ("aws:TagKeys", vec!["a", "b*", "*b"]),
        ]),
        2 => on_text(single.to_vec(), vec![("s3:prefix", vec!["a", "b*", "*b"])]),
        2 => (prop_oneof![Just("IpAddress"), Just("NotIpAddress"), Just("IpAddressIfExists")],
            prop_oneof![Just(json!("203.0.113.0/24")), Just(json!("0.0.0.0/0"))])
            .prop_map(|(operator, value)| (operator.to_owned(), "aws:SourceIp", value)),
        1 => (prop_oneof![Just("NumericLessThan"), Just("NumericGreaterThanEquals"), Just("NumericEquals")],
            prop_oneof![Just(json!("10")), Just(json!(20))])
            .prop_map(|(operator, value)| (operator.to_owned(), "s3:max-keys", value)),
        1 => any::<bool>().prop_map(|is| ("Bool".to_owned(), "aws:SecureTransport", json!(is.to_string()))),
        1 => is_missing(vec!["aws:PrincipalOrgID", "aws:SourceIp", "s3:prefix", "aws:PrincipalAccount"]),
    ]
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    (principal(), action(), resource(), prop::collection::vec(condition(), 0..3)).prop_map(
        move |(principal, action, resource, conditions)| {
            let mut statement = Map::from_iter([("Effect".to_owned(), json!(effect))]);
            for (key, value) in [principal, action, resource] {
                statement.insert(key.to_owned(), value);
            }
            let mut blocks: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
            for (operator, key, value) in conditions {
                blocks.entry(operator).or_default().insert(key.to_owned(), value);
            }
            statement.insert("Condition".to_owned(), json!(blocks));
            Value::Object(statement)
        },
    )
}

fn statements(allows: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<Value>> {
    (prop::collection::vec(statement("Allow"), allows), prop::collection::vec(statement("Deny"), 0..3))
        .prop_map(|(allows, denies)| allows.into_iter().chain(denies).collect())
}

fn policy(statements: &[Value]) -> Policy {
    Policy::from_text(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
}

/// Returns one call for each way in which the conditions on each key can come out.
fn contexts(statements: &[Value]) -> Vec<BTreeMap<String, Vec<String>>> {
    let lists: [(&str, &[&[&'static str]]); 4] = [
        ("aws:sourceip", &[&[], &["203.0.113.5"], &["198.51.100.1"], &["2001:db8::1"]]),
        ("s3:prefix", &[&[], &["a"], &["b"], &["bx"], &["xb"], &["x"], &["b*"], &["*b"]]),
        ("s3:max-keys", &[&[], &["5"], &["10"], &["15"], &["20"], &["25"]]),
        ("aws:securetransport", &[&[], &["true"], &["false"]]),
    ];
    let lists = lists.map(|(key, values)| (key, values.iter().map(|value| value.to_vec()).collect()));
    let sets = ("aws:tagkeys", subsets(&["a", "b", "bx", "xb", "x", "b*", "*b"]));
    let mut found = vec![BTreeMap::new()];
    for (key, values) in lists.into_iter().chain([sets]) {
        let tests = conditions_on(key, statements);
        let mut ways: BTreeMap<(bool, Vec<bool>), BTreeMap<String, Vec<String>>> = BTreeMap::new();
        for value in values {
            let is_fixed = value == ["203.0.113.5"];
            let value: Vec<String> = value.into_iter().map(str::to_owned).collect();
            let context =
                if value.is_empty() { BTreeMap::new() } else { BTreeMap::from([(key.to_owned(), value)]) };
            let outcome =
                tests.iter().map(|test| allows(test, &call(Caller::Anonymous, "s3:X", BUCKET, &context)));
            ways.entry((is_fixed, outcome.collect())).or_insert(context);
        }
        if !tests.is_empty() {
            let with = |context: &BTreeMap<String, Vec<String>>| {
                let all = ways.values().map(|way| context.clone().into_iter().chain(way.clone()).collect());
                all.collect::<Vec<_>>()
            };
            found = found.iter().flat_map(with).collect();
        }
    }
    found
}

/// Each condition on the key, as a policy of its own.
fn conditions_on(key: &str, statements: &[Value]) -> Vec<Policy> {
    let blocks = statements.iter().flat_map(|statement| statement["Condition"].as_object().unwrap());
    let conditions = blocks.flat_map(|(operator, keys)| {
        let on_key = keys.as_object().unwrap().iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        on_key.map(move |(name, values)| json!({operator: {name: values}}))
    });
    let alone = |condition| json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
    conditions.map(|condition| policy(&[alone(condition)])).collect()
}

fn call(caller: Caller, action: &str, resource: &str, context: &BTreeMap<String, Vec<String>>) -> Request {
    Request {
        caller,
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: context.clone(),
        is_complete: true,
    }
}

fn subsets(values: &[&'static str]) -> Vec<Vec<&'static str>> {
    let mut found = vec![Vec::new()];
    for value in values {
        let with: Vec<Vec<_>> =
            found.iter().map(|set: &Vec<_>| set.iter().copied().chain([*value]).collect()).collect();
        found.extend(with);
    }
    found
}

/// Whom a caller counts as, the account and the organization, and who that is.
fn callers() -> Vec<(&'static str, &'static str, &'static [&'static str], Caller)> {
    let of = |account: &str, role: &str| Caller::Identity {
        account: account.to_owned(),
        arn: format!("arn:aws:iam::{account}:role/{role}"),
        session: None,
    };
    vec![
        ("*", "anonymous", &[""], Caller::Anonymous),
        ("*", FRESH, &["", "o-new1"], of(FRESH, "app")),
        ("org:o-far1", FRESH, &["o-far1"], of(FRESH, "app")),
        (NAMED, NAMED, &["", "o-new1", "o-far1"], of(NAMED, "app")),
        (NAMED, NAMED, &["", "o-new1", "o-far1"], of(NAMED, "other")),
    ]
}

/// Tries all calls on each Allow with all Denies: whom it does not mention is one of everybody to it.
fn tried_each(statements: &[Value]) -> (bool, BTreeSet<String>) {
    let (allows, denies): (Vec<Value>, Vec<Value>) =
        statements.iter().cloned().partition(|statement| statement["Effect"] == "Allow");
    let (mut public, mut all) = (false, BTreeSet::new());
    for allow in allows {
        let alone: Vec<Value> = std::iter::once(allow).chain(denies.iter().cloned()).collect();
        let (is_public, found) = tried(&alone);
        public |= is_public;
        all.extend(found);
    }
    if all.contains("*") {
        all = BTreeSet::from(["*".to_owned()]);
    }
    (public, all)
}

/// Tries all calls.
fn tried(statements: &[Value]) -> (bool, BTreeSet<String>) {
    let policy = policy(statements);
    let contexts = contexts(statements);
    let (mut public, mut found) = (false, BTreeSet::new());
    for (who, account, orgs, caller) in callers() {
        for org in orgs {
            for context in &contexts {
                let is_fixed_network = context.get("aws:sourceip").is_some_and(|ip| ip == &["203.0.113.5"]);
                let mut context = context.clone();
                context.insert("aws:principalaccount".to_owned(), vec![account.to_owned()]);
                if !org.is_empty() {
                    context.insert("aws:principalorgid".to_owned(), vec![(*org).to_owned()]);
                }
                for action in ["s3:GetObject", "s3:PutObject", "s3:GetX", "s3:Putxbject", "s3:X"] {
                    for resource in [BUCKET, "arn:aws:s3:::bucket/a", "arn:aws:s3:::bucket/x"] {
                        if (who == "*" && public) || (who != "*" && found.contains(who)) {
                            continue;
                        }
                        let request = call(caller.clone(), action, resource, &context);
                        if allows(&policy, &request) {
                            found.insert(who.to_owned());
                            public |= who == "*" && !is_fixed_network;
                        }
                    }
                }
            }
        }
    }
    if !json!(statements).to_string().contains(NAMED) {
        found.remove(NAMED); // one of everybody, or of its organization
    }
    if found.contains("*") {
        found = BTreeSet::from(["*".to_owned()]); // whoever else is let in is one of everybody
    }
    (public, found)
}

fn told(statements: &[Value]) -> (bool, BTreeSet<String>, Verdict) {
    let verdict = decide(&policy(statements), &[], &target(), &zone());
    let mut principals = verdict.principals();
    if principals.contains("*") {
        principals = BTreeSet::from(["*".to_owned()]);
    }
    (verdict.public, principals, verdict)
}

fn configured(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() }
}

/// Holds the search against trying every call.
fn agrees(statements: &[Value]) -> Result<(), TestCaseError> {
    let (public, principals, verdict) = told(statements);
    let (is_public, found) = tried_each(statements);
    prop_assert_eq!((public, principals, verdict.unknown), (is_public, found, None));
    Ok(())
}

// In two halves, so that they run side by side.
proptest! {
    #![proptest_config(configured(POLICIES / 2))]

    #[test]
    fn the_search_finds_whom_trying_every_call_finds_with_one_allow(statements in statements(1..=1)) {
        agrees(&statements)?;
    }

    #[test]
    fn the_search_finds_whom_trying_every_call_finds_with_two_allows(statements in statements(2..=2)) {
        agrees(&statements)?;
    }
}

proptest! {
    #![proptest_config(configured(POLICIES / 10))]

    #[test]
    fn one_more_deny_lets_nobody_in(statements in statements(1..=2), deny in statement("Deny")) {
        let before = told(&statements);
        let mut more = statements.clone();
        more.push(deny);
        let after = told(&more);
        // An account that the Deny is the first to mention was one of those that were told by another name.
        let was_told = |who: &String| before.1.contains(who) || before.1.contains("*") || before.1.contains("org:o-far1");
        prop_assert!((before.0 || !after.0) && after.1.iter().all(was_told), "{:?} {:?}", before, after);
    }
}
