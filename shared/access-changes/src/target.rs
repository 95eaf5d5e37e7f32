//! What a response would concern: the resource, and exactly what the call has added to it.
//!
//! As the rules' own hints name it: statements of policies by fingerprint, those of a function and those added by a label by
//! that, shares by the name that was added.

use crate::change::{AccessChange, What};
use crate::difference::Difference;
use crate::resource::kind;
use std::collections::BTreeSet;
use trailreflex_access::{Sharing, Zone};
use trailreflex_model::{Resource, ResourceKind, ResourceName, Target};

/// Returns the target of a finding about a change; nothing if no responder can change such a resource.
pub(crate) fn target(change: &AccessChange, difference: &Difference, zone: &Zone) -> Option<Target> {
    let resource = kind(change.resource_type)?;
    let name: ResourceName = change.name.as_deref()?.parse().ok()?;
    let added = added(change, resource, difference, zone);
    let names: Option<BTreeSet<ResourceName>> = added.iter().map(|name| name.parse().ok()).collect();
    Some(Target::Resource(Resource { resource, name, added: names? }))
}

fn added(
    change: &AccessChange,
    resource: ResourceKind,
    difference: &Difference,
    zone: &Zone,
) -> BTreeSet<String> {
    match &change.what {
        // Blocking public access is about the bucket as a whole.
        _ if resource == ResourceKind::Bucket => BTreeSet::new(),
        What::Statements(policy) => {
            label(policy).map_or_else(|| difference.fingerprints.clone(), |sid| [sid].into())
        }
        What::Policy(_) | What::ReadBack(_) if resource != ResourceKind::Function => {
            difference.fingerprints.clone()
        }
        What::Shares { added, .. } => added.iter().filter(|name| is_outside(name, zone)).cloned().collect(),
        What::Policy(_)
        | What::ReadBack(_)
        | What::StatementRemoved(_)
        | What::Acl(_)
        | What::PublicAccessBlock(_)
        | What::FunctionUrl { .. }
        | What::Removed(_)
        | What::Deleted => BTreeSet::new(),
    }
}

/// The `Sid` of the statement that a call has added.
fn label(policy: &str) -> Option<String> {
    let policy: serde_json::Value = serde_json::from_str(policy).ok()?;
    policy.get("Statement")?.get(0)?.get("Sid")?.as_str().map(str::to_owned)
}

fn is_outside(name: &str, zone: &Zone) -> bool {
    let sharing = Sharing { accounts: vec![name.to_owned()], ..Sharing::default() };
    sharing.decide(None, &[], &trailreflex_access::Target::default(), zone).is_external()
}
