//! Every event of `events/` is valid, stands in `expected.yaml` and is listed in the index.

use crate::proofs::rules;
use crate::repository::{files, read};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use trailreflex_findings::Event;
use trailreflex_model::AccountId;
use trailreflex_response::Request;

/// `events/expected.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    pub(crate) detect: Vec<Detection>,
    #[serde(rename = "contain-identity")]
    pub(crate) contain_identity: Vec<Response>,
}

/// What must come of an event for `detect`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Detection {
    pub(crate) file: String,
    pub(crate) what: String,
    pub(crate) fires: Vec<String>,
    #[serde(default)]
    pub(crate) near_miss_of: Vec<String>,
    /// Why a report of another AWS service is ignored.
    #[serde(default)]
    pub(crate) ignored: Vec<String>,
    /// Why `detect` cannot use the event.
    #[serde(default)]
    pub(crate) refused: Option<String>,
}

/// What must come of an event for `contain-identity`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) file: String,
    pub(crate) what: String,
    #[serde(default)]
    pub(crate) detail_of: Option<String>,
    pub(crate) answer: Answer,
}

/// The responder's answer.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    /// Steps by name.
    Planned(Vec<String>),
    /// The guardrail's reason.
    Refused(String),
    /// Not a request at all, and why.
    Invalid(String),
    /// A request to take a plan back.
    Undo,
    /// A decision about a plan.
    Decision,
}

pub(crate) fn expected() -> Expected {
    // By way of JSON: enums are written as plain maps, not as YAML tags.
    let value: Value = yaml_serde::from_str(&read("events/expected.yaml")).unwrap();
    serde_json::from_value(value).unwrap_or_else(|error| panic!("events/expected.yaml: {error}"))
}

pub(crate) fn event(file: &str) -> Value {
    serde_json::from_str(&read(&format!("events/{file}"))).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn every_event_file_is_expected_to_lead_to_something_and_none_is_missing() {
    let expected = expected();
    let detections = expected.detect.iter().map(|case| &case.file);
    let listed: Vec<_> = detections.chain(expected.contain_identity.iter().map(|case| &case.file)).collect();
    let once: BTreeSet<String> = listed.iter().map(|file| format!("events/{file}")).collect();
    assert_eq!(once.len(), listed.len(), "a file is listed twice");
    assert_eq!(once, files("events", &["json"]).into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn every_event_file_is_written_as_people_read_it() {
    let mut problems = Vec::new();
    for file in files("events", &["json"]) {
        let text = read(&file);
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        if format!("{value:#}\n") != text {
            problems.push(format!("{file}: not indented by two blanks"));
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn ids_of_events_tell_them_apart() {
    let mut seen = BTreeSet::new();
    for case in expected().detect {
        let event = event(&case.file);
        assert!(seen.insert(event["id"].to_string()), "{}: its `id` is that of another event", case.file);
        if let Some(id) = event["detail"].get("eventID").map(ToString::to_string) {
            assert!(seen.insert(id), "{}: its `eventID` is that of another event", case.file);
        }
    }
}

#[test]
fn every_request_to_contain_identity_is_read_as_expected() {
    let own: AccountId = "111122223333".parse().unwrap();
    for Response { file, answer, .. } in expected().contain_identity {
        match (Request::parse(event(&file), &own), answer) {
            (Ok(Request::Respond(_)), Answer::Planned(_) | Answer::Refused(_))
            | (Ok(Request::Undo(_)), Answer::Undo)
            | (Ok(Request::Decide(_)), Answer::Decision) => {}
            (Err(error), Answer::Invalid(expected)) => assert_eq!(error.to_string(), expected, "{file}"),
            (Ok(request), _) => panic!("{file}: read as {request:?}"),
            (Err(error), _) => panic!("{file}: {error}"),
        }
    }
}

#[test]
fn findings_are_those_that_detect_makes_of_their_events() {
    let rules = rules();
    for Response { file, detail_of, .. } in expected().contain_identity {
        let Some(source) = detail_of else { continue };
        let made = Event::read(event(&source)).unwrap().evaluate(&rules).findings.into_iter();
        let made: Vec<Value> = made.map(|finding| serde_json::to_value(finding).unwrap()).collect();
        let detail = event(&file)["detail"].clone();
        assert!(made.contains(&detail), "{file} is none of these of {source}:\n{:#}", Value::Array(made));
    }
}

#[test]
fn the_index_is_up_to_date() {
    let file = "events/README.md";
    let begin = "<!-- begin of the index -->\n";
    let text = read(file);
    let (head, _) = text.split_once(begin).expect("events/README.md marks where the index begins");
    crate::generated::assert_file(file, &format!("{head}{begin}{}", index(&expected())));
}

fn index(expected: &Expected) -> String {
    let mut text =
        "\n## For `detect`\n\n| event | what it is | rules that fire |\n|---|---|---|\n".to_owned();
    for Detection { file, what, fires, ignored, refused, .. } in &expected.detect {
        let fires = match (fires.as_slice(), ignored.as_slice(), refused) {
            ([], [], None) => "none".to_owned(),
            ([], [], Some(reason)) => format!("refused: {reason}"),
            ([], reasons, _) => format!("ignored: `{}`", reasons.join("`, `")),
            (names, _, _) => format!("`{}`", names.join("`, `")),
        };
        writeln!(text, "| [{file}]({file}) | {what} | {fires} |").unwrap();
    }
    text.push_str(
        "\n## For `contain-identity`\n\n| event | what it is | what the responder says |\n|---|---|---|\n",
    );
    for Response { file, what, answer, .. } in &expected.contain_identity {
        let answer = match answer {
            Answer::Planned(steps) => format!("planned: `{}`", steps.join("`, `")),
            Answer::Refused(reason) => format!("refused: `{reason}`"),
            Answer::Invalid(reason) => format!("invalid: {reason}"),
            Answer::Decision => "carries the plan out or closes it, if it waits for this token".to_owned(),
            Answer::Undo => "takes the plan back, if the journal knows it".to_owned(),
        };
        writeln!(text, "| [{file}]({file}) | {what} | {answer} |").unwrap();
    }
    text
}
