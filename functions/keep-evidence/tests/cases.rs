//! What an outcome is about: by what records are looked up, and where its evidence is kept.

#![cfg(test)]

use serde_json::{Value, json};
use trailreflex_keep_evidence::{Case, Evidence, Lookup, When, persistence};

fn event(target: &Value, changes: &Value) -> Value {
    let mut event = json!({
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "source": "trailreflex.contain-identity",
        "detail-type": "Trailreflex Outcome", "account": "111122223333",
        "detail": {"status": "contained", "steps": [], "plan": {
            "id": "0123456789abcdef0123456789abcdef", "mode": "act", "decidedAt": "2026-11-27T23:59:59Z",
            "cause": {"finding": "f", "rule": "r", "title": "A trail was stopped", "severity": "high",
                "eventId": "e-1", "eventTime": "2026-11-27T23:59:30Z", "target": target},
            "class": "contain-identity", "steps": [],
        }},
    });
    event.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    event
}

fn case(target: &Value) -> Case {
    Case::read(event(target, &json!({}))).unwrap()
}

#[test]
fn each_kind_of_target_is_looked_up_by_what_records_say_of_it() {
    for (target, expected) in [
        (
            json!({"kind": "accessKey", "accessKeyId": "AKIAIOSFODNN7EXAMPLE"}),
            Lookup::AccessKeyId("AKIAIOSFODNN7EXAMPLE".to_owned()),
        ),
        (json!({"kind": "user", "userName": "alice"}), Lookup::Username("alice".to_owned())),
        (json!({"kind": "role", "roleName": "deploy"}), Lookup::ResourceName("deploy".to_owned())),
        (
            json!({"kind": "session", "roleName": "deploy", "session": "AROAEXAMPLEROLE00001:i-0abc"}),
            Lookup::Username("i-0abc".to_owned()),
        ),
        (
            json!({"kind": "attachment", "identity": "role", "name": "deploy",
                "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
            Lookup::ResourceName("deploy".to_owned()),
        ),
        (
            json!({"kind": "resource", "resource": "secret", "name": "shop"}),
            Lookup::ResourceName("shop".to_owned()),
        ),
    ] {
        let case = case(&target);
        assert_eq!(case.lookups(), [Lookup::EventId("e-1".to_owned()), expected], "{target}");
        assert_eq!(case.since().to_string(), "2026-11-27T22:59:30Z");
    }
}

#[test]
fn the_key_of_evidence_names_account_day_plan_and_outcome_whatever_the_event_calls_itself() {
    let target = json!({"kind": "user", "userName": "alice"});
    let folder = "111122223333/2026/11/27/0123456789abcdef0123456789abcdef";
    for (id, file) in [
        ("6a7e8feb-b491-4cf7-a9f1-bf3703467718", "contained-6a7e8feb-b491-4cf7-a9f1-bf3703467718.json"),
        ("../../x\u{202e}", "contained-x.json"),
    ] {
        let case = Case::read(event(&target, &json!({"id": id}))).unwrap();
        assert_eq!(case.key(When::AtOnce), format!("{folder}/{file}"));
        assert_eq!(case.key(When::Later), format!("{folder}/{}", file.replace(".json", "-later.json")));
    }
}

/// Whoever bears the same name here is not meant.
#[test]
fn what_is_about_a_member_account_is_kept_under_that_account_and_known_as_such() {
    let mut of_member = event(&json!({"kind": "user", "userName": "alice"}), &json!({}));
    of_member["detail"]["plan"]["account"] = json!("444455556666");
    let (of_member, own) =
        (Case::read(of_member).unwrap(), case(&json!({"kind": "user", "userName": "alice"})));
    assert_eq!((of_member.is_of_member(), own.is_of_member()), (true, false));
    assert_eq!(
        of_member.key(When::AtOnce),
        own.key(When::AtOnce).replace("111122223333/2026", "444455556666/2026")
    );
}

#[test]
fn evidence_says_what_it_lacks() {
    let case = case(&json!({"kind": "user", "userName": "alice"}));
    let [event, user] = &case.lookups()[..] else { panic!("two look-ups") };
    let (event, user) = (event.clone(), user.clone());
    let mut evidence = Evidence::new(case, "2026-11-28T00:00:00Z".parse().unwrap());
    evidence.add(&event, Vec::new(), true);
    evidence.add(&user, vec![json!({"eventID": "e-2"}), json!({"eventID": "e-2"})], false);
    assert_eq!(evidence.records.keys().collect::<Vec<_>>(), ["e-2"]);
    assert_eq!(
        evidence.missing,
        [
            "records of EventId e-1: CloudTrail's event history does not have it, or not yet",
            "records of Username alice: there are more records than are kept here; they are in the trail's log files",
        ]
    );
}

#[test]
fn what_an_intruder_leaves_behind_is_told_from_what_ends_by_itself() {
    let record = |source: &str, name: &str| {
        json!({"eventID": name, "eventTime": "2026-11-28T09:00:00Z", "eventSource": format!("{source}.amazonaws.com"),
            "eventName": name})
    };
    let mut failed = record("iam", "CreateUser");
    failed["errorCode"] = json!("AccessDenied");
    for (case, record, expected) in [
        ("a key", record("iam", "CreateAccessKey"), Some("iam:CreateAccessKey")),
        (
            "a function, with the version of the API",
            record("lambda", "CreateFunction20150331"),
            Some("lambda:CreateFunction"),
        ),
        (
            "another version",
            record("lambda", "UpdateFunctionCode20150331v2"),
            Some("lambda:UpdateFunctionCode"),
        ),
        ("a read", record("iam", "ListUsers"), None),
        ("the same name of another service", record("cognito-idp", "CreateUser"), None),
        ("a refused call", failed, None),
        ("no service of AWS", json!({"eventSource": "x", "eventName": "CreateUser"}), None),
    ] {
        assert_eq!(
            persistence(&record).map(|persistence| persistence.call),
            expected.map(str::to_owned),
            "{case}"
        );
    }
}

#[test]
fn whoever_made_the_call_is_looked_up_by_their_key() {
    let record = json!({"eventID": "e-1", "userIdentity": {"accessKeyId": "ASIAEXAMPLEKEY000001"}});
    let lookup = Lookup::EventId("e-1".to_owned());
    let key = Lookup::AccessKeyId("ASIAEXAMPLEKEY000001".to_owned());
    assert_eq!(lookup.of_caller(&[json!({"eventID": "e-0"}), record.clone()]), Some(key.clone()));
    assert_eq!(lookup.of_caller(&[json!({"eventID": "e-1", "userIdentity": {"type": "AWSService"}})]), None);
    assert_eq!(key.of_caller(&[record]), None);
    let mut evidence = Evidence::new(
        case(&json!({"kind": "resource", "resource": "secret", "name": "shop"})),
        jiff::Timestamp::UNIX_EPOCH,
    );
    let made = json!({"eventID": "e-2", "eventTime": "t", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser"});
    evidence.add(&Lookup::ResourceName("shop".to_owned()), vec![made.clone()], true);
    assert!(evidence.persistence.is_empty(), "done to the resource, by whomever");
    evidence.add(&key, vec![made.clone(), made], true);
    assert_eq!(evidence.persistence.len(), 1);
    let left = evidence.left_behind("key").unwrap();
    let expected = json!({
        "account": "111122223333", "plan": "0123456789abcdef0123456789abcdef", "title": "A trail was stopped",
        "severity": "high", "since": "2026-11-27T22:59:30Z", "evidence": "key", "total": 1,
        "calls": [{"eventTime": "t", "call": "iam:CreateUser", "eventId": "e-2"}],
    });
    assert_eq!(serde_json::to_value(left).unwrap(), expected);
}

#[test]
fn the_call_that_was_answered_is_not_told_as_left_behind_and_of_many_only_some_are() {
    let key = Lookup::AccessKeyId("ASIAEXAMPLEKEY000001".to_owned());
    let mut evidence = Evidence::new(case(&json!(null)), jiff::Timestamp::UNIX_EPOCH);
    let made = |id: String| json!({"eventID": id, "eventTime": "t", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser"});
    evidence.add(&key, vec![made("e-1".to_owned())], true);
    assert_eq!((evidence.persistence.len(), evidence.left_behind("key")), (1, None));
    evidence.add(&key, (100..300).map(|id| made(format!("f-{id}"))).collect(), true);
    let left = evidence.left_behind("key").unwrap();
    assert_eq!((left.calls.len(), left.total), (100, 200));
}
