//! Who can call, as far as a policy can tell callers apart.

use super::Bits;
use super::space::{Mark, Space};
use super::world::World;
use crate::glob::Glob;
use crate::glob::Step;
use crate::policy::{Effect, Principals};
use crate::principal::Principal;

/// A class of callers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Requester {
    /// Without credentials.
    Anonymous,
    /// Of an account that nothing mentions, in no or an unmentioned organization.
    Stranger,
    /// Of this account outside; as this principal, or one that no policy names.
    Account(String, Option<String>),
    /// Of an account that nothing mentions, in this organization outside.
    Org(String),
    /// This service; `None` for one that nothing mentions.
    Service(Option<String>),
    /// An identity of this provider.
    Federated(String),
    /// This canonical user.
    Canonical(String),
}

/// For whom a service calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Behalf {
    /// Anybody.
    Anybody,
    /// Nobody that is told, or somebody outside.
    Outside,
    /// This account outside.
    Account(String),
    /// This organization outside.
    Org(String),
    /// A resource whose ARN has no account.
    NoAccount,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    Yes,
    Perhaps,
    No,
}

impl Requester {
    /// Returns whether a statement can concern this caller: perhaps for an Allow, certainly for a Deny.
    pub(super) fn is_concerned(&self, effect: Effect, principals: &Principals) -> bool {
        match (principals, effect) {
            (Principals::Unstated, _) => true,
            (Principals::These(list), Effect::Allow) => self.listed(list) != Listed::No,
            (Principals::These(list), Effect::Deny) => self.listed(list) == Listed::Yes,
            (Principals::AllBut(list), Effect::Allow) => self.listed(list) != Listed::Yes,
            (Principals::AllBut(list), Effect::Deny) => self.listed(list) == Listed::No,
        }
    }

    fn listed(&self, list: &[Principal]) -> Listed {
        let mut result = Listed::No;
        for principal in list {
            match self.is(principal) {
                Listed::Yes => return Listed::Yes,
                Listed::Perhaps => result = Listed::Perhaps,
                Listed::No => {}
            }
        }
        result
    }

    fn is(&self, principal: &Principal) -> Listed {
        let yes_if = |is: bool| if is { Listed::Yes } else { Listed::No };
        match (principal, self) {
            (Principal::Everyone, _) => Listed::Yes,
            (Principal::Account(named), Self::Account(account, _)) => yes_if(named == account),
            // A canonical user is the root of an account, and nothing here tells of which.
            (Principal::Account(_), Self::Canonical(_)) => Listed::Perhaps,
            (Principal::Arn { arn: named, .. }, Self::Account(_, Some(arn))) => {
                if named != arn && is_session_of(arn, named) { Listed::Yes } else { yes_if(named == arn) }
            }
            (Principal::Service(named), Self::Service(service)) => {
                yes_if(named == "*" || service.as_ref() == Some(named))
            }
            (Principal::Federated(named), Self::Federated(provider)) => yes_if(named == provider),
            (Principal::Canonical(named), Self::Canonical(user)) => yes_if(named == user),
            (
                Principal::Account(_)
                | Principal::Arn { .. }
                | Principal::Service(_)
                | Principal::Federated(_)
                | Principal::Canonical(_)
                | Principal::Deleted(_),
                _,
            ) => Listed::No,
        }
    }

