//! What is done with made-up input, and what must hold whatever it is.
//!
//! `make fuzz` makes it up; what once failed is kept in `tests/regressions` and goes through the same functions in the
//! acceptance tests.

#![allow(dead_code, reason = "each fuzz target uses one of these")]

use flate2::read::MultiGzDecoder;
use serde_json::{Deserializer, Map, Value, json};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::sync::OnceLock;
use trailreflex_detection::{Bundle, Document, Placeholders, RuleSet, read_yaml};
use trailreflex_findings::Event;
use trailreflex_model::cloudtrail::{LogFile, Record};
use trailreflex_scan::Scan;

/// Most bytes that a compressed input may become.
const MAX_BYTES: u64 = 1 << 20;

/// Records that rules are tried on.
fn samples() -> [Value; 5] {
    [
        json!({
            "eventTime": "2026-11-24T10:00:00Z", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
            "eventID": "0b7a1e0c-6c1b-4a43-8e3f-3b1f3b0a2f11", "recipientAccountId": "111122223333",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"},
            "sourceIPAddress": "192.0.2.1", "userAgent": "aws-cli/2.0 kali", "errorCode": null,
            "requestParameters": {"a": [{"b": 1, "c": "x"}, {"b": 2.5, "c": [true, null]}], "": ""},
        }),
        json!({"a": 1, "eventName": ["CreateUser"], "eventSource": 7}),
        json!({"a": {"b": {"c": "Ä\n"}}, "a.b": "x", "eventName": "", "eventSource": null}),
        json!([[{"a": "-x /y"}], "a", -1, 1e300]),
        json!(null),
    ]
}

/// A record, alone or in an event, meets the built-in rules.
pub(crate) fn record(input: &[u8]) {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    let load = || Bundle::built_in(trailreflex_content::RULES).and_then(|bundle| bundle.load());
    let rules = RULES.get_or_init(|| load().expect("the built-in rules are usable"));
    let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
    for found in rules.observe(&value).matches {
        assert!(!found.explain(&value).selections.is_empty() || found.rule.title.is_empty());
    }
    assert_eq!(rules.unusable(&value), Vec::<&_>::new());
    if let Ok(record) = Record::parse(value.clone()) {
        let _ =
            (record.identity(), record.outcome(), record.event_time(), record.region(), record.event_id());
        assert_eq!(record.raw(), &value, "a record keeps all that it was");
    }
    if let Ok(event) = Event::read(value) {
        let evaluated = event.evaluate(rules);
        assert_eq!(evaluated, event.evaluate(rules), "the same event means the same again");
    }
}

/// A rule file is accepted or rejected, and a bundle of what is accepted means the same.
pub(crate) fn rule(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (documents, _) = read_yaml("fuzzed.yml", &text);
    means_the_same_in_a_bundle(documents);
}

/// A condition over four selections.
pub(crate) fn condition(input: &[u8]) {
    let condition = String::from_utf8_lossy(input);
    let rule = json!({
        "title": "Fuzzed", "logsource": {"product": "aws"},
        "detection": {
            "one": {"eventName": "CreateUser"}, "two": {"eventSource|endswith": ".amazonaws.com"},
            "two_b": ["kali"], "_hidden": {"a": 1}, "condition": condition,
        },
    });
    means_the_same_in_a_bundle(vec![Document::new("fuzzed.yml", 1, rule)]);
}

fn means_the_same_in_a_bundle(documents: Vec<Document>) {
    let count = documents.len();
    let eager = RuleSet::load(documents.clone());
    assert!(eager.rules.rules().len() + eager.rejected.len() <= count, "nothing is there twice");
    let (bundle, rejected) = Bundle::build(documents, &Placeholders::default()).expect("rules are JSON");
    assert_eq!(rejected, eager.rejected);
    let lazy = bundle.load().expect("a new bundle is whole");
    assert_eq!(account(&lazy), account(&eager.rules));
    assert_eq!(lazy.check(), Vec::<&_>::new());
}

