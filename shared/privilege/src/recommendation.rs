//! Policies for a principal that allow what it used.

mod display;
mod grants;
mod narrow;

use crate::action_name::ActionName;
use crate::arns::Detail;
use crate::attached::Attached;
use crate::coverage::Coverage;
use crate::fit::{Fit, Placement, packed};
use crate::seen::Seen;
use crate::statement::{Draft, merged};
use crate::usage::{PrincipalUse, Usage};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a principal needs, as policies, and what is not certain about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// The user or role.
    pub principal: String,
    /// What the policies are to be attached to.
    pub attach_to: AttachTo,
    /// How they are to be attached.
    pub placement: Placement,
    /// The policies; none if nothing was used.
    pub policies: Vec<Value>,
    /// Whether they keep IAM's limits.
    pub fit: Fit,
    /// How exactly resources are named; less so if the policies would be too large otherwise.
    pub detail: Detail,
    /// Whether wildcards stand for actions that only list and read, because the policies would be too large otherwise. They
    /// mean just the actions that were used, as long as AWS adds none.
    pub has_action_wildcards: bool,
    /// Actions that are allowed on `*` because some record does not tell the resource.
    pub without_resource: BTreeSet<ActionName>,
    /// Actions that nobody has checked, see [`ActionName::Unverified`].
    pub unverified: BTreeSet<ActionName>,
    /// Instance profiles that were passed. Their roles are not known, so any role may be passed to EC2.
    pub instance_profiles: BTreeSet<String>,
    /// Actions that some of those that were used may need besides, of which no use was seen.
    pub may_also_need: BTreeSet<ActionName>,
    /// Attempts that were denied and that the policies do not allow.
    pub denied: BTreeMap<ActionName, Seen>,
    /// What was used and no old policy grants by itself; not granted. Only if old policies were given.
    pub beyond: Vec<Beyond>,
    /// Calls of actions or passed roles that there was no room for; with any, the policies lack something.
    pub folded: u64,
    /// What the logs were. Whatever they do not show is not allowed: actions without records, and data events that were
    /// not logged.
    pub coverage: Coverage,
}

/// What policies are to be attached to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttachTo {
    /// The role itself.
    Role,
    /// The user itself.
    User,
    /// The permission set of IAM Identity Center that makes the role, which else is made anew as it was.
    PermissionSet(String),
}

/// Something that was used and is not granted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Beyond {
    /// The action.
    pub action: String,
    /// On these resources.
    pub resources: BTreeSet<String>,
}

/// From the most exact policies to the smallest, and whether wildcards stand for actions.
const STEPS: [(Detail, bool); 4] =
    [(Detail::Five, false), (Detail::Five, true), (Detail::One, true), (Detail::Types, true)];
/// The same without wildcards, which would allow actions that AWS adds.
const STEPS_BY_NAME: [(Detail, bool); 3] =
    [(Detail::Five, false), (Detail::One, false), (Detail::Types, false)];

impl Usage {
    /// Returns policies that allow what a principal used, and no more than generalising needs; `None` if the logs do not
    /// have it.
    #[must_use]
    pub fn recommendation(&self, principal: &str, placement: Placement) -> Option<Recommendation> {
        let known = self.principals.get(&principal.to_owned())?;
        let make = |detail| merged(grants::of(known, detail).into_iter().map(|wanted| wanted.grant));
        Some(self.recommended((principal, known), placement, &STEPS, make))
    }