    /// Returns which of a key's candidates this caller can have. Everything is possible for a key that is not listed.
    ///
    /// Source of each row: IAM User Guide, "AWS global condition context keys", *Availability* of that key.
    pub(super) fn candidates(&self, key: &str, space: &Space, world: &World) -> Bits {
        let fits = |set: &Option<Vec<&Bits>>| match (key, set) {
            ("aws:principalaccount" | "kms:calleraccount", None) => match self {
                Self::Service(_) | Self::Federated(_) | Self::Canonical(_) => true,
                Self::Anonymous => key == "kms:calleraccount",
                Self::Stranger | Self::Account(..) | Self::Org(_) => false,
            },
            ("aws:principalarn", None) => match self {
                Self::Anonymous | Self::Service(_) | Self::Federated(_) | Self::Canonical(_) => true,
                Self::Stranger | Self::Account(..) | Self::Org(_) => false,
            },
            // Only for members of an organization.
            ("aws:principalorgid" | "aws:principalorgpaths", None) => !matches!(self, Self::Org(_)),
            ("aws:principalisawsservice", None) => {
                matches!(self, Self::Anonymous | Self::Federated(_) | Self::Canonical(_))
            }
            ("aws:principalservicename", None) => !matches!(self, Self::Service(_)),
            ("aws:principalservicenameslist", Some(values)) => match self {
                Self::Service(Some(service)) => {
                    values.iter().any(|value| space.has(value, &Mark::Of(service.as_str())))
                }
                Self::Service(None) => true,
                Self::Anonymous
                | Self::Stranger
                | Self::Account(..)
                | Self::Org(_)
                | Self::Federated(_)
                | Self::Canonical(_) => false,
            },
            (_, None) => true,
            (_, Some(values)) => values.iter().all(|value| self.has_value(key, value, space, world)),
        };
        Bits::of(space.candidates().enumerate().filter_map(|(place, set)| fits(&set).then_some(place)))
    }

    fn has_value(&self, key: &str, value: &Bits, space: &Space, world: &World) -> bool {
        let is_of = |name: &str| space.has(value, &Mark::Of(name));
        let is_well_formed = space.has(value, &Mark::WellFormed);
        let is_of_stranger = || is_well_formed && !world.accounts.iter().any(|account| is_of(account));
        match key {
            "aws:principalaccount" | "kms:calleraccount" => match self {
                Self::Anonymous => is_of("anonymous"),
                Self::Stranger | Self::Org(_) => is_of_stranger(),
                Self::Account(account, _) => is_of(account),
                Self::Service(_) => false,
                Self::Federated(_) | Self::Canonical(_) => is_well_formed,
            },
            "aws:principalarn" => match self {
                Self::Anonymous | Self::Service(_) => false,
                Self::Stranger | Self::Org(_) => is_of_stranger(),
                Self::Account(account, None) => {
                    let is_named = |arn: &String| space.has(value, &Mark::Exactly(arn.as_str()));
                    is_of(account) && !world.arns.iter().any(is_named)
                }
                Self::Account(account, Some(arn)) if arn.contains(":sts:") => is_of(account),
                Self::Account(_, Some(arn)) => space.has(value, &Mark::Exactly(arn.as_str())),
                Self::Federated(_) | Self::Canonical(_) => is_well_formed,
            },
            "aws:principalorgid" | "aws:principalorgpaths" => match self {
                Self::Anonymous | Self::Service(_) => false,
                Self::Stranger => is_well_formed && !world.orgs.iter().any(|org| is_of(org)),
                Self::Org(org) => is_of(org),
                Self::Account(..) | Self::Federated(_) | Self::Canonical(_) => {
                    is_well_formed && !world.own_org.as_ref().is_some_and(|org| is_of(org))
                }
            },
            "aws:principalisawsservice" => {
                is_of(if matches!(self, Self::Service(_)) { "true" } else { "false" })
            }
            "aws:principalservicename" => match self {
                Self::Service(Some(service)) => is_of(service),
                Self::Service(None) => !world.services.iter().any(|service| is_of(service)),
                Self::Anonymous
                | Self::Stranger
                | Self::Account(..)
                | Self::Org(_)
                | Self::Federated(_)
                | Self::Canonical(_) => false,
            },
            _ => true,
        }
    }
}

impl Behalf {
    /// Returns which of a source key's candidates a call on this behalf can have.
    pub(super) fn candidates(&self, key: &str, space: &Space, world: &World) -> Bits {
        let fits = |set: &Option<Vec<&Bits>>| match set {
            None => key != "aws:sourcearn" || *self != Self::NoAccount,
            Some(values) => values.iter().all(|value| self.has_value(key, value, space, world)),
        };
        Bits::of(space.candidates().enumerate().filter_map(|(place, set)| fits(&set).then_some(place)))
    }

