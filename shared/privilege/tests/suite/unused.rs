//! What was not used, and of what that cannot be told.

use crate::given::record;
use serde_json::{Value, json};
use trailreflex_privilege::{
    ExternalGrant, Inventory, Key, KeyName, Reason, Role, Unused, UnusedAccess, Usage, Window,
};

const APP: &str = "arn:aws:iam::111122223333:role/app";
const TO: &str = "2026-10-06T00:00:00Z";

fn case(name: &str) -> String {
    std::fs::read_to_string(format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn app(changes: &Value) -> Value {
    let mut call = json!({"userIdentity": {
        "type": "AssumedRole", "accountId": "111122223333", "arn": "arn:aws:sts::111122223333:assumed-role/app/x",
        "sessionContext": {"sessionIssuer": {"arn": APP}},
    }});
    call.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    call
}

/// A call of the role on each of the last days, and others.
fn usage(days: i64, others: &[Value]) -> Usage {
    let mut usage = Usage::default();
    let to: jiff::Timestamp = TO.parse().unwrap();
    for day in 1..=days {
        let time = to - jiff::SignedDuration::from_hours(24 * day - 12);
        let call =
            json!({"eventTime": time, "eventSource": "ec2.amazonaws.com", "eventName": "DescribeVpcs"});
        usage.add(&record(&app(&call)));
    }
    others.iter().for_each(|other| usage.add(&record(other)));
    usage
}

fn window() -> Window {
    Window::of_days(90, TO.parse().unwrap())
}

fn inventory() -> Inventory {
    let mut inventory = Inventory::from_details(&case("account.json")).unwrap();
    inventory.add_credential_report(&case("credential_report.csv")).unwrap();
    inventory.external_grants = vec![
        ExternalGrant {
            resource: "arn:aws:kms:eu-west-1:111122223333:key/k".to_owned(),
            account: "444455556666".to_owned(),
        },
        ExternalGrant { resource: "arn:aws:s3:::shared".to_owned(), account: "444455556666".to_owned() },
        ExternalGrant { resource: "arn:aws:s3:::shared".to_owned(), account: "777788889999".to_owned() },
    ];
    inventory
}

fn lines(unused: &Unused) -> Vec<String> {
    unused.findings.iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_not_used_is_told_apart_from_what_cannot_be_told() {
    let others = [
        json!({
            "userIdentity": {"type": "AWSAccount", "accountId": "444455556666"}, "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole", "requestParameters": {"roleArn": APP},
        }),
        app(&json!({"eventName": "ListBuckets"})),
        json!({
            "userIdentity": {"type": "AWSAccount", "accountId": "444455556666"},
            "eventName": "GetBucketLocation", "requestParameters": {"bucketName": "shared"},
        }),
    ];
    let unused = inventory().unused(&usage(90, &others), window());
    let expected: Vec<String> = case("unused.txt").lines().map(str::to_owned).collect();
    assert_eq!(lines(&unused), expected);
}

#[test]
fn data_events_make_the_difference_where_the_logs_have_them() {
    let read =
        app(&json!({"eventCategory": "Data", "requestParameters": {"bucketName": "other", "key": "k"}}));
    let unused = inventory().unused(&usage(90, &[read]), window());
    let of_s3: Vec<String> = lines(&unused).into_iter().filter(|line| line.contains("s3:")).collect();
    assert_eq!(
        of_s3,
        [
            "unused actions  arn:aws:iam::111122223333:role/app  s3:DeleteBucket s3:ListAllMyBuckets",
            "never used from outside  arn:aws:s3:::shared  444455556666",
            "never used from outside  arn:aws:s3:::shared  777788889999",
        ]
    );
}

#[test]
fn nothing_is_called_unused_unless_the_logs_reach_over_the_window() {
    let gap = |usage: &mut Usage| {
        let early = json!({"eventTime": "2026-07-08T12:00:00Z", "eventName": "ListBuckets"});
        usage.add(&record(&app(&early)));
    };
    let mut with_gap = usage(60, &[]);
    gap(&mut with_gap);
    for (name, usage, reason) in [
        ("no records", Usage::default(), Reason::AccountNotInLogs),
        ("30 days of 90", usage(30, &[]), Reason::LogsTooShort),
        ("a month without records", with_gap, Reason::LogsHaveGaps),
    ] {
        let unused = inventory().unused(&usage, window());
        let told: Vec<_> =
            unused.findings.iter().filter(|one| !matches!(one, UnusedAccess::CannotTell { .. })).collect();
        assert_eq!(told, Vec::<&UnusedAccess>::new(), "{name}");
        let reasons = |role: &str| {
            unused.findings.iter().find_map(|finding| {
                let UnusedAccess::CannotTell { about, reason } = finding else { return None };
                about.to_string().ends_with(role).then_some(*reason)
            })
        };
        assert_eq!(reasons("role/idle"), Some(reason), "{name}");
    }
}

#[test]
fn keys_that_are_known_by_their_ids_are_told_apart() {
    let user = |key: &str| {
        json!({"userIdentity": {
            "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice", "accountId": "111122223333", "accessKeyId": key,
        }})
    };
    let mut inventory = Inventory::from_details(&case("account.json")).unwrap();
    let key =
        |id: &str| Key { name: KeyName::Id(id.to_owned()), is_active: true, created: None, last_used: None };
    inventory.users[0].keys = vec![key("AKIAEXAMPLEUSED00001"), key("AKIAEXAMPLEIDLE00001")];
    inventory.users[0].keys.push(Key { is_active: false, ..key("AKIAEXAMPLEOFF000001") });
    let unused = inventory.unused(&usage(90, &[user("AKIAEXAMPLEUSED00001")]), window());
    let keys: Vec<String> = lines(&unused).into_iter().filter(|line| line.contains("key")).collect();
    assert_eq!(
        keys,
        ["unused access key  arn:aws:iam::111122223333:user/alice  AKIAEXAMPLEIDLE00001  no use known"]
    );
}

#[test]
fn a_key_is_not_called_unused_if_the_logs_show_more_keys_in_use_than_the_report() {
    let bob = |key: &str| {
        json!({"userIdentity": {
            "type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/bob", "accountId": "111122223333", "accessKeyId": key,
        }})
    };
    let unused = inventory().unused(&usage(90, &[bob("AKIAEXAMPLEUSED00001")]), window());
    assert!(!lines(&unused).iter().any(|line| line.contains("key") && line.contains("user/bob")));
}

#[test]
fn a_finding_is_written_as_its_type_with_what_it_is_about() {
    let unused = inventory().unused(&usage(90, &[]), window());
    let json = serde_json::to_value(&unused).unwrap();
    let idle = json!({"type": "unusedRole", "role": "arn:aws:iam::111122223333:role/idle", "lastUsed": "2025-02-01T00:00:00Z"});
    assert!(json["findings"].as_array().unwrap().contains(&idle), "{json}");
    let grant = json!({"type": "neverUsedExternalGrant", "resource": "arn:aws:kms:eu-west-1:111122223333:key/k", "account": "444455556666"});
    assert!(json["findings"].as_array().unwrap().contains(&grant), "{json}");
}

#[test]
fn only_what_aws_prints_is_an_inventory() {
    for (name, text, expected) in [
        (
            "no JSON",
            "<html>",
            "the details are not JSON; give what `aws iam get-account-authorization-details` prints",
        ),
        (
            "JSON of something else",
            "{\"Users\": []}",
            "the details have neither `UserDetailList` nor `RoleDetailList`; give what `aws iam get-account-authorization-details` prints",
        ),
        (
            "a list",
            "[]",
            "the details have neither `UserDetailList` nor `RoleDetailList`; give what `aws iam get-account-authorization-details` prints",
        ),
    ] {
        assert_eq!(Inventory::from_details(text).unwrap_err().to_string(), expected, "{name}");
    }
    let none = Inventory::from_details("{\"UserDetailList\": []}").unwrap();
    assert_eq!(none, Inventory::default());
    let mut inventory = Inventory::default();
    let error = inventory.add_credential_report("a,b\n1,2\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the credential report has no column `arn`; give what `iam:GetCredentialReport` answers, decoded"
    );
}

#[test]
fn trust_holds_other_accounts_and_providers_only() {
    let app = inventory().roles.into_iter().find(|role: &Role| role.arn == APP).unwrap();
    assert_eq!(app.trusted.into_iter().collect::<Vec<_>>(), ["444455556666", "777788889999"]);
}
