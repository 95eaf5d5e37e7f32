//! Whatever the records are: what the scan finds is what a parser reads, or it is in doubt.

#![cfg(test)] // so that clippy knows every function here as part of a test

use proptest::prelude::*;
use serde_json::{Deserializer, Map, Value};
use std::collections::BTreeSet;
use trailreflex_scan::{Keys, Record, Scan, Unsure};

/// Fields as they are told: all keys and values, or why not.
type Told = Vec<Result<(String, Value), Unsure>>;

fn told(record: &Record<'_>) -> Told {
    let read = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let field = |field: trailreflex_scan::Field<'_>| (read(field.key), field.value.parse().unwrap());
    record.fields().map(|one| one.map(field)).collect()
}

/// Returns the records as a parser reads them; none if the bytes are not JSON or something else than records.
fn parsed(bytes: &[u8]) -> Option<Vec<Map<String, Value>>> {
    let values = Deserializer::from_slice(bytes).into_iter::<Value>().collect::<Result<Vec<_>, _>>().ok()?;
    let entries = match values.as_slice() {
        [Value::Array(entries)] => entries.clone(),
        [Value::Object(only)] if only.len() == 1 && only.get("Records").is_some_and(Value::is_array) => {
            only.get("Records")?.as_array()?.clone()
        }
        lines if lines.iter().all(|line| line.get("Records").is_none()) => values,
        _ => return None,
    };
    entries.into_iter().map(|entry| entry.as_object().cloned()).collect()
}

/// What is found is true, of bytes that a parser accepts; returns whether anything was told.
fn check(bytes: &[u8]) -> bool {
    let mut scan = Scan::new();
    let Ok(records) = scan.records(bytes) else { return false };
    let Some(expected) = parsed(bytes) else {
        let is_json = Deserializer::from_slice(bytes).into_iter::<Value>().all(|value| value.is_ok());
        assert!(!is_json, "it is no list of records, but was not in doubt");
        return false;
    };
    assert_eq!(records.len(), expected.len());
    for (record, expected) in records.zip(&expected) {
        assert_eq!(serde_json::from_slice::<Map<String, Value>>(record.bytes()).unwrap(), *expected);
        let told = told(&record);
        if let Ok(fields) = told.iter().cloned().collect::<Result<Vec<_>, _>>() {
            assert_eq!(
                fields.into_iter().collect::<Map<_, _>>(),
                *expected,
                "of a key that is there twice the last counts"
            );
        }
        for name in expected.keys().map(String::as_str).chain(["eventName", "", "\"", "absent"]) {
            if let Ok(value) = record.field(name) {
                assert_eq!(value.map(|value| value.parse().unwrap()).as_ref(), expected.get(name), "{name}");
            }
        }
        check_keys(&record, expected);
    }
    true
}

/// Fields that are looked for together are those that are looked for one by one, and all others are told.
fn check_keys(record: &Record<'_>, expected: &Map<String, Value>) {
    let known =
        ["eventName", "userIdentity", "eventSource", "eventVersion", "a", "requestParameters", "Records"];
    let own = expected.keys().map(String::as_str).take(3);
    let names: Vec<_> = known.into_iter().chain(own.filter(|key| !known.contains(key))).collect();
    let keys = Keys::new(&names);
    let mut values = vec![None; keys.len()];
    let mut others = BTreeSet::new();
    if record.find(&keys, &mut values, |other| _ = others.insert(other.0.to_vec())).is_err() {
        return;
    }
    for (name, value) in names.iter().zip(values) {
        let value = value.map(|value| value.parse().unwrap());
        assert_eq!(value.as_ref(), expected.get(*name), "{name}");
    }
    let unnamed = expected.keys().filter(|key| !names.contains(&key.as_str()));
    assert_eq!(others, unnamed.map(|key| key.as_bytes().to_vec()).collect());
}

/// Nothing of this may be in doubt: no key is there twice or has an escape.
fn is_clear(record: &Map<String, Value>) -> bool {
    record.keys().all(|key| serde_json::to_string(key).unwrap() == format!("\"{key}\""))
}

/// Texts that look like structure, have runs of backslashes, and lengths around those of blocks.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zA-Z0-9]{0,12}",
        3 => r#"[\[\]{}",:\\ a]{0,20}"#,
        1 => r"\\{0,140}",
        1 => "(\\\\|\"){0,140}",
        1 => "[a]{50,140}",
        1 => any::<String>(),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec!["eventName", "eventSource", "userIdentity", "a", "", "detail"]).prop_map(str::to_owned),
        2 => "[a-z]{1,8}",
        1 => text(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<f64>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn record() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((key(), value()), 0..8).prop_map(|members| members.into_iter().collect())
}

#[derive(Debug, Clone, Copy)]
enum Wrapping {
    Envelope,
    Array,
    Lines,
}

