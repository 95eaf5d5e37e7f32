//! Who outside of the zone of trust a resource's policy lets in.
//!
//! Values that no condition tells apart are one class, and so are callers, so there are few cases to look at, and all
//! of them are looked at: what is not found is not there. Where two keys depend on each other this is not known here,
//! so some access is reported that no real call has; none is left out. Beyond the budget the verdict is *unknown*,
//! which counts as external.

mod bits;
mod clause;
mod product;
mod requester;
mod search;
mod sharing;
mod space;
mod spaces;
mod target;
mod trust;
mod verdict;
mod world;

pub use sharing::{AclGrant, BlockPublicAccess, Sharing};
pub(crate) use space::has_several_values;
pub use target::Target;
pub use verdict::{Grant, Unknown, Verdict, Who};

use crate::policy::{Effect, Policy, Principals, Statement};
use crate::principal::Principal;
use bits::Bits;
use clause::Clause;
use requester::{Behalf, Requester};
use search::{Search, Unanswered};
use spaces::Spaces;
use trust::{Mode, Role, role};
use world::World;

/// Most nodes that the search for one policy may visit.
pub const NODE_BUDGET: u32 = 100_000;

/// Who is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Zone {
    /// The account that owns the resource: 12 digits.
    pub account: String,
    /// The organization, if all of it is trusted: `o-…`.
    pub organization: Option<String>,
    /// Accounts of the organization, as far as they are known.
    pub members: std::collections::BTreeSet<String>,
}

impl Zone {
    /// Returns whether an account is inside.
    #[must_use]
    pub fn holds(&self, account: &str) -> bool {
        account == self.account || (self.organization.is_some() && self.members.contains(account))
    }
}

/// Decides whom `policy` lets in; `limits` are resource control policies, of which only the Denies count.
#[must_use]
pub fn decide(policy: &Policy, limits: &[Policy], target: &Target, zone: &Zone) -> Verdict {
    let policies: Vec<&Policy> = std::iter::once(policy).chain(limits).collect();
    let statements = || policies.iter().flat_map(|policy| &policy.statements);
    let denies: Vec<&Statement> = statements().filter(|statement| statement.effect == Effect::Deny).collect();
    let mut verdict = Verdict::default();
    for statement in statements() {
        verdict.note_unrecognised(statement);
    }
    let clauses: Vec<Clause<'_>> = denies.iter().map(|deny| Clause::of(deny)).collect();
    let mut spaces = Spaces::new(&clauses, target);
    let mut budget = NODE_BUDGET;
    for allow in policy.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
        let world = World::of(allow, &denies, zone);
        let decided = Search::new(allow, &clauses, &mut spaces, &world)
            .and_then(|search| Case { allow, world: &world, search }.decide(&mut verdict, &mut budget));
        if let Err(reason) = decided {
            verdict.note(match reason {
                Unanswered::Budget => Unknown::Budget,
                Unanswered::Classes(key) => Unknown::TooManyClasses { statement: allow.index, key },
            });
        }
    }
    verdict.tidy();
    verdict
}

/// One Allow under search.
struct Case<'p> {
    allow: &'p Statement,
    world: &'p World,
    search: Search<'p>,
}

impl<'p> Case<'p> {
    fn decide(mut self, verdict: &mut Verdict, budget: &mut u32) -> Result<(), Unanswered> {
        self.strangers(verdict, budget)?;
        self.accounts(verdict, budget)?;
        self.organizations(verdict, budget)?;
        self.others(verdict, budget)?;
        self.services(verdict, budget)
    }

    fn strangers(&mut self, verdict: &mut Verdict, budget: &mut u32) -> Result<(), Unanswered> {
        for requester in [Requester::Stranger, Requester::Anonymous] {
            if self.search.reaches(&requester, &Behalf::Anybody, Mode::Public, budget)? {
                verdict.public = true;
                verdict.add(Who::Everyone, self.allow, true);
                return Ok(());
            }
        }
        for requester in [Requester::Stranger, Requester::Anonymous] {
            if self.search.reaches(&requester, &Behalf::Anybody, Mode::AnySource, budget)? {
                verdict.add(Who::Everyone, self.allow, true);
                return Ok(());
            }
            self.on_behalf(&requester, verdict, budget)?;
        }
        Ok(())
    }

    /// Services that call for accounts outside, or for a resource whose ARN does not tell of whom it is.
    fn on_behalf(
        &mut self,
        requester: &Requester,
        verdict: &mut Verdict,
        budget: &mut u32,
    ) -> Result<(), Unanswered> {
        let accounts = self.world.source_accounts.iter().filter(|account| self.world.is_foreign(account));
        let orgs = self.world.source_orgs.iter().filter(|org| self.world.is_foreign(org));
        let behalves = accounts
            .map(|account| (Behalf::Account(account.clone()), Who::Account(account.clone())))
            .chain(orgs.map(|org| (Behalf::Org(org.clone()), Who::Organization(org.clone()))))
            .chain(self.search.looks_at("aws:sourcearn").then_some((Behalf::NoAccount, Who::Source)));
        for (behalf, who) in behalves {
            if self.search.reaches(requester, &behalf, Mode::Everything, budget)? {
                verdict.add(who, self.allow, true);
            }
        }
        Ok(())
    }

