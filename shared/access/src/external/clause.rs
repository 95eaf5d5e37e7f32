//! A statement, by the keys it looks at.

use super::space::Test;
use crate::condition::Condition;
use crate::glob::Glob;
use crate::policy::{Effect, Selection, Statement};
use std::collections::BTreeMap;

/// The action and the resource of a call are two more keys.
pub(super) const ACTION: &str = "@action";
pub(super) const RESOURCE: &str = "@resource";

/// One condition, or the actions or resources, of a statement.
#[derive(Debug)]
pub(super) enum Literal<'p> {
    Condition(&'p Condition, Effect),
    Selection(&'static str, &'p [Glob], bool),
}

impl<'p> Literal<'p> {
    pub(super) fn key(&self) -> &'p str {
        match self {
            Self::Condition(condition, _) => &condition.key,
            Self::Selection(key, ..) => key,
        }
    }
}

/// A statement.
#[derive(Debug)]
pub(super) struct Clause<'p> {
    pub(super) statement: &'p Statement,
    pub(super) literals: Vec<Literal<'p>>,
}

impl<'p> Clause<'p> {
    pub(super) fn of(statement: &'p Statement) -> Self {
        let mut literals = Vec::new();
        for (key, selection) in [(ACTION, &statement.actions), (RESOURCE, &statement.resources)] {
            match selection {
                Selection::Unstated => {}
                Selection::These(globs) => literals.push(Literal::Selection(key, globs, false)),
                Selection::AllBut(globs) => literals.push(Literal::Selection(key, globs, true)),
            }
        }
        let of_condition = |condition| Literal::Condition(condition, statement.effect);
        literals.extend(statement.conditions.iter().map(of_condition));
        Self { statement, literals }
    }
}

/// What statements look at one key for.
#[derive(Debug, Default)]
pub(super) struct Look<'p> {
    pub(super) tests: Vec<Test>,
    pub(super) conditions: Vec<&'p Condition>,
}

/// Returns what statements look at, by key.
pub(super) fn looks<'p>(clauses: &[Clause<'p>]) -> BTreeMap<&'p str, Look<'p>> {
    let mut found: BTreeMap<&str, Look<'_>> = BTreeMap::new();
    for literal in clauses.iter().flat_map(|clause| &clause.literals) {
        let look = found.entry(literal.key()).or_default();
        match literal {
            Literal::Condition(condition, _) => {
                look.conditions.push(condition);
                let of_values = condition.values.iter().filter_map(|value| Test::of(condition, value));
                look.tests.extend(of_values.map(|(test, _)| test));
            }
            Literal::Selection(_, globs, _) => look.tests.extend(globs.iter().cloned().map(Test::Text)),
        }
    }
    found
}
