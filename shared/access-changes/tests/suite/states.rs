//! What is told when something is known of before, and what is known afterwards.

use crate::events::{event, reviewed, rule};
use serde_json::{Value, json};
use trailreflex_access_changes::{Known, Means, Reviewed, What, Why, change};
use trailreflex_model::cloudtrail::Record;

fn after(file: &str, former: Option<&Known>) -> Reviewed {
    reviewed(event(file), former, None).unwrap()
}

fn known(file: &str) -> Known {
    after(file, None).state.unwrap()
}

fn with(file: &str, pointer: &str, value: Value) -> Value {
    let mut event = event(file);
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn policy(statements: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn allow(sid: &str, account: &str) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Principal": {"AWS": account}, "Action": "sqs:SendMessage", "Resource": "*"})
}

fn queue_policy(statements: &Value) -> Value {
    with("sqs-queue-policy", "/requestParameters/attributes/Policy", policy(statements).into())
}

#[test]
fn a_policy_that_is_written_again_is_no_finding() {
    for file in [
        "s3-bucket-policy-public",
        "kms-key-policy",
        "lambda-url-open",
        "s3-bucket-acl-canned",
        "rds-snapshot-public",
        "policy-is-no-json",
        "policy-with-an-unknown-operator",
    ] {
        let again = after(file, Some(&known(file)));
        assert_eq!((rule(&again), again.state.as_ref()), ("", Some(&known(file))), "{file}");
    }
}

#[test]
fn only_who_is_new_is_told_and_only_what_is_new_is_to_be_closed() {
    let old = allow("old", "444455556666");
    let former = reviewed(queue_policy(&json!([old])), None, None).unwrap().state.unwrap();
    let review =
        reviewed(queue_policy(&json!([old, allow("new", "777788889999")])), Some(&former), None).unwrap();
    let finding = review.finding.unwrap();
    let told = |field: &str| {
        finding.evidence.matched.iter().find(|one| one.field == field).map(|one| one.value.as_str())
    };
    assert_eq!(
        (
            told("newlyLetIn"),
            told("noLongerLetIn"),
            told("statementsAdded"),
            told("before"),
            told("statement")
        ),
        (Some("777788889999"), None, Some("new"), Some("known"), Some("1 (new)"))
    );
    let added = &finding.target.unwrap().resource().unwrap().added.clone();
    let expected = trailreflex_access::Parts::of(&policy(&json!([allow("new", "777788889999")])))
        .unwrap()
        .fingerprints();
    assert_eq!(
        added.iter().map(ToString::to_string).collect::<Vec<_>>(),
        expected.into_iter().collect::<Vec<_>>()
    );
}

#[test]
fn what_becomes_public_is_told_although_everybody_of_some_networks_was_let_in_before() {
    let from = |condition: Value| {
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"});
        statement["Condition"] = condition;
        queue_policy(&json!([statement]))
    };
    let narrow =
        reviewed(from(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})), None, None).unwrap();
    assert_eq!(rule(&narrow), "access_external");
    let open = reviewed(from(json!({})), narrow.state.as_ref(), None).unwrap();
    assert_eq!((rule(&open), open.difference.principals_added.is_empty()), ("access_public", true));
}

#[test]
fn block_public_access_that_is_removed_is_judged_by_the_policy_that_is_known() {
    let public = known("s3-bucket-policy-public");
    let shut = after("s3-public-access-block-all", Some(&public));
    assert_eq!((rule(&shut), shut.verdict.is_external()), ("", false));
    let opened = after("s3-public-access-block-deleted", shut.state.as_ref());
    assert_eq!(rule(&opened), "access_bucket_public");
    let harmless = after("s3-public-access-block-deleted", Some(&known("s3-bucket-policy-own-account")));
    assert_eq!(rule(&harmless), "");
}

