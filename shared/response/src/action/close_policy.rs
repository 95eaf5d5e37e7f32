//! Takes whoever is outside of the account out of exactly the statements that the call has added to a resource's policy:
//! of a queue, topic, repository, secret or key. Undo puts the same statements back beside whatever else stands there then.
//!
//! Who is inside keeps what they had: of a list of principals the account's own stay, and everybody becomes everybody of the
//! account. A statement that lets in nobody outside is left alone, and so is all if it cannot be told whom one lets in.
//!
//! Hazards: a call that writes a whole policy is taken to have added all of it, since records do not tell what stood there
//! before, so a grant of old to a partner goes as well; playbooks ask a person unless it is everybody. What stood in the
//! policy before the call cannot be brought back. The services write a policy as a whole: what another one writes within the
//! same moment is lost. A principal that was deleted cannot be written again, and the service refuses the policy then.

use super::{Circumstances, Proposal};
use crate::{Control, Governed, Reason, Setting};
use std::collections::BTreeSet;
use trailreflex_access::{NotClosed, Parts, Target, Zone};
use trailreflex_model::{Resource, ResourceName};

/// Longest policy in bytes. An outcome holds it nine times (settings, calls, undo, each as text and as parameters), and an event
/// of EventBridge at most 256 KB.
const MOST_BYTES: usize = 16_000;

pub(super) fn controls(resource: &Resource) -> Vec<Control> {
    let of = Governed::ALL.into_iter().find(|of| of.kind() == resource.resource);
    // Without additions, it would be the whole policy.
    let of = of.filter(|_| !resource.added.is_empty());
    of.map(|of| Control::ResourcePolicy { of, name: resource.name.clone() }).into_iter().collect()
}

pub(super) fn propose(control: &Control, current: &Setting, circumstances: &Circumstances<'_>) -> Proposal {
    let (Control::ResourcePolicy { of, .. }, Some(resource)) = (control, circumstances.target.resource())
    else {
        return Proposal::InForce;
    };
    let words = match current {
        Setting::Absent => return Proposal::InForce,
        Setting::Words(words) => words,
        Setting::Present | Setting::Word(_) | Setting::Document(_) => {
            return Proposal::Refuse(Reason::NotReproducible);
        }
    };
    if words.iter().map(String::len).sum::<usize>() > MOST_BYTES {
        return Proposal::Refuse(Reason::PolicyTooLong);
    }
    let target = Target { arn: None, resource_type: Some(of.resource_type().to_owned()) };
    let zone = Zone { account: circumstances.account.to_owned(), ..Zone::default() };
    let added: BTreeSet<_> = resource.added.iter().map(ResourceName::as_str).collect();
    match Parts::from_lines(words).without_outsiders(&added, &target, &zone) {
        Err(NotClosed::Unclear) => Proposal::Refuse(Reason::GrantUnclear),
        Ok(closed) if closed.text().is_empty() && of.needs_policy() && !words.is_empty() => {
            Proposal::Refuse(Reason::NoPolicyLeft)
        }
        Ok(closed) => Proposal::to(Setting::Words(closed.lines().clone()), current),
    }
}
