//! From what a proof says of its records to complete records.

use crate::Proof;
use crate::file::{Case, Group};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// When the first record of a proof happens: 2026-11-24T10:00:00Z.
const START: i64 = 1_795_514_400;
/// Most records of one proof.
const MAX_RECORDS: usize = 10_000;

/// `callers.yml`, read once for all proofs.
static TEMPLATES: LazyLock<Result<Templates, String>> =
    LazyLock::new(|| yaml_serde::from_str(include_str!("callers.yml")).map_err(|error| error.to_string()));

#[derive(Deserialize)]
struct Templates {
    record: Map<String, Value>,
    callers: BTreeMap<String, Map<String, Value>>,
}

/// Returns the proof that `case`, the `number`th of its file, states.
pub(crate) fn proof(file: &str, number: usize, case: Case) -> Result<Proof, String> {
    let what = case.what;
    let said = |problem: String| format!("`{what}`: {problem}");
    let groups = match (case.record, case.records) {
        (Some(record), None) => {
            vec![Group { times: 1, every: 1, after: 1, by: case.by, record, without: case.without }]
        }
        (None, Some(groups)) if case.without.is_empty() => groups
            .into_iter()
            .map(|group| Group { by: group.by.or_else(|| case.by.clone()), ..group })
            .collect(),
        (None, Some(_)) => return Err(said("`without` belongs into each entry of `records`".to_owned())),
        (Some(_), Some(_)) | (None, None) => {
            return Err(said("give either `record` or `records`".to_owned()));
        }
    };
    let records = records(&format!("{file}#{number}"), groups).map_err(said)?;
    let beside = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or(file);
    let near_miss_of = case.near_miss_of.unwrap_or_else(|| vec![beside.to_owned()]);
    let near_miss_of = near_miss_of.into_iter().filter(|rule| !case.fires.contains(rule)).collect();
    Ok(Proof { file: file.to_owned(), what, records, fires: case.fires, near_miss_of })
}

fn records(place: &str, groups: Vec<Group>) -> Result<Vec<Value>, String> {
    let templates = TEMPLATES.as_ref().map_err(Clone::clone)?;
    let mut records = Vec::new();
    let mut second = START;
    for group in groups {
        if !records.is_empty() {
            second = second.saturating_add(group.after);
        }
        let by = group.by.as_deref().unwrap_or("role");
        let Some(caller) = templates.callers.get(by) else {
            let known = templates.callers.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(format!("`{by}` is no caller; use one of {known}"));
        };
        let mut template = Value::Object(templates.record.clone());
        merge(&mut template, &Value::Object(caller.clone()));
        for number in 1..=group.times {
            if records.len() >= MAX_RECORDS {
                return Err(format!("more than {MAX_RECORDS} records"));
            }
            if number > 1 {
                second = second.saturating_add(group.every);
            }
            let mut record = template.clone();
            identify(&mut record, place, records.len(), second)?;
            merge(&mut record, &numbered(&Value::Object(group.record.clone()), number));
            for field in &group.without {
                remove(&mut record, field)?;
            }
            records.push(record);
        }
    }
    if records.is_empty() {
        return Err("no record".to_owned());
    }
    Ok(records)
}

/// Gives a record its time and ids, which no other record of any proof has.
fn identify(record: &mut Value, place: &str, number: usize, second: i64) -> Result<(), String> {
    let time = Timestamp::from_second(second).map_err(|error| error.to_string())?;
    if let Some(fields) = record.as_object_mut() {
        fields.insert("eventTime".to_owned(), Value::from(time.to_string()));
        for (field, salt) in [("eventID", "event"), ("requestID", "request")] {
            fields.insert(field.to_owned(), Value::from(uuid(&[salt, place, &number.to_string()])));
        }
    }
    Ok(())
}

fn uuid(parts: &[&str]) -> String {
    let digits = trailreflex_model::digest(parts);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// Objects are merged, everything else is replaced.
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn remove(record: &mut Value, field: &str) -> Result<(), String> {
    let (parents, last) =
        field.rsplit_once('.').map_or((None, field), |(parents, last)| (Some(parents), last));
    let parents = parents.into_iter().flat_map(|parents| parents.split('.'));
    let parent = parents.into_iter().try_fold(record, |value, key| value.get_mut(key));
    let removed = parent.and_then(Value::as_object_mut).and_then(|parent| parent.shift_remove(last));
    removed.map(|_| ()).ok_or_else(|| format!("`without` names `{field}`, which the record does not have"))
}

/// Replaces `{n}` in every text.
fn numbered(value: &Value, number: u32) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace("{n}", &number.to_string())),
        Value::Array(values) => values.iter().map(|value| numbered(value, number)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), numbered(value, number))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