fn account(rules: &RuleSet) -> Vec<String> {
    let mut said = Vec::new();
    for sample in samples() {
        let observed = rules.observe(&sample);
        said.extend(
            observed.matches.iter().map(|found| format!("{:?}{:?}", found.rule, found.explain(&sample))),
        );
        said.push(format!("{:?}{:?}", observed.contributions, observed.skipped));
        said.push(format!("{:?}", rules.correlate_history(observed.contributions)));
    }
    said.extend(rules.required_events().map(|required| format!("{required:?}")));
    said
}

/// A log file, plain or compressed.
pub(crate) fn log_file(input: &[u8]) {
    let mut inflated = Vec::new();
    let read = MultiGzDecoder::new(input).take(MAX_BYTES).read_to_end(&mut inflated);
    for bytes in std::iter::once(input).chain(read.is_ok().then_some(inflated.as_slice())) {
        let file = LogFile::read(bytes);
        assert!(!file.records.is_empty() || !file.rejected.is_empty(), "no input is nothing");
        let places: Vec<usize> = file.rejected.iter().map(|entry| entry.position).collect();
        assert!(places.is_sorted_by(|one, next| one < next), "each entry has its own place");
        let entries = file.records.len() + file.rejected.len();
        assert!(places.last().is_none_or(|last| *last < entries), "places are among the entries");
    }
}

/// A bundle: bytes as they are, and bytes that somebody has sealed without building them.
pub(crate) fn bundle(input: &[u8]) {
    let mut sealed = b"trailreflex rule".to_vec();
    sealed.extend(2_u32.to_le_bytes());
    sealed.extend(Sha256::digest(input));
    sealed.extend(input);
    for bytes in [input.to_vec(), sealed] {
        let Ok(bundle) = Bundle::from_bytes(bytes) else { continue };
        let _ = bundle.documents();
        let Ok(rules) = bundle.load() else { continue };
        let _ = account(&rules);
        for sample in samples() {
            let _ = rules.unusable(&sample);
        }
        let _ = rules.check();
    }
}

/// What the scan finds without parsing is what a parser reads, on every kind of machine.
pub(crate) fn scan(input: &[u8]) {
    let mut found = [Scan::new(), Scan::portable()].map(|mut scan| {
        let mut records = Vec::new();
        let ended = scan.each(input, |record| {
            let fields: Vec<_> =
                record.fields().map(|field| field.map(|field| (field.key, field.value.bytes()))).collect();
            let asked = ["eventName", "eventSource", "a"]
                .map(|name| (name, record.field(name).map(|value| value.map(|value| value.parse().ok()))));
            records.push((record.place(), format!("{fields:?}"), asked));
        });
        ended.map(|count| {
            assert_eq!(count, records.len());
            records
        })
    });
    assert_eq!(found[0], found[1]);
    let Ok(records) = std::mem::replace(&mut found[0], Ok(Vec::new())) else { return };
    let parsed: Result<Vec<Value>, _> = Deserializer::from_slice(input).into_iter().collect();
    for (place, _, asked) in &records {
        let Ok(record) = serde_json::from_slice::<Map<String, Value>>(&input[place.clone()]) else {
            assert!(parsed.is_err(), "what a parser accepts has no such record");
            continue;
        };
        for (name, value) in asked {
            let Ok(value) = value else { continue };
            assert_eq!(value.as_ref().map(Option::as_ref), record.get(*name).map(Some), "{name}");
        }
    }
    if let Ok(values) = parsed {
        let entries = match values.as_slice() {
            [Value::Array(entries)] => entries.clone(),
            [Value::Object(only)] if only.contains_key("Records") => {
                only["Records"].as_array().cloned().expect("a list")
            }
            _ => values,
        };
        let records = records
            .iter()
            .map(|(place, ..)| serde_json::from_slice::<Value>(&input[place.clone()]).expect("JSON"));
        assert_eq!(records.collect::<Vec<_>>(), entries);
    }
}
