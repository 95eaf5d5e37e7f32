//! EventBridge events: as AWS sends them, replayed, and wrong in every way.

use serde_json::{Value, json};
use trailreflex_model::cloudtrail::{DetailKind, Envelope, NotAnEnvelope, Record};

fn event() -> Value {
    serde_json::from_str(include_str!("cases/event.json")).expect("the event is JSON")
}

fn with(member: &str, value: Value) -> Value {
    let mut event = event();
    event[member] = value;
    event
}

fn without(member: &str) -> Value {
    let mut event = event();
    event.as_object_mut().expect("the event is an object").remove(member);
    event
}

#[test]
fn an_event_gives_what_it_says_and_its_record() {
    let envelope = Envelope::parse(event()).unwrap();
    let expected = Envelope {
        version: Some("0".to_owned()),
        id: "7bf73129-1428-4cd3-a780-95db273d1602".parse().unwrap(),
        kind: DetailKind::ApiCall,
        source: "aws.iam".to_owned(),
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        time: "2026-01-31T09:30:00Z".parse().unwrap(),
        resources: vec![],
        replay_name: None,
        detail: event()["detail"].clone(),
        other: serde_json::Map::new(),
    };
    assert_eq!(envelope, expected);
    let record = Record::parse(envelope.detail).unwrap();
    assert_eq!(record.api_name(), Some("CreateAccessKey"));
}

#[test]
fn a_replayed_event_says_so_and_is_else_the_same() {
    let first = Envelope::parse(event()).unwrap();
    let again = Envelope::parse(with("replay-name", json!("after-the-outage"))).unwrap();
    assert_eq!(again, Envelope { replay_name: Some("after-the-outage".to_owned()), ..first });
}

#[test]
fn what_is_not_known_is_kept() {
    for (member, value) in [
        ("trace-header", json!("Root=1-5759e988-bd862e3fe1be46a994272793")),
        ("ingestion-time", json!({"seconds": 1})),
        ("replay-name", json!(["not", "a", "text"])),
        ("empty", Value::Null),
    ] {
        let envelope = Envelope::parse(with(member, value.clone())).unwrap();
        assert_eq!(envelope.other.get(member), Some(&value), "{member}");
        assert_eq!(envelope.replay_name, None, "{member}");
    }
}

#[test]
fn every_detail_type_that_is_read_is_known_and_any_other_kept() {
    for (text, kind, carries_a_record) in [
        ("AWS API Call via CloudTrail", DetailKind::ApiCall, true),
        ("AWS Console Sign In via CloudTrail", DetailKind::ConsoleSignIn, true),
        ("AWS Console Action via CloudTrail", DetailKind::ConsoleAction, true),
        ("AWS Service Event via CloudTrail", DetailKind::ServiceEvent, true),
        ("AWS Insight via CloudTrail", DetailKind::InsightEvent, true),
        ("AWS Health Event", DetailKind::HealthEvent, false),
        ("AWS Health Abuse Event", DetailKind::HealthAbuseEvent, false),
        ("GuardDuty Finding", DetailKind::GuardDutyFinding, false),
        ("Security Hub Findings - Imported", DetailKind::SecurityHubFindings, false),
        ("Security Hub Findings - Custom Action", DetailKind::SecurityHubCustomAction, false),
        ("Security Hub Insight Results", DetailKind::SecurityHubInsightResults, false),
        ("Findings Imported V2", DetailKind::SecurityHubFindingsV2, false),
        ("Access Analyzer Finding", DetailKind::AccessAnalyzerFinding, false),
        ("Unused Access Finding for IAM entities", DetailKind::UnusedAccessFinding, false),
        ("Internal Access Finding", DetailKind::InternalAccessFinding, false),
        ("Access Preview State Change", DetailKind::AccessPreview, false),
        ("Trailreflex Finding", DetailKind::Other("Trailreflex Finding".to_owned()), false),
    ] {
        let found = Envelope::parse(with("detail-type", json!(text))).unwrap().kind;
        assert_eq!((found.as_str(), found.carries_a_record()), (text, carries_a_record));
        assert_eq!(found, kind);
    }
}

#[test]
fn what_is_no_event_is_refused_with_what_was_expected() {
    let long = "x".repeat(100_000);
    for (case, value, expected) in [
        ("a list", json!([]), "an EventBridge event must be a JSON object, found an array"),
        ("nothing", Value::Null, "an EventBridge event must be a JSON object, found null"),
        ("no id", without("id"), "not an EventBridge event: `id` is missing, expected the event's id"),
        (
            "an empty source",
            with("source", json!("")),
            "not an EventBridge event: `source` is missing, expected a text such as aws.iam",
        ),
        (
            "no account",
            without("account"),
            "not an EventBridge event: `account` is missing, expected 12 digits",
        ),
        (
            "a null Region",
            with("region", Value::Null),
            "not an EventBridge event: `region` is missing, expected a Region's code, such as us-east-1",
        ),
        (
            "no time",
            without("time"),
            "not an EventBridge event: `time` is missing, expected a time such as 2026-01-31T09:30:00Z",
        ),
        (
            "no detail",
            without("detail"),
            "not an EventBridge event: `detail` is missing, expected what the event carries",
        ),
        (
            "an account as number",
            with("account", json!(111_122_223_333_u64)),
            "not an EventBridge event: `account` must be 12 digits, found a number",
        ),
        (
            "resources as text",
            with("resources", json!("arn")),
            "not an EventBridge event: `resources` must be an array of texts, found a text",
        ),
        (
            "a resource as object",
            with("resources", json!([{}])),
            "not an EventBridge event: `resources` must be an array of texts, found an object",
        ),
        (
            "a version as number",
            with("version", json!(0)),
            "not an EventBridge event: `version` must be a text, found a number",
        ),
        (
            "an account of 13 digits",
            with("account", json!("1111222233334")),
            "not an EventBridge event: `account` is malformed: `1111222233334` is not an account id: 12 digits",
        ),
        (
            "a time in words",
            with("time", json!("yesterday")),
            "not an EventBridge event: `time` is `yesterday`, expected one such as 2026-01-31T09:30:00Z",
        ),
        (
            "a time without offset",
            with("time", json!("2026-01-31T09:30:00")),
            "not an EventBridge event: `time` is `2026-01-31T09:30:00`, expected one such as 2026-01-31T09:30:00Z",
        ),
        (
            "a long time",
            with("time", json!(long)),
            &format!(
                "not an EventBridge event: `time` is `{}`, expected one such as 2026-01-31T09:30:00Z",
                &long[..80]
            ),
        ),
        (
            "a long id",
            with("id", json!(long)),
            &format!(
                "not an EventBridge event: `id` is malformed: `{}` is not an EventBridge event id: at most 64 letters, digits and hyphens",
                &long[..80]
            ),
        ),
    ] {
        let error = Envelope::parse(value).expect_err(case);
        assert_eq!(with_cause(&error), expected, "{case}");
    }
}

fn with_cause(error: &NotAnEnvelope) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