#[test]
fn a_policy_that_was_read_back_decides() {
    let record = Record::parse(event("policy-hidden")).unwrap();
    assert_eq!(change(&record).unwrap().read_back(None), Some(Why::Redacted));
    let account = policy(&json!([{"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]));
    for (case, read, expected) in [
        ("somebody outside", account.as_str(), "access_external"),
        ("no policy", "", ""),
        ("something that is none", "{", "access_undecided"),
    ] {
        let review = reviewed(event("policy-hidden"), None, Some(read)).unwrap();
        assert_eq!(rule(&review), expected, "{case}");
        assert_eq!(review.state.unwrap().policy.as_deref(), Some(read), "{case}");
    }
    let part = Record::parse(event("s3-public-access-block-part")).unwrap();
    let part = change(&part).unwrap();
    let former = known("s3-bucket-policy-public");
    assert_eq!((part.read_back(None), part.read_back(Some(&former))), (Some(Why::OtherPolicy), None));
}

#[test]
fn a_statement_that_is_added_joins_the_policy_that_is_known_and_leaves_it_again() {
    let old =
        reviewed(queue_policy(&json!([allow("old", "777788889999")])), None, None).unwrap().state.unwrap();
    let added = after("sqs-permission", Some(&old));
    assert_eq!((rule(&added), added.verdict.principals().len()), ("access_external", 2));
    let removed = after("sqs-permission-removed", added.state.as_ref());
    assert_eq!((rule(&removed), &removed.state.as_ref().unwrap().principals), ("", &old.principals));
    assert_eq!(removed.difference.principals_removed, ["444455556666".to_owned()].into());
}

#[test]
fn of_statements_added_to_a_policy_that_is_not_known_only_those_are_known() {
    let added = after("sqs-permission", None).state.unwrap();
    assert_eq!((added.policy.clone(), added.principals.len()), (None, 1));
    assert_eq!(rule(&after("sqs-permission", Some(&added))), "", "the same once more");
    let removed = after("sqs-permission-removed", Some(&added));
    assert_eq!(removed.state, None, "who is left is not known");
}

#[test]
fn what_is_closed_is_no_finding_and_told_again_when_it_is_opened_again() {
    for (opens, closes) in [
        ("s3-bucket-policy-public", "s3-bucket-policy-deleted"),
        ("s3-bucket-policy-public", "s3-bucket-deleted"),
        ("sqs-queue-policy", "sqs-queue-policy-taken-away"),
        ("lambda-url-open", "lambda-url-with-iam"),
        ("ec2-snapshot-shared", "ec2-snapshot-unshared"),
        ("kms-grant", "kms-grant-revoked"),
    ] {
        let closed = after(closes, Some(&known(opens)));
        assert_eq!((rule(&closed), closed.verdict.is_external()), ("", false), "{closes}");
        let opened = after(opens, closed.state.as_ref());
        assert_eq!(rule(&opened), rule(&after(opens, None)), "{opens}");
    }
}

#[test]
fn what_is_known_is_kept_as_json_and_read_back() {
    let known = known("s3-bucket-policy-account");
    let json = serde_json::to_value(&known).unwrap();
    assert_eq!(serde_json::from_value::<Known>(json.clone()).unwrap(), known);
    assert_eq!(json["principals"], json!(["444455556666"]));
    assert_eq!(serde_json::from_value::<Known>(json!({"later": 1})).unwrap(), Known::default());
}

#[test]
fn a_policy_is_read_however_it_is_encoded() {
    let text = policy(&json!([allow("a", "444455556666")]));
    let object: Value = serde_json::from_str(&text).unwrap();
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for (case, value) in [
        ("an object", object),
        ("a text", json!(text)),
        ("a text within a text", json!(json!(text).to_string())),
        ("encoded for a URL", json!(encoded)),
        ("between blanks", json!(format!("\n  {text}\n"))),
    ] {
        let record = with("sqs-queue-policy", "/requestParameters/attributes/Policy", value);
        let record = Record::parse(record).unwrap();
        assert_eq!(change(&record).unwrap().what, What::Policy(text.clone()), "{case}");
    }
    let none =
        Record::parse(with("sqs-queue-policy", "/requestParameters/attributes/Policy", json!(" "))).unwrap();
    assert_eq!(change(&none).unwrap().what, What::Removed(Means::Policy));
}

#[test]
fn a_policy_of_100_kilobytes_is_decided_and_its_finding_fits_an_event() {
    let accounts =
        (0..500).map(|number| allow(&format!("s{number}"), &format!("{}", 444_455_550_000_u64 + number)));
    let policy = policy(&accounts.collect::<Vec<_>>().into());
    let padded = policy.replacen("\"s0\"", &format!("\"{}\"", "s".repeat(100_000 - policy.len())), 1);
    let large = with("sqs-queue-policy", "/requestParameters/attributes/Policy", padded.into());
    let large = reviewed(large, None, None).unwrap();
    assert_eq!((rule(&large), large.verdict.principals().len()), ("access_external", 500));
    assert!(serde_json::to_string(&large.finding).unwrap().len() < 128 * 1024);
}

#[test]
fn records_of_china_are_reviewed_too() {
    let record = with("s3-bucket-policy-account", "/eventSource", json!("s3.amazonaws.com.cn"));
    assert_eq!(rule(&reviewed(record, None, None).unwrap()), "access_external");
}
