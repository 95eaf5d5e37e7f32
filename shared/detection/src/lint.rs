//! What is odd about a document that is accepted all the same.

use std::fmt;

use serde_json::{Map, Value};

use crate::document::{Document, Origin};

/// An accepted document that may not do what its author thinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where the document was read.
    pub origin: Origin,
    /// The title, if the document has one.
    pub title: Option<String>,
    /// What is odd.
    pub concern: Concern,
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.origin, self.concern)
    }
}

/// What is odd about a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Concern {
    /// The specification forbids it, the meaning is plain.
    #[error("`{0}` has one value, `all` needs two")]
    AllOfOne(String),
    /// The specification forbids it, the meaning is plain.
    #[error("`{0}` lists null among other values")]
    NullInList(String),
    /// It keeps only what it was probably meant to suppress.
    #[error(
        "the filter's condition `{0}` does not begin with `not`, so that only what it describes is reported"
    )]
    FilterKeeps(String),
    /// Its condition can be undone by an event that is yet to come.
    #[error(
        "the correlation's condition cannot be decided while events still arrive; it is judged in history only"
    )]
    OnlyInHistory,
    /// The rule it names is not there.
    #[error("the filter names the rule `{0}`, which was not accepted or does not exist")]
    FilterOfUnknown(String),
}

/// Lists what is odd about `document` alone.
pub(crate) fn lint(document: &Document) -> Vec<Concern> {
    let mut concerns = Vec::new();
    if let Some(Value::Object(detection)) = document.value.get("detection") {
        detection.values().for_each(|selection| lint_selection(selection, &mut concerns));
    }
    if let Some(Value::Object(filter)) = document.value.get("filter") {
        let condition = filter.get("condition").and_then(Value::as_str).unwrap_or_default();
        if !condition.trim_start_matches(['(', ' ']).starts_with("not") {
            concerns.push(Concern::FilterKeeps(condition.to_owned()));
        }
        filter.values().for_each(|selection| lint_selection(selection, &mut concerns));
    }
    concerns
}

fn lint_selection(selection: &Value, concerns: &mut Vec<Concern>) {
    match selection {
        Value::Object(map) => lint_map(map, concerns),
        Value::Array(list) => list.iter().for_each(|part| lint_selection(part, concerns)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn lint_map(map: &Map<String, Value>, concerns: &mut Vec<Concern>) {
    for (key, value) in map {
        let values = value.as_array().map_or(1, Vec::len);
        if values == 1 && key.split('|').skip(1).any(|modifier| modifier == "all") {
            concerns.push(Concern::AllOfOne(key.clone()));
        }
        if value.as_array().is_some_and(|values| values.len() > 1 && values.iter().any(Value::is_null)) {
            concerns.push(Concern::NullInList(key.clone()));
        }
        if value.is_object() {
            lint_selection(value, concerns);
        }
    }
}