    fn has_value(&self, key: &str, value: &Bits, space: &Space, world: &World) -> bool {
        let is_of = |name: &str| space.has(value, &Mark::Of(name));
        let is_inside = || world.internal.iter().any(|account| is_of(account));
        let is_own_org = || world.own_org.as_ref().is_some_and(|org| is_of(org));
        let is_org_key = matches!(key, "aws:sourceorgid" | "aws:sourceorgpaths");
        match self {
            Self::Anybody => true,
            Self::Outside if is_org_key => !is_own_org(),
            Self::Outside => !is_inside(),
            Self::Account(_) if is_org_key => !is_own_org(),
            Self::Account(account) => is_of(account) || space.has(value, &Mark::NoAccount),
            Self::Org(org) if is_org_key => is_of(org),
            Self::Org(_) => !is_inside(),
            Self::NoAccount if key == "aws:sourcearn" => space.has(value, &Mark::NoAccount),
            Self::NoAccount if is_org_key => !is_own_org(),
            Self::NoAccount => !world.accounts.iter().any(|account| is_of(account)),
        }
    }
}

/// Returns whether `session`, `arn:aws:sts::…:assumed-role/NAME/SESSION`, is one of `role`.
fn is_session_of(session: &str, role: &str) -> bool {
    let name = session.split(":assumed-role/").nth(1).and_then(|rest| rest.split('/').next());
    let of_role = role.split(":role/").nth(1).and_then(|path| path.rsplit('/').next());
    name.is_some() && name == of_role && session.split(':').nth(4) == role.split(':').nth(4)
}

/// Returns what has to be known of the values of `key`.
pub(super) fn marks(key: &str, world: &World) -> Vec<(Mark, Glob)> {
    let mut found = Vec::new();
    let mut mark = |mark: Mark, glob: Glob| found.push((mark, glob));
    match key {
        "aws:principalaccount" | "kms:calleraccount" | "aws:sourceaccount" | "aws:sourceowner" => {
            mark(Mark::WellFormed, Glob::from_steps(vec![Step::Digit; 12]));
            mark(Mark::Of("anonymous".to_owned()), exactly("anonymous"));
            for account in &world.accounts {
                mark(Mark::Of(account.clone()), exactly(account));
            }
        }
        "aws:principalarn" | "aws:sourcearn" => {
            if key == "aws:principalarn" {
                mark(Mark::WellFormed, arn_of(vec![Step::Digit; 12]));
                for arn in &world.arns {
                    mark(Mark::Exactly(arn.clone()), exactly(arn));
                }
            } else {
                mark(Mark::NoAccount, arn_of(Vec::new()));
            }
            for account in &world.accounts {
                mark(Mark::Of(account.clone()), arn_of(account.chars().map(Step::Is).collect()));
            }
        }
        "aws:principalorgid" | "aws:sourceorgid" => {
            mark(Mark::WellFormed, organization(false));
            for org in &world.orgs {
                mark(Mark::Of(org.clone()), exactly(org));
            }
        }
        "aws:principalorgpaths" | "aws:sourceorgpaths" => {
            mark(Mark::WellFormed, organization(true));
            for org in &world.orgs {
                mark(Mark::Of(org.clone()), starting_with(&format!("{org}/")));
            }
        }
        "aws:principalservicename" | "aws:principalservicenameslist" => {
            for service in &world.services {
                mark(Mark::Of(service.clone()), exactly(service));
            }
        }
        _ => {}
    }
    found
}

fn organization(has_path: bool) -> Glob {
    let path: &[Step] = if has_path { &[Step::Is('/'), Step::Many] } else { &[] };
    Glob::from_steps([Step::Is('o'), Step::Is('-'), Step::Id].iter().chain(path).cloned().collect())
}

pub(super) fn exactly(text: &str) -> Glob {
    Glob::from_steps(text.chars().map(Step::Is).collect())
}

pub(super) fn starting_with(text: &str) -> Glob {
    Glob::from_steps(text.chars().map(Step::Is).chain([Step::Many]).collect())
}

fn arn_of(account: Vec<Step>) -> Glob {
    let mut steps: Vec<Step> = "arn:".chars().map(Step::Is).collect();
    for _ in 0..3 {
        steps.extend([Step::ManyInPart, Step::Is(':')]);
    }
    steps.extend(account);
    steps.extend([Step::Is(':'), Step::Many]);
    Glob::from_steps(steps)
}