/// Writes a value with blanks between all its tokens, as many as `blanks` says in turn.
fn write(value: &Value, blanks: &mut impl Iterator<Item = &'static str>, out: &mut String) {
    let mut list = |brackets: [char; 2], items: Vec<(Option<&String>, &Value)>, out: &mut String| {
        out.push(brackets[0]);
        for (place, (key, item)) in items.into_iter().enumerate() {
            out.push_str(if place > 0 { "," } else { "" });
            out.push_str(blanks.next().unwrap());
            if let Some(key) = key {
                out.push_str(&serde_json::to_string(key).unwrap());
                out.push_str(blanks.next().unwrap());
                out.push(':');
                out.push_str(blanks.next().unwrap());
            }
            write_boxed(item, blanks, out);
        }
        out.push_str(blanks.next().unwrap());
        out.push(brackets[1]);
    };
    match value {
        Value::Array(items) => list(['[', ']'], items.iter().map(|item| (None, item)).collect(), out),
        Value::Object(members) => {
            list(['{', '}'], members.iter().map(|(key, item)| (Some(key), item)).collect(), out);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
    }
    out.push_str(blanks.next().unwrap());
}

/// So that the type of `blanks` does not grow with the depth.
fn write_boxed(value: &Value, mut blanks: &mut dyn Iterator<Item = &'static str>, out: &mut String) {
    write(value, &mut blanks, out);
}

fn file(records: &[Map<String, Value>], wrapping: Wrapping, blanks: &[&'static str]) -> String {
    let records: Vec<Value> = records.iter().cloned().map(Value::Object).collect();
    let mut out = String::new();
    let mut blanks = blanks.iter().copied().cycle();
    match wrapping {
        Wrapping::Envelope => write(&serde_json::json!({ "Records": records }), &mut blanks, &mut out),
        Wrapping::Array => write(&Value::from(records), &mut blanks, &mut out),
        Wrapping::Lines => records.iter().for_each(|record| write(record, &mut blanks, &mut out)),
    }
    out
}

fn any_file() -> impl Strategy<Value = (Vec<Map<String, Value>>, String)> {
    let wrapping = prop::sample::select(vec![Wrapping::Envelope, Wrapping::Array, Wrapping::Lines]);
    let blank = prop::sample::select(vec!["", "", "", " ", "\n", "\r\n\t ", "                    "]);
    let parts = (prop::collection::vec(record(), 0..5), wrapping, prop::collection::vec(blank, 1..9));
    parts.prop_map(|(records, wrapping, blanks)| {
        let text = file(&records, wrapping, &blanks);
        (records, text)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn records_and_fields_are_those_of_a_parser((records, text) in any_file()) {
        let is_told = check(text.as_bytes());
        if records.iter().all(is_clear) && records.iter().all(|record| !record.contains_key("Records")) {
            prop_assert!(is_told, "{text}");
            let mut scan = Scan::new();
            for record in scan.records(text.as_bytes()).unwrap() {
                prop_assert!(record.fields().all(|field| field.is_ok()));
                prop_assert!(record.field("eventName").is_ok());
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_off_has_no_more_records((records, text) in any_file()) {
        for end in 0..text.len() {
            let cut = &text.as_bytes()[..end];
            check(cut);
            let mut scan = Scan::new();
            if let Ok(found) = scan.records(cut) {
                prop_assert!(found.len() <= records.len());
                for (found, record) in found.zip(&records) {
                    prop_assert_eq!(&serde_json::from_slice::<Map<String, Value>>(found.bytes()).unwrap(), record);
                }
            }
        }
    }

    #[test]
    fn every_machine_finds_the_same_whatever_the_bytes_are(bytes in any_bytes()) {
        check(&bytes);
        let [fast, portable] = [Scan::new(), Scan::portable()].map(|mut scan| {
            let records = scan.records(&bytes)?.map(|record| {
                let fields: Vec<_> = record.fields().map(|field| field.map(|field| (field.key, field.value))).collect();
                (record.place(), record.field("a"), format!("{fields:?}"))
            });
            Ok::<_, trailreflex_scan::Doubt>(format!("{:?}", records.collect::<Vec<_>>()))
        });
        prop_assert_eq!(fast, portable);
    }

    /// A part of a file that is itself no JSON does not change what is said of the records that are.
    #[test]
    fn a_record_that_is_json_by_itself_has_its_fields((_, text) in any_file(), at: prop::sample::Index, byte: u8) {
        let mut bytes = text.into_bytes();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        check(&bytes);
        let mut scan = Scan::new();
        for record in scan.records(&bytes).into_iter().flatten() {
            let Ok(expected) = serde_json::from_slice::<Map<String, Value>>(record.bytes()) else { continue };
            let keys: BTreeSet<_> = expected.keys().map(String::as_str).chain(["eventName"]).collect();
            for name in keys {
                if let Ok(value) = record.field(name) {
                    prop_assert_eq!(value.map(|value| value.parse().unwrap()), expected.get(name).cloned());
                }
            }
        }
    }
}

/// Any bytes, most of them signs of structure, and some that begin as files do.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let sign = prop_oneof![6 => prop::sample::select(b"{}[]\",:\\ a1\n".to_vec()), 1 => any::<u8>()];
    let piece = prop_oneof![
        4 => prop::collection::vec(sign, 0..8),
        2 => prop::sample::select(vec![r#"{"a":1}"#, r#""a":"b""#, "},{", r#"{"Records":[{"#, "]}", r#"\""#]).prop_map(|text| text.as_bytes().to_vec()),
    ];
    let start = prop::sample::select(vec!["", "[", "[{", "{\"Records\":[", "{\"a\":"]);
    (start, prop::collection::vec(piece, 0..40))
        .prop_map(|(start, pieces)| [start.as_bytes(), &pieces.concat()].concat())
}
