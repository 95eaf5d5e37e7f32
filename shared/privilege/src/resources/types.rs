//! The types of resources of actions, made ready once.

use super::values::{Name, names};
use crate::template::{self, Piece};
use std::collections::HashMap;
use std::sync::Arc;
use trailreflex_actions::{Action, ResourceType};

/// A type of resource, with its template taken apart.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) is_required: bool,
    pub(super) pieces: Vec<Piece>,
    pub(super) variables: Vec<Variable>,
}

/// A variable of a template.
#[derive(Debug)]
pub(super) struct Variable {
    /// What its value may be called.
    pub(super) names: Vec<Name>,
    /// The same if only some of the template's variables are known: nothing that may mean another one.
    pub(super) sure_names: Vec<Name>,
}

/// The types of the actions that have been asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Types(HashMap<Action, Arc<[Type]>>);

impl Types {
    pub(super) fn of(&mut self, action: Action) -> Arc<[Type]> {
        let types = self.0.entry(action).or_insert_with(|| {
            let all: Vec<ResourceType> = action.resource_types().filter(|kind| kind.arn() != "*").collect();
            all.iter().map(|kind| Type::of(*kind, all.len() == 1)).collect()
        });
        Arc::clone(types)
    }
}

impl Type {
    fn of(kind: ResourceType, is_only: bool) -> Self {
        let arn = kind.arn();
        let (pieces, own) = template::parse(&arn);
        let alone = if own.len() == 1 { kind.name } else { "" };
        let variable =
            |name: &&str| Variable { names: names(name, alone, is_only), sure_names: names(name, "", false) };
        let variables = own.iter().map(variable).collect();
        Self { name: kind.name, is_required: kind.is_required, pieces, variables }
    }
}
