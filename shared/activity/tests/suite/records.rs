//! Records become calls.

use serde_json::{Value, json};
use trailreflex_activity::{Call, Counts};
use trailreflex_model::cloudtrail::Record;

fn record(changes: &Value) -> Record {
    let mut record = json!({
        "eventVersion": "1.11", "eventID": "00000000-0000-4000-8000-000000000001", "eventTime": "2026-10-05T10:00:00Z",
        "eventType": "AwsApiCall", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "readOnly": false,
        "awsRegion": "us-east-1", "sourceIPAddress": "198.51.100.7", "userAgent": "Boto3/1.43 md/x",
        "recipientAccountId": "111122223333",
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLEADMIN00001:jane", "accountId": "111122223333",
            "arn": "arn:aws:sts::111122223333:assumed-role/admin/jane",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": "arn:aws:iam::111122223333:role/admin"}},
        },
    });
    record.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    Record::parse(record).unwrap()
}

#[test]
fn a_call_is_by_the_role_behind_the_session_from_a_network_with_a_kind_of_program() {
    let expected = Call {
        event: Some("00000000-0000-4000-8000-000000000001".to_owned()),
        time: "2026-10-05T10:00:00Z".parse().unwrap(),
        principal: "arn:aws:iam::111122223333:role/admin".to_owned(),
        is_service: false,
        is_root: false,
        is_sign_in_without_mfa: false,
        account: "111122223333".to_owned(),
        caller_account: None,
        is_callers_record: false,
        through: None,
        service: "iam".to_owned(),
        operation: "iam:CreateUser".to_owned(),
        region: "us-east-1".to_owned(),
        network: "198.51.0.0/16".to_owned(),
        program: "Boto3".to_owned(),
        error: None,
        is_read_only: false,
        counts: Counts { calls: 1, writes: 1, ..Counts::default() },
    };
    assert_eq!(Call::of(&record(&json!({}))), Some(expected));
}

#[test]
fn only_a_service_by_itself_is_a_service() {
    let user = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"});
    let mut through = user.clone();
    through["invokedBy"] = "cloudformation.amazonaws.com".into();
    let service = json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"});
    for (case, identity, expected) in [
        ("a user", user, ("arn:aws:iam::111122223333:user/alice", false)),
        ("a user through a service", through, ("arn:aws:iam::111122223333:user/alice", false)),
        ("a service", service, ("lambda.amazonaws.com", true)),
    ] {
        let call = Call::of(&record(&json!({"userIdentity": identity}))).unwrap();
        assert_eq!((call.principal.as_str(), call.is_service), expected, "{case}");
    }
}

#[test]
fn the_accounts_of_a_call_are_those_of_who_calls_and_of_what_is_called() {
    let of = |account: &str| json!({"type": "AWSAccount", "accountId": account, "principalId": "AROA1:s"});
    let own = json!([{"type": "AWS::IAM::Role", "accountId": "111122223333", "ARN": "arn:aws:iam::111122223333:role/r"}]);
    let theirs = json!([{"type": "AWS::IAM::Role", "accountId": "444455556666", "ARN": "arn:aws:iam::444455556666:role/r"}]);
    let service =
        json!({"type": "AWSService", "accountId": "444455556666", "invokedBy": "lambda.amazonaws.com"});
    let mixed = Value::Array([own.as_array().unwrap().clone(), theirs.as_array().unwrap().clone()].concat());
    let home = ("111122223333", None, false);
    for (case, changes, expected) in [
        ("within an account", json!({}), home),
        ("of a resource of its own", json!({"resources": own}), home),
        (
            "from another account",
            json!({"userIdentity": of("444455556666")}),
            ("111122223333", Some("444455556666"), false),
        ),
        ("to another account", json!({"resources": theirs}), ("444455556666", Some("111122223333"), true)),
        ("of resources of several accounts", json!({"resources": mixed}), home),
        ("of a malformed owner", json!({"resources": [{"accountId": "redacted"}]}), home),
        ("by an AWS service", json!({"userIdentity": service}), home),
        ("by nobody", json!({"userIdentity": of("ANONYMOUS_PRINCIPAL")}), home),
        ("of a record that does not say", json!({"recipientAccountId": null}), ("", None, false)),
    ] {
        let call = Call::of(&record(&changes)).unwrap();
        let found = (call.account.as_str(), call.caller_account.as_deref(), call.is_callers_record);
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn the_service_that_makes_a_call_is_known_and_whether_it_only_reads() {
    let service = json!({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"});
    let through = json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/a", "invokedBy": "athena.amazonaws.com"});
    for (case, changes, expected) in [
        (
            "a service",
            json!({"userIdentity": service, "readOnly": true}),
            (Some("lambda.amazonaws.com"), true),
        ),
        ("for a user", json!({"userIdentity": through}), (Some("athena.amazonaws.com"), false)),
        ("nobody says whether it reads", json!({"readOnly": null}), (None, false)),
    ] {
        let call = Call::of(&record(&changes)).unwrap();
        assert_eq!((call.through.as_deref(), call.is_read_only), expected, "{case}");
    }
}

#[test]
fn failures_count_as_what_they_are() {
    for (code, expected) in [
        ("AccessDenied", (1, 1, 0)),
        ("Client.UnauthorizedOperation", (1, 1, 0)),
        ("ThrottlingException", (1, 0, 1)),
        ("NoSuchEntityException", (1, 0, 0)),
        ("Client.DryRunOperation", (0, 0, 0)),
    ] {
        let counts = Call::of(&record(&json!({"errorCode": code}))).unwrap().counts;
        assert_eq!((counts.errors, counts.denied, counts.throttled), expected, "{code}");
    }
}

#[test]
fn sign_ins_without_a_second_factor_and_the_root_user_are_known() {
    let user = json!({"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/alice"});
    let sign_in = |identity: &Value, mfa: &str, outcome: &str| {
        Call::of(&record(&json!({
            "eventType": "AwsConsoleSignIn", "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
            "userIdentity": identity, "additionalEventData": {"MFAUsed": mfa}, "responseElements": {"ConsoleLogin": outcome},
        })))
        .unwrap()
    };
    let root = json!({"type": "Root", "arn": "arn:aws:iam::111122223333:root", "accountId": "111122223333"});
    let federated = json!({"type": "AssumedRole", "principalId": "AROA1EXAMPLE:jane"});
    for (case, call, expected) in [
        ("a user without", sign_in(&user, "No", "Success"), (true, false)),
        ("a user with", sign_in(&user, "Yes", "Success"), (false, false)),
        ("a failure", sign_in(&user, "No", "Failure"), (false, false)),
        ("the root user", sign_in(&root, "No", "Success"), (true, true)),
        (
            "somebody from elsewhere, whose provider asks",
            sign_in(&federated, "No", "Success"),
            (false, false),
        ),
    ] {
        assert_eq!((call.is_sign_in_without_mfa, call.is_root), expected, "{case}");
    }
}

#[test]
fn what_is_no_call_or_has_no_time_is_none() {
    for (case, changes) in [
        ("an event of a service", json!({"eventType": "AwsServiceEvent"})),
        ("an Insights event", json!({"eventType": "AwsCloudTrailInsight"})),
        ("no time", json!({"eventTime": null})),
    ] {
        assert_eq!(Call::of(&record(&changes)), None, "{case}");
    }
}
