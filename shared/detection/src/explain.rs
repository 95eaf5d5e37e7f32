//! Why a rule matched: a second look at the record, taken only for matches.

use std::ops::ControlFlow;

use serde::Serialize;
use serde_json::Value;

use crate::clause::Clause;
use crate::condition::Condition;
use crate::detection::Detection;
use crate::field::FieldPath;
use crate::matcher::Matcher;

/// Most values shown per field: a record may list thousands.
const MAX_VALUES: usize = 20;

/// What made a rule match.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Explanation {
    /// The selections that hold, as far as the condition wants them to.
    pub selections: Vec<MatchedSelection>,
}

/// A selection that holds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MatchedSelection {
    /// Its name in the rule.
    pub name: String,
    /// What it found.
    pub fields: Vec<MatchedField>,
}

/// A field that passed a test of a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MatchedField {
    /// Its name in the rule; for keywords, where in the record the text was found.
    pub field: String,
    /// The values that passed, at most twenty; empty if the rule wants the field to be absent.
    pub values: Vec<Value>,
}

/// Explains why `detection` holds for `record`.
pub(crate) fn explain(detection: &Detection, record: &Value) -> Explanation {
    let mut holding = Vec::new();
    collect(detection, &detection.condition, record, &mut holding);
    holding.sort_unstable();
    holding.dedup();
    let selections = holding.into_iter().filter_map(|number| detection.selections.get(number));
    let matched = selections.map(|selection| {
        let mut fields = Vec::new();
        evidence(&selection.clause, record, &mut fields);
        MatchedSelection { name: selection.name.to_string(), fields }
    });
    Explanation { selections: matched.collect() }
}

/// Collects the selections that contribute to `condition`, which holds.
fn collect(detection: &Detection, condition: &Condition, record: &Value, holding: &mut Vec<usize>) {
    match condition {
        Condition::Selection(number) => holding.push(*number),
        Condition::Not(_) => {}
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                let holds = part.holds(&mut |number| {
                    detection.selections.get(number).is_some_and(|selection| selection.clause.matches(record))
                });
                if holds {
                    collect(detection, part, record, holding);
                }
            }
        }
    }
}

/// Collects the values because of which `clause`, which holds, holds.
fn evidence(clause: &Clause, record: &Value, fields: &mut Vec<MatchedField>) {
    match clause {
        Clause::All(parts) | Clause::Any(parts) => {
            for part in parts.iter().filter(|part| part.matches(record)) {
                evidence(part, record, fields);
            }
        }
        Clause::Not(part) => match &**part {
            // What a field is instead of what it must not be is worth knowing.
            Clause::Field(test) => add(fields, &test.field, record, |_| true),
            Clause::Reference(reference) => add(fields, &reference.field, record, |_| true),
            Clause::Exists(field) => add(fields, field, record, |_| true),
            Clause::All(_) | Clause::Any(_) | Clause::Not(_) | Clause::Keyword(_) | Clause::Members(_) => {}
        },
        Clause::Field(test) => add(fields, &test.field, record, |value| test.accepts(value)),
        Clause::Exists(field) => add(fields, field, record, |_| true),
        Clause::Reference(reference) => {
            add(fields, &reference.field, record, |value| reference.accepts(record, value));
        }
        Clause::Members(members) => {
            add(fields, &members.field, record, |member| members.accepts(member));
        }
        Clause::Keyword(matchers) => keywords(matchers, record, &mut String::new(), fields),
    }
}

fn add(fields: &mut Vec<MatchedField>, field: &FieldPath, record: &Value, accepts: impl Fn(&Value) -> bool) {
    let mut values = Vec::new();
    field.visit(record, &mut |value| {
        if accepts(value) && !values.contains(value) {
            values.push(value.clone());
        }
        if values.len() < MAX_VALUES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    push(fields, field.name(), values);
}

/// Adds values to those of the same field, if it is there already.
fn push(fields: &mut Vec<MatchedField>, name: &str, values: Vec<Value>) {
    match fields.iter_mut().find(|known| known.field == name) {
        Some(known) => {
            for value in values {
                if !known.values.contains(&value) {
                    known.values.push(value);
                }
            }
        }
        None => fields.push(MatchedField { field: name.to_owned(), values }),
    }
}

fn keywords(matchers: &[Matcher], value: &Value, path: &mut String, fields: &mut Vec<MatchedField>) {
    match value {
        Value::Array(members) => members.iter().for_each(|member| keywords(matchers, member, path, fields)),
        Value::Object(object) => {
            for (key, member) in object {
                let length = path.len();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                keywords(matchers, member, path, fields);
                path.truncate(length);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            if fields.len() < MAX_VALUES && matchers.iter().any(|matcher| matcher.matches(value)) {
                push(fields, path, vec![value.clone()]);
            }
        }
    }
}
