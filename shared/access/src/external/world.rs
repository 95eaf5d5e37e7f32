//! Whom and what statements mention, and who of them is inside the zone of trust.

use super::Zone;
use crate::condition::Condition;
use crate::policy::{Principals, Statement};
use crate::principal::{Principal, account_of, is_account_id};
use std::collections::BTreeSet;

/// Everything mentioned.
#[derive(Debug, Default)]
pub(super) struct World {
    /// Accounts, the own one too.
    pub(super) accounts: BTreeSet<String>,
    /// Of those, the ones inside the zone of trust.
    pub(super) internal: BTreeSet<String>,
    /// Organizations, the own one too.
    pub(super) orgs: BTreeSet<String>,
    /// The organization that is the zone of trust.
    pub(super) own_org: Option<String>,
    /// Users, roles and sessions that `Principal` elements name.
    pub(super) arns: BTreeSet<String>,
    pub(super) services: BTreeSet<String>,
    pub(super) federated: BTreeSet<String>,
    pub(super) canonical: BTreeSet<String>,
    /// Accounts in conditions on whose behalf a service calls.
    pub(super) source_accounts: BTreeSet<String>,
    pub(super) source_orgs: BTreeSet<String>,
}

impl World {
    /// Of one Allow and all Denies: callers that only other statements mention are strangers to these.
    pub(super) fn of(allow: &Statement, denies: &[&Statement], zone: &Zone) -> Self {
        let mut world = Self { own_org: zone.organization.clone(), ..Self::default() };
        world.accounts.insert(zone.account.clone());
        world.orgs.extend(zone.organization.clone());
        for statement in std::iter::once(&allow).chain(denies) {
            world.add(statement);
        }
        world.internal = world.accounts.iter().filter(|account| zone.holds(account)).cloned().collect();
        world
    }

    pub(super) fn is_foreign(&self, name: &str) -> bool {
        !self.internal.contains(name) && self.own_org.as_deref() != Some(name)
    }

    fn add(&mut self, statement: &Statement) {
        let list = match &statement.principals {
            Principals::Unstated => &[],
            Principals::These(list) | Principals::AllBut(list) => list.as_slice(),
        };
        for principal in list {
            match principal {
                Principal::Everyone | Principal::Deleted(_) => {}
                Principal::Account(account) => {
                    self.accounts.insert(account.clone());
                }
                Principal::Arn { account, arn } => {
                    self.accounts.insert(account.clone());
                    self.arns.insert(arn.clone());
                }
                Principal::Service(service) => {
                    if service != "*" {
                        self.services.insert(service.clone());
                    }
                }
                Principal::Federated(provider) => {
                    self.federated.insert(provider.clone());
                }
                Principal::Canonical(user) => {
                    self.canonical.insert(user.clone());
                }
            }
        }
        for condition in &statement.conditions {
            self.add_condition(condition);
        }
    }

    fn add_condition(&mut self, condition: &Condition) {
        let accounts = condition.values.iter().filter_map(|value| {
            let account =
                if is_account_id(&value.text) { Some(value.text.as_str()) } else { account_of(&value.text) };
            account.filter(|account| is_account_id(account)).map(str::to_owned)
        });
        let orgs = condition.values.iter().filter_map(|value| {
            let org = value.text.split('/').next().unwrap_or_default();
            (org.starts_with("o-") && org.len() > 2 && !org.contains(['*', '?', '$'])).then(|| org.to_owned())
        });
        match condition.key.as_str() {
            "aws:principalaccount" | "kms:calleraccount" | "aws:principalarn" => {
                self.accounts.extend(accounts);
            }
            "aws:sourceaccount" | "aws:sourceowner" | "aws:sourcearn" => {
                let accounts: Vec<String> = accounts.collect();
                self.source_accounts.extend(accounts.iter().cloned());
                self.accounts.extend(accounts);
            }
            "aws:principalorgid" | "aws:principalorgpaths" => self.orgs.extend(orgs),
            "aws:sourceorgid" | "aws:sourceorgpaths" => {
                let orgs: Vec<String> = orgs.collect();
                self.source_orgs.extend(orgs.iter().cloned());
                self.orgs.extend(orgs);
            }
            "aws:principalservicename" | "aws:principalservicenameslist" => {
                let fixed = condition.values.iter().filter(|value| !value.text.contains(['*', '?', '$']));
                self.services.extend(fixed.map(|value| value.text.clone()));
            }
            _ => {}
        }
    }
}
