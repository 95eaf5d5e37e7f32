//! What is accepted as a request, and what is not.

use crate::fixtures::finding;
use serde_json::{Value, json};
use trailreflex_model::cause_chain;
use trailreflex_response::Request;

fn event() -> Value {
    json!({
        "version": "0", "id": "e", "detail-type": "Trailreflex Finding", "source": "trailreflex.detect",
        "account": "111122223333", "region": "us-east-1", "time": "2026-11-24T10:00:01Z", "resources": [],
        "detail": serde_json::to_value(finding()).unwrap()
    })
}

fn with(field: &str, value: Value) -> Value {
    let mut event = event();
    event[field] = value;
    event
}

fn parse(payload: Value) -> Result<Request, String> {
    Request::parse(payload, &"111122223333".parse().unwrap()).map_err(|error| cause_chain(&error))
}

#[test]
fn a_finding_from_detect_is_a_request() {
    assert_eq!(parse(event()), Ok(Request::Respond(Box::new(finding()))));
}

#[test]
fn an_undo_is_a_request_only_if_it_is_nothing_else() {
    let id = "0123456789abcdef0123456789abcdef";
    let Ok(Request::Undo(request)) = parse(json!({"undo": id})) else { panic!("not an undo") };
    assert_eq!(request.undo.as_str(), id);
}

#[test]
fn everything_else_is_refused_with_the_reason() {
    let id = "0123456789abcdef0123456789abcdef";
    let malformed = "the undo request is malformed; send only {\"undo\": \"<plan id>\"}: ";
    let unknown = "not a finding from the findings bus and not {\"undo\": \"<plan id>\"}: ";
    for (case, payload, expected) in [
        ("a text", json!("undo"), format!("{unknown}the payload is not a JSON object")),
        ("null", Value::Null, format!("{unknown}the payload is not a JSON object")),
        ("an empty object", json!({}), format!("{unknown}the payload has no `detail-type`")),
        (
            "an undo inside a bus event",
            with("detail", json!({"undo": id})),
            "the event's detail is not a finding; only `detect` puts findings on the bus: missing field `id`"
                .to_owned(),
        ),
        (
            "an undo beside an event",
            with("undo", json!(id)),
            format!("{malformed}unknown field `version`, expected `undo`"),
        ),
        (
            "an undo of something that is no plan",
            json!({"undo": "../../etc/passwd"}),
            format!(
                "{malformed}`../../etc/passwd` is not a plan id: 32 hexadecimal digits, as the outcome shows it"
            ),
        ),
        (
            "another producer",
            with("source", json!("trailreflex.contain-identity")),
            "the event is not a finding of `detect`: its source is `trailreflex.contain-identity`".to_owned(),
        ),
        (
            "a CloudTrail record",
            with("detail-type", json!("AWS API Call via CloudTrail")),
            "the event is not a finding of `detect`: its detail-type is `AWS API Call via CloudTrail`"
                .to_owned(),
        ),
        (
            "another account's bus",
            with("account", json!("999988887777")),
            "the event comes from account `999988887777`, not from this one".to_owned(),
        ),
    ] {
        assert_eq!(parse(payload), Err(expected), "{case}");
    }
}
