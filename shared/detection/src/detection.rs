//! The detection section of a rule: named selections and the condition that joins them.

use serde_json::{Map, Value};

use crate::clause::Clause;
use crate::condition::Condition;
use crate::item;
use crate::pin::Pins;
use crate::placeholders::Placeholders;
use crate::reject::{Reason, SelectionProblem};

/// A compiled detection.
#[derive(Debug, Clone)]
pub(crate) struct Detection {
    pub(crate) selections: Vec<Selection>,
    pub(crate) condition: Condition,
}

/// A named part of a detection.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub(crate) name: Box<str>,
    pub(crate) clause: Clause,
}

impl Detection {
    /// Compiles `section`; the keys in `reserved` are no selections.
    pub(crate) fn compile(
        section: &Map<String, Value>,
        reserved: &[&str],
        placeholders: &Placeholders,
    ) -> Result<Self, Reason> {
        let mut selections = Vec::new();
        for (name, value) in section {
            if name == "condition" || reserved.contains(&name.as_str()) {
                continue;
            }
            let clause = selection(value, placeholders)
                .map_err(|problem| Reason::BadSelection { selection: name.clone(), problem })?;
            selections.push(Selection { name: name.as_str().into(), clause });
        }
        let names: Vec<&str> = selections.iter().map(|selection| &*selection.name).collect();
        let condition = condition(section.get("condition"), &names)?;
        Ok(Self { selections, condition })
    }

    /// Tells whether `record` fulfils the condition.
    pub(crate) fn matches(&self, record: &Value) -> bool {
        self.condition.holds(&mut |number| {
            self.selections.get(number).is_some_and(|selection| selection.clause.matches(record))
        })
    }

    /// Returns the calls without which the condition cannot hold.
    pub(crate) fn pins(&self) -> Pins {
        self.condition_pins(&self.condition)
    }

    fn condition_pins(&self, condition: &Condition) -> Pins {
        match condition {
            Condition::Selection(number) => self
                .selections
                .get(*number)
                .map_or(Pins::Unpinned, |selection| clause_pins(&selection.clause)),
            Condition::Not(_) => Pins::Unpinned,
            Condition::All(parts) => join_all(parts.iter().map(|part| self.condition_pins(part))),
            Condition::Any(parts) => join_any(parts.iter().map(|part| self.condition_pins(part))),
        }
    }
}

fn clause_pins(clause: &Clause) -> Pins {
    match clause {
        Clause::All(parts) => join_all(parts.iter().map(clause_pins)),
        Clause::Any(parts) => join_any(parts.iter().map(clause_pins)),
        Clause::Field(test) => match &test.written {
            Some(texts) => Pins::of_field(test.field.name(), texts),
            None => Pins::Unpinned,
        },
        Clause::Not(_)
        | Clause::Exists(_)
        | Clause::Reference(_)
        | Clause::Keyword(_)
        | Clause::Members(_) => Pins::Unpinned,
    }
}

fn join_all(pins: impl Iterator<Item = Pins>) -> Pins {
    pins.fold(Pins::Unpinned, Pins::and)
}

fn join_any(pins: impl Iterator<Item = Pins>) -> Pins {
    pins.reduce(Pins::or).unwrap_or(Pins::Unpinned)
}

fn condition(value: Option<&Value>, names: &[&str]) -> Result<Condition, Reason> {
    let wrong =
        || Reason::WrongType { key: "condition".to_owned(), expected: "a condition or a list of conditions" };
    match value {
        Some(Value::String(text)) => Condition::parse(text, names),
        Some(Value::Array(list)) if !list.is_empty() => {
            let parse = |one: &Value| Condition::parse(one.as_str().ok_or_else(wrong)?, names);
            list.iter().map(parse).collect::<Result<_, _>>().map(Condition::Any)
        }
        None | Some(Value::Array(_) | Value::Null) => Err(Reason::Missing("detection.condition")),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Err(wrong()),
    }
}

/// Compiles a selection: a map is and, a list of maps or keywords is or.
fn selection(value: &Value, placeholders: &Placeholders) -> Result<Clause, SelectionProblem> {
    match value {
        Value::Object(map) => all_of(map, placeholders),
        Value::Array(list) => {
            let each = list.iter().map(|part| match part.as_object() {
                Some(map) => all_of(map, placeholders),
                None => item::compile("", part, placeholders),
            });
            let parts: Vec<Clause> = each.collect::<Result<_, _>>()?;
            if parts.is_empty() { Err(SelectionProblem::Empty) } else { Ok(Clause::Any(parts)) }
        }
        Value::Null => Err(SelectionProblem::Empty),
        keyword @ (Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            item::compile("", keyword, placeholders)
        }
    }
}

fn all_of(map: &Map<String, Value>, placeholders: &Placeholders) -> Result<Clause, SelectionProblem> {
    let each = map.iter().map(|(key, value)| item::compile(key, value, placeholders));
    let mut parts: Vec<Clause> = each.collect::<Result<_, _>>()?;
    match parts.len() {
        0 => Err(SelectionProblem::Empty),
        1 => parts.pop().ok_or(SelectionProblem::Empty),
        _ => Ok(Clause::All(parts)),
    }
}
