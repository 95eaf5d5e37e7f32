//! Lets only signed calls reach a function's URL; undo opens it again.
//!
//! Hazards: a web hook that checks its callers itself stops to work. Such functions belong on the list of protected
//! resources; the functions of this stack are on it.

use crate::Control;
use trailreflex_model::{Resource, ResourceKind};

/// `AuthType` of a URL that wants signed calls.
pub(super) const SIGNED: &str = "AWS_IAM";

pub(super) fn controls(resource: &Resource) -> Vec<Control> {
    let is_function = resource.resource == ResourceKind::Function;
    let control = || Control::FunctionUrl { function: resource.name.clone() };
    is_function.then(control).into_iter().collect()
}
