//! Removes exactly the statements that the call has added to a function's policy; undo adds the same again. Others who may
//! call the function are left alone.
//!
//! A statement that Lambda would not write again as it is, such as one with a condition of a kind that `AddPermission` does
//! not take, is not touched. Hazards: a system that spans accounts stops calling the function; an undo fails if somebody has
//! added another statement of the same name in the meantime.

use super::Proposal;
use crate::{Control, Reason, Setting};
use trailreflex_model::{Resource, ResourceKind};

pub(super) fn controls(resource: &Resource) -> Vec<Control> {
    if resource.resource != ResourceKind::Function {
        return Vec::new();
    }
    let statement = |id: &trailreflex_model::ResourceName| Control::FunctionPermission {
        function: resource.name.clone(),
        statement_id: id.clone(),
    };
    resource.added.iter().map(statement).collect()
}

pub(super) fn propose(current: &Setting) -> Proposal {
    match current {
        Setting::Absent => Proposal::InForce,
        Setting::Document(_) => Proposal::Set(Setting::Absent),
        Setting::Present | Setting::Word(_) | Setting::Words(_) => Proposal::Refuse(Reason::NotReproducible),
    }
}
