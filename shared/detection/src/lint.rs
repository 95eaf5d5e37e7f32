//! What is odd about a document that is accepted all the same.

use std::fmt;

use serde_json::{Map, Value};

use crate::clause::Clause;
use crate::detection::Detection;
use crate::document::{Document, Origin};
use crate::field::FieldPath;
use crate::matcher::Matcher;
use crate::pin::Pins;
use crate::record_fields;

/// An accepted document that may not do what its author thinks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where it is odd, as far as that can be told.
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
    /// No record has the field.
    #[error("CloudTrail records have no field `{0}`{hint}", hint = hint(.0))]
    UnknownField(String),
    /// The field need only be there, and the other values of its list make no difference.
    #[error(
        "`{0}` has a value that every text fits; if the field need only be there, `exists: true` says so"
    )]
    FitsAnything(String),
    /// Different services have calls of the same name.
    #[error("names the call `{0}` but no service: other services may have a call of that name")]
    CallOfAnyService(String),
    /// The rule it names is not there.
    #[error("the filter names the rule `{0}`, which was not accepted or does not exist")]
    FilterOfUnknown(String),
}

impl Concern {
    /// Returns texts near which it is in the document, see [`Document::place_of`].
    pub(crate) fn places(&self) -> Vec<Vec<&str>> {
        match self {
            Self::AllOfOne(item) | Self::NullInList(item) => vec![vec![item]],
            Self::FilterKeeps(condition) => vec![vec!["condition:", condition], vec!["condition:"]],
            Self::OnlyInHistory => vec![vec!["condition:"]],
            Self::UnknownField(text)
            | Self::FitsAnything(text)
            | Self::CallOfAnyService(text)
            | Self::FilterOfUnknown(text) => {
                vec![vec!["detection:", text], vec!["filter:", text], vec!["correlation:", text], vec![text]]
            }
        }
    }
}

fn hint(field: &str) -> String {
    record_fields::in_other_case(field).map(|meant| format!("; `{meant}` is meant?")).unwrap_or_default()
}

/// Lists what is odd about `document` alone, which was compiled to `detection`.
pub(crate) fn lint(document: &Document, detection: Option<&Detection>) -> Vec<Concern> {
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
    if let Some(detection) = detection {
        detection.selections.iter().for_each(|selection| lint_clause(&selection.clause, &mut concerns));
    }
    // A filter is about rules that name the service.
    if let (Some(detection), true) = (detection, document.value.get("detection").is_some()) {
        lint_calls(detection, &mut concerns);
    }
    concerns
}

/// Lists the fields of `fields` that no record has.
pub(crate) fn lint_fields<'f>(fields: impl IntoIterator<Item = &'f FieldPath>) -> Vec<Concern> {
    let mut concerns = Vec::new();
    fields.into_iter().for_each(|field| lint_field(field, &mut concerns));
    concerns
}

fn lint_field(field: &FieldPath, concerns: &mut Vec<Concern>) {
    let concern = Concern::UnknownField(field.name().to_owned());
    if !record_fields::can_occur(field.name()) && !concerns.contains(&concern) {
        concerns.push(concern);
    }
}

/// Of blocks about the members of an array only the array is a field of the record.
fn lint_clause(clause: &Clause, concerns: &mut Vec<Concern>) {
    match clause {
        Clause::All(parts) | Clause::Any(parts) => {
            parts.iter().for_each(|part| lint_clause(part, concerns));
        }
        Clause::Not(part) => lint_clause(part, concerns),
        Clause::Exists(field) => lint_field(field, concerns),
        Clause::Reference(reference) => {
            lint_field(&reference.field, concerns);
            lint_field(&reference.other, concerns);
        }
        Clause::Members(members) => lint_field(&members.field, concerns),
        Clause::Field(test) => {
            lint_field(&test.field, concerns);
            if test.matchers.iter().any(Matcher::fits_every_text) {
                concerns.push(Concern::FitsAnything(test.field.name().to_owned()));
            }
        }
        Clause::Keyword(matchers) => {
            if matchers.iter().any(Matcher::fits_every_text) {
                concerns.push(Concern::FitsAnything("keywords".to_owned()));
            }
        }
    }
}

fn lint_calls(detection: &Detection, concerns: &mut Vec<Concern>) {
    let Pins::Calls(calls) = detection.pins() else { return };
    if let Some(name) = calls.iter().filter(|call| call.source.is_none()).find_map(|call| call.name.as_ref())
    {
        concerns.push(Concern::CallOfAnyService(name.to_string()));
    }
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
