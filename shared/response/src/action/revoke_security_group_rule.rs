//! Revokes exactly the rules for incoming traffic that the call has added to a security group; undo authorizes the same
//! again. Connections that stand are not cut. An undo gives the rule another id and no tags.
//!
//! A rule by which everybody reaches a web server (ports 80 and 443) is left alone. Hazards: somebody may be administering
//! a machine through the rule; infrastructure as code adds it again.

use crate::Control;
use trailreflex_model::{Resource, ResourceKind};

/// The rules, as the account has told them: reading has replaced their ids by what they say.
pub(super) fn controls(resource: &Resource) -> Vec<Control> {
    if resource.resource != ResourceKind::SecurityGroup {
        return Vec::new();
    }
    let rules = resource.added.iter().filter_map(|rule| rule.as_str().parse::<crate::IngressRule>().ok());
    let rules = rules.filter(|rule| !rule.serves_the_web());
    rules.map(|rule| Control::Ingress { group: resource.name.clone(), rule }).collect()
}