    /// Returns policies that allow what a principal used and nothing that its old policies do not allow; `None` if the logs
    /// do not have it.
    ///
    /// They allow no more, because every Allow in them is within one Allow of an old policy, and all old Denies are kept as
    /// they stand. An Allow of one action on a pattern of resources is within an old one if that one has the action, a pattern
    /// that covers the whole pattern (decided on the patterns, not on samples), and no condition but such as the new one has too.
    /// If no old pattern covers the whole, the resources that were observed take its place one by one, and if they are no longer
    /// known, the old patterns that have resources in common with it.
    ///
    /// They allow all that was used, if the old ones did: the old Allow that a call needed has its action and its
    /// resource, so one of these three cases grants it, under no condition that the call did not meet. What the old policies do
    /// not grant by themselves, such as what a resource's policy grants, is in [`Recommendation::beyond`].
    #[must_use]
    pub fn narrowed(
        &self,
        principal: &str,
        placement: Placement,
        old: &[Attached],
    ) -> Option<Recommendation> {
        let known = self.principals.get(&principal.to_owned())?;
        let mut beyond = Vec::new();
        for wanted in grants::of(known, Detail::Five) {
            beyond.extend(narrow::within(&wanted, old).beyond);
        }
        let make = |detail| {
            let within = grants::of(known, detail).into_iter().map(|wanted| narrow::within(&wanted, old));
            let (mut grants, mut verbatim) = (Vec::new(), Vec::new());
            for found in within {
                grants.extend(found.grants);
                verbatim.extend(found.verbatim);
            }
            let mut drafts = merged(grants);
            drafts.extend(verbatim);
            drafts.extend(narrow::kept(old));
            drafts
        };
        let recommended = self.recommended((principal, known), placement, &STEPS_BY_NAME, make);
        Some(Recommendation { beyond, ..recommended })
    }

    fn recommended(
        &self,
        (principal, known): (&str, &PrincipalUse),
        placement: Placement,
        steps: &[(Detail, bool)],
        make: impl Fn(Detail) -> Vec<Draft>,
    ) -> Recommendation {
        let (mut detail, mut has_action_wildcards) = (Detail::Five, false);
        let (mut policies, mut fit) = (Vec::new(), Fit::Fits);
        for step in steps {
            (detail, has_action_wildcards) = *step;
            let drafts = make(detail).into_iter();
            let drafts: Vec<Draft> = drafts
                .map(|draft| if has_action_wildcards { draft.with_wildcards() } else { draft })
                .collect();
            (policies, fit) = packed(&drafts, placement);
            if fit == Fit::Fits {
                break;
            }
        }
        let allowed = || known.actions.iter().filter(|(_, used)| used.allowed.is_some());
        let names = || allowed().map(|(key, _)| key.action.clone());
        let used: BTreeSet<ActionName> = names().collect();
        let mut denied = BTreeMap::new();
        for (key, attempt) in known.actions.iter().filter(|(key, _)| !used.contains(&key.action)) {
            if let Some(seen) = attempt.denied {
                denied
                    .entry(key.action.clone())
                    .and_modify(|known: &mut Seen| known.add(seen))
                    .or_insert(seen);
            }
        }
        Recommendation {
            principal: principal.to_owned(),
            attach_to: AttachTo::of(principal),
            placement,
            policies,
            fit,
            detail,
            has_action_wildcards,
            without_resource: allowed()
                .filter(|(_, used)| used.has_unknown_resources)
                .map(|(key, _)| key.action.clone())
                .collect(),
            unverified: names().filter(|action| action.known().is_none()).collect(),
            instance_profiles: known
                .passed
                .iter()
                .filter_map(|(passed, _)| passed.instance_profile.clone())
                .collect(),
            may_also_need: may_also_need(&used, known),
            denied,
            beyond: Vec::new(),
            folded: known.actions.folded().saturating_add(known.passed.folded()),
            coverage: self.coverage.clone(),
        }
    }
}

impl AttachTo {
    fn of(principal: &str) -> Self {
        let name = principal.rsplit('/').next().unwrap_or_default();
        // The name ends with 16 characters of Identity Center's own.
        match name.strip_prefix("AWSReservedSSO_").and_then(|rest| rest.rsplit_once('_')) {
            Some((set, _)) => Self::PermissionSet(set.to_owned()),
            None if principal.contains(":user/") => Self::User,
            None => Self::Role,
        }
    }
}

/// What the used actions depend on, as far as it was not used itself. A role that was passed is.
fn may_also_need(used: &BTreeSet<ActionName>, known: &PrincipalUse) -> BTreeSet<ActionName> {
    let has_passed = known.passed.iter().next().is_some();
    let needed = used.iter().filter_map(ActionName::known).flat_map(trailreflex_actions::Action::dependents);
    needed
        .filter(|action| !(has_passed && action.to_string() == "iam:PassRole"))
        .map(ActionName::Known)
        .filter(|action| !used.contains(action))
        .collect()
}
