//! Compiled selections: what a record must hold.

use std::ops::ControlFlow;

use serde_json::Value;

use crate::field::{FieldPath, Presence};
use crate::matcher::{Matcher, Side, text_of};
use crate::members::Members;
use crate::pattern::Case;

/// A test of a record.
#[derive(Debug, Clone)]
pub(crate) enum Clause {
    /// Every part holds.
    All(Vec<Clause>),
    /// Some part holds.
    Any(Vec<Clause>),
    /// The part does not hold, for any member of an array.
    Not(Box<Clause>),
    /// Some value of the field passes some test.
    Field(FieldTest),
    /// The field is there, even if null or empty.
    Exists(FieldPath),
    /// Some value of a field agrees with some value of another.
    Reference(Reference),
    /// Some scalar anywhere in the record passes some test.
    Keyword(Vec<Matcher>),
    /// Members of an array pass several tests each.
    Members(Box<Members>),
}

/// A field and the tests of which one must pass.
#[derive(Debug, Clone)]
pub(crate) struct FieldTest {
    pub(crate) field: FieldPath,
    pub(crate) matchers: Vec<Matcher>,
    /// The texts it was written with, where [`crate::pin`] needs them.
    pub(crate) written: Option<Box<[crate::pin::Text]>>,
}

/// A field compared with another.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) field: FieldPath,
    pub(crate) other: FieldPath,
    pub(crate) side: Side,
    pub(crate) case: Case,
}

impl Clause {
    /// Tells whether `record` passes.
    pub(crate) fn matches(&self, record: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(record)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(record)),
            Self::Not(part) => !part.matches(record),
            Self::Field(test) => test.matches(record),
            Self::Exists(field) => field.visit(record, &mut |_| ControlFlow::Break(())) != Presence::Absent,
            Self::Reference(reference) => reference.matches(record),
            Self::Members(members) => members.matches(record),
            Self::Keyword(matchers) => {
                any_scalar(record, &mut |scalar| matchers.iter().any(|matcher| matcher.matches(scalar)))
            }
        }
    }
}

impl FieldTest {
    fn matches(&self, record: &Value) -> bool {
        let presence = self.field.visit(record, &mut |value| {
            if self.accepts(value) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        match presence {
            Presence::Stopped => true,
            Presence::Present => false,
            Presence::Absent => self.matchers.iter().any(Matcher::accepts_absent),
        }
    }

    /// Tells whether one value passes.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.matchers.iter().any(|matcher| matcher.matches(value))
    }
}

impl Reference {
    fn matches(&self, record: &Value) -> bool {
        let presence = self.field.visit(record, &mut |value| {
            if self.accepts(record, value) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        presence == Presence::Stopped
    }

    /// Tells whether one value of the field agrees with one of the other.
    pub(crate) fn accepts(&self, record: &Value, value: &Value) -> bool {
        let Some(text) = text_of(value) else { return false };
        let agrees =
            |other: &Value| text_of(other).is_some_and(|part| self.side.agrees(&text, &part, self.case));
        let presence = self.other.visit(record, &mut |other| {
            if agrees(other) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        presence == Presence::Stopped
    }
}

/// Tells whether some scalar below `value` passes.
fn any_scalar(value: &Value, passes: &mut dyn FnMut(&Value) -> bool) -> bool {
    match value {
        Value::Array(members) => members.iter().any(|member| any_scalar(member, passes)),
        Value::Object(object) => object.values().any(|member| any_scalar(member, passes)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => passes(value),
    }
}
