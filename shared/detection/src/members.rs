//! Tests of one member of an array as a whole: `ipPermissions.items[any]: {fromPort: 22, cidr: 0.0.0.0/0}`.
//!
//! Without them two tests of an array may be passed by two different members. The notation is the enhancement
//! that Sigma accepted for a later version (SigmaHQ/sigma-specification, proposal 212); a field without a block
//! is not affected. A value that is no array counts as its only member.

use std::ops::ControlFlow;

use serde_json::{Map, Value};

use crate::detection::Detection;
use crate::field::{FieldPath, Presence};
use crate::item;
use crate::placeholders::Placeholders;
use crate::reject::{Reason, SelectionProblem};

/// A test of an array by its members.
#[derive(Debug, Clone)]
pub(crate) struct Members {
    pub(crate) field: FieldPath,
    quantifier: Quantifier,
    body: Detection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    Any,
    /// At least one, and all.
    All,
    AllOrEmpty,
    None,
}

impl Members {
    /// Compiles `key: value` if it is a block.
    pub(crate) fn compile(
        key: &str,
        value: &Value,
        placeholders: &Placeholders,
    ) -> Result<Option<Self>, SelectionProblem> {
        let Some((field, quantifier)) = split(key) else { return Ok(None) };
        if item::is_bracketed(field) {
            return Err(SelectionProblem::Bracket(key.to_owned()));
        }
        let Value::Object(body) = value else { return Err(SelectionProblem::NotABlock(key.to_owned())) };
        let body = Detection::compile(&named(body), &[], placeholders);
        let body = body.map_err(|reason| within(key, reason))?;
        Ok(Some(Self { field: FieldPath::new(field), quantifier, body }))
    }

    /// Tells whether enough members pass.
    pub(crate) fn matches(&self, record: &Value) -> bool {
        let mut members = 0_usize;
        let mut decided = |member: &Value| {
            members += 1;
            let passes = self.body.matches(member);
            let decides = match self.quantifier {
                Quantifier::Any | Quantifier::None => passes,
                Quantifier::All | Quantifier::AllOrEmpty => !passes,
            };
            if decides { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let stopped = self.field.visit(record, &mut decided) == Presence::Stopped;
        match self.quantifier {
            Quantifier::Any => stopped,
            Quantifier::None | Quantifier::AllOrEmpty => !stopped,
            Quantifier::All => !stopped && members > 0,
        }
    }

    /// Tells whether a member is one because of which the block holds.
    pub(crate) fn accepts(&self, member: &Value) -> bool {
        self.body.matches(member)
    }
}

fn within(key: &str, reason: Reason) -> SelectionProblem {
    if let Reason::BadSelection { problem, .. } = reason {
        return problem;
    }
    SelectionProblem::BadBlock { item: key.to_owned(), reason: Box::new(reason) }
}

/// Returns the block with a condition; without one of its own, all its tests must hold.
fn named(body: &Map<String, Value>) -> Map<String, Value> {
    if body.contains_key("condition") {
        return body.clone();
    }
    let mut named = Map::new();
    named.insert("member".to_owned(), Value::Object(body.clone()));
    named.insert("condition".to_owned(), Value::String("member".to_owned()));
    named
}

fn split(key: &str) -> Option<(&str, Quantifier)> {
    let (field, quantifier) = key.strip_suffix(']')?.rsplit_once('[')?;
    let quantifier = match quantifier {
        "any" => Quantifier::Any,
        "all" => Quantifier::All,
        "all_or_empty" => Quantifier::AllOrEmpty,
        "none" => Quantifier::None,
        _ => return None,
    };
    Some((field, quantifier))
}