    fn accounts(&mut self, verdict: &mut Verdict, budget: &mut u32) -> Result<(), Unanswered> {
        let world = self.world;
        for account in world.accounts.iter().filter(|account| world.is_foreign(account)) {
            let named: Vec<Option<String>> = self.named_of(account);
            let is_named = !named.is_empty();
            let who = Who::Account(account.clone());
            if !is_named && (verdict.has(&Who::Everyone) || !self.is_open() || verdict.has(&who)) {
                continue;
            }
            let of_account = |arn: &&String| arn.split(':').nth(4) == Some(account.as_str());
            let arns = world.arns.iter().filter(of_account).cloned().map(Some);
            let mode = if is_named || self.mentions(account) { Mode::Everything } else { Mode::AnySource };
            for arn in std::iter::once(None).chain(arns) {
                let requester = Requester::Account(account.clone(), arn);
                if self.search.reaches(&requester, &Behalf::Anybody, mode, budget)? {
                    verdict.add(who, self.allow, is_named);
                    break;
                }
            }
        }
        Ok(())
    }

    fn organizations(&mut self, verdict: &mut Verdict, budget: &mut u32) -> Result<(), Unanswered> {
        let world = self.world;
        if verdict.has(&Who::Everyone) || !self.is_open() {
            return Ok(());
        }
        for org in world.orgs.iter().filter(|org| world.is_foreign(org)) {
            let mode = if self.mentions(org) { Mode::Everything } else { Mode::AnySource };
            if self.search.reaches(&Requester::Org(org.clone()), &Behalf::Anybody, mode, budget)? {
                verdict.add(Who::Organization(org.clone()), self.allow, false);
            }
        }
        Ok(())
    }

    /// Identity providers and canonical users.
    fn others(&mut self, verdict: &mut Verdict, budget: &mut u32) -> Result<(), Unanswered> {
        for principal in self.listed() {
            let (requester, who) = match principal {
                Principal::Federated(name) => {
                    (Requester::Federated(name.clone()), Who::Federated(name.clone()))
                }
                Principal::Canonical(id) => (Requester::Canonical(id.clone()), Who::Canonical(id.clone())),
                Principal::Everyone
                | Principal::Account(_)
                | Principal::Arn { .. }
                | Principal::Service(_)
                | Principal::Deleted(_) => continue,
            };
            if self.search.reaches(&requester, &Behalf::Anybody, Mode::Everything, budget)? {
                verdict.public |= who == Who::Federated("*".to_owned());
                verdict.add(who, self.allow, true);
            }
        }
        Ok(())
    }

    fn services(&mut self, verdict: &mut Verdict, budget: &mut u32) -> Result<(), Unanswered> {
        let mut services: Vec<Option<String>> = Vec::new();
        for principal in self.listed() {
            if let Principal::Service(service) = principal {
                services.push((service != "*").then(|| service.clone()));
            }
        }
        if self.is_open() {
            let names = self.world.services.iter().filter(|service| self.mentions(service));
            services.extend(names.cloned().map(Some));
            let tells_services = |key: &str| key == "aws:principalisawsservice";
            if self.allow.conditions.iter().any(|condition| tells_services(&condition.key)) {
                services.push(None);
            }
        }
        for service in services {
            let requester = Requester::Service(service.clone());
            if self.search.reaches(&requester, &Behalf::Outside, Mode::Service, budget)? {
                verdict.services_without_source.insert(service.unwrap_or_else(|| "*".to_owned()));
            }
        }
        Ok(())
    }

    fn listed(&self) -> Vec<&'p Principal> {
        let allow: &'p Statement = self.allow;
        match &allow.principals {
            Principals::These(list) => list.iter().collect(),
            Principals::Unstated | Principals::AllBut(_) => Vec::new(),
        }
    }

    /// Whether the statement concerns callers that it does not name.
    fn is_open(&self) -> bool {
        match &self.allow.principals {
            Principals::These(list) => list.contains(&Principal::Everyone),
            Principals::Unstated | Principals::AllBut(_) => true,
        }
    }

    fn named_of(&self, account: &str) -> Vec<Option<String>> {
        let named = self.listed().into_iter().filter_map(|principal| match principal {
            Principal::Account(named) if named == account => Some(None),
            Principal::Arn { account: of, arn } if of == account => Some(Some(arn.clone())),
            Principal::Account(_)
            | Principal::Arn { .. }
            | Principal::Everyone
            | Principal::Service(_)
            | Principal::Federated(_)
            | Principal::Canonical(_)
            | Principal::Deleted(_) => None,
        });
        named.collect()
    }

    /// Whether a condition on who calls names this account, organization or service.
    fn mentions(&self, name: &str) -> bool {
        let on_identity =
            self.allow.conditions.iter().filter(|condition| role(&condition.key) == Role::Identity);
        on_identity.flat_map(|condition| &condition.values).any(|value| value.text.contains(name))
    }
}
