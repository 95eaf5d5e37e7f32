//! Whatever comes in: nothing panics and no record is changed.

use crate::summary::{summary, whole};
use proptest::prelude::*;
use serde_json::{Map, Value};
use trailreflex_model::cloudtrail::{Envelope, LogFile, Members, Record, UserIdentity};

/// Names that the readers look for, so that random objects reach the code behind them.
const NAMES: [&str; 28] = [
    "Records",
    "accountId",
    "addendum",
    "arn",
    "attributes",
    "awsregion",
    "detail",
    "detail-type",
    "errorCode",
    "eventName",
    "eventSource",
    "eventTime",
    "eventVersion",
    "id",
    "insightDetails",
    "mfaAuthenticated",
    "originalEventID",
    "principalId",
    "requestParameters",
    "requestParameters.a.b",
    "resources",
    "responseElements",
    "sessionContext",
    "sessionIssuer",
    "time",
    "type",
    "userIdentity",
    "userIdentity.arn",
];

/// Texts that mean something somewhere.
const TEXTS: [&str; 12] = [
    "",
    "null",
    "{}",
    "{\"a\":",
    "true",
    "AccessDenied",
    "Client.DryRunOperation",
    "2020_05_31",
    "AROA:a",
    "2024-11-25 22:00:58",
    "arn:aws:iam::111122223333:role/é",
    "aws:s3",
];

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![proptest::sample::select(&TEXTS[..]).prop_map(ToOwned::to_owned), any::<String>()]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)), // exact in decimals too
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 10, |inner| {
        let name = prop_oneof![proptest::sample::select(&NAMES[..]).prop_map(ToOwned::to_owned), any_text()];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..12)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// An object that passes for a record, with any members.
fn any_record() -> impl Strategy<Value = Value> {
    (any_json(), any_json()).prop_map(|(members, identity)| {
        let mut members = members.as_object().cloned().unwrap_or_default();
        members.insert("eventVersion".to_owned(), "1.11".into());
        members.insert("eventSource".to_owned(), "iam.amazonaws.com".into());
        members.entry("userIdentity").or_insert(identity);
        Value::Object(members)
    })
}

/// An EventBridge event with any members besides those that each has.
fn any_event() -> impl Strategy<Value = Value> {
    (any_json(), any_json()).prop_map(|(members, detail)| {
        let mut members = members.as_object().cloned().unwrap_or_default();
        for (name, text) in [
            ("id", "7bf73129-1428-4cd3-a780-95db273d1602"),
            ("detail-type", "AWS API Call via CloudTrail"),
            ("source", "aws.iam"),
            ("account", "111122223333"),
            ("region", "us-east-1"),
            ("time", "2026-01-31T09:30:00Z"),
        ] {
            members.insert(name.to_owned(), text.into());
        }
        members.insert("detail".to_owned(), detail);
        Value::Object(members)
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        let _ = Envelope::parse(value.clone());
        let _ = UserIdentity::read(Some(&value)).display();
        if let Ok(record) = Record::parse(value.clone()) {
            prop_assert_eq!(whole(&record), value);
        }
    }

    #[test]
    fn any_record_is_read_and_kept_whole(value in any_record()) {
        let record = Record::parse(value.clone()).expect("it has a mark");
        let _ = summary(&record, &Value::Null);
        prop_assert_eq!(record.raw(), &value);
        prop_assert_eq!(whole(&record), value);
    }

    #[test]
    fn what_an_envelope_does_not_know_it_keeps(value in any_event()) {
        if let Ok(envelope) = Envelope::parse(value.clone()) {
            prop_assert_eq!(&envelope.detail, &value["detail"]);
            for (name, member) in &envelope.other {
                prop_assert_eq!(Some(member), value.get(name));
            }
        }
    }

    #[test]
    fn an_identity_is_shown_in_one_short_line(name in any::<String>(), kind in any_text()) {
        let identity = serde_json::json!({"type": kind, "userName": name, "principalId": format!("AROA:{name}")});
        let shown = UserIdentity::read(Some(&identity)).display();
        prop_assert!(shown.chars().count() <= 120 && !shown.chars().any(char::is_control), "{}", shown);
    }

    #[test]
    fn a_record_says_the_same_when_other_members_are_left_out(
        value in any_record(),
        left_out in proptest::sample::subsequence(NAMES.to_vec(), 0..NAMES.len()),
    ) {
        let whole = Record::parse(value.clone()).expect("it has a mark");
        let read = Record::read(value.to_string().as_bytes(), &Members::without(left_out.iter().copied()));
        let read = read.expect("it is a record");
        // A member in parts is a member too.
        let is_touched = |name: &str| left_out.iter().any(|out| name.starts_with(out) || out.starts_with(name));
        for name in NAMES.iter().filter(|name| !is_touched(name)) {
            prop_assert_eq!(read.field(name), whole.field(name), "{}", name);
        }
    }

    #[test]
    fn what_is_read_alone_is_what_a_file_holds(value in prop_oneof![any_json(), any_record(), any_event()]) {
        let bytes = value.to_string().into_bytes();
        let read = Record::read(&bytes, &Members::default()).map(Record::into_raw);
        // A list, or an object with one, is a file by itself.
        if value.is_object() && value.get("Records").is_none() {
            let file = LogFile::read(&bytes);
            prop_assert_eq!(read, file.records.into_iter().next().map(Record::into_raw));
        }
    }

    #[test]
    fn any_bytes_are_a_file(bytes in any::<Vec<u8>>()) {
        let _ = LogFile::read(&bytes);
    }

    #[test]
    fn no_record_of_a_file_is_lost(records in proptest::collection::vec(any_record(), 1..8), as_lines in any::<bool>()) {
        let file = if as_lines {
            records.iter().map(|record| format!("{record}\n")).collect()
        } else {
            serde_json::json!({"Records": records}).to_string()
        };
        let read = LogFile::read(file.as_bytes());
        prop_assert_eq!(read.rejected, []);
        prop_assert_eq!(read.records.into_iter().map(Record::into_raw).collect::<Vec<_>>(), records);
    }
}
