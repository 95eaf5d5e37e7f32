//! Every case file: a record, and all that it says.

use crate::summary::{summary, whole};
use serde_json::Value;
use trailreflex_model::cloudtrail::Record;

/// Checks each case of a file; a case is `{"case": …, "record": …, "says": …}`.
fn check(cases: &str) {
    let cases: Vec<Value> = serde_json::from_str(cases).expect("a case file is an array");
    assert!(!cases.is_empty());
    for case in &cases {
        let name = case["case"].as_str().expect("a case has a name");
        let record = Record::parse(case["record"].clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let says = summary(&record, &case["says"]);
        assert_eq!(says, case["says"], "{name}: says\n{says:#}");
        assert_eq!(whole(&record), case["record"], "{name}: not kept whole");
    }
}

#[test]
fn identities_of_every_kind_are_read_with_what_they_lack() {
    check(include_str!("cases/identities.json"));
}

#[test]
fn sessions_tell_their_issuer_and_how_they_were_obtained() {
    check(include_str!("cases/sessions.json"));
}

#[test]
fn addresses_and_user_agents_are_kept_as_text() {
    check(include_str!("cases/network.json"));
}

#[test]
fn every_class_of_event_is_recognised() {
    check(include_str!("cases/classes.json"));
}

#[test]
fn sign_ins_tell_success_from_failure_without_an_error_code() {
    check(include_str!("cases/sign_ins.json"));
}

#[test]
fn errors_tell_denied_from_failed_and_from_none() {
    check(include_str!("cases/errors.json"));
}

#[test]
fn payloads_are_read_in_every_encoding() {
    check(include_str!("cases/payloads.json"));
}

#[test]
fn old_new_and_reencoded_records_are_read() {
    check(include_str!("cases/encodings.json"));
}
