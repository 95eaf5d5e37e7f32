//! Roles, keys, passwords and trust.

use super::sight::{Sight, last};
use super::{Reason, Subject, UnusedAccess};
use crate::data_events;
use crate::inventory::{ExternalGrant, Key, KeyName, Role, User};
use jiff::Timestamp;

impl Sight<'_> {
    /// Says whether a role is used; returns whether it is.
    pub(super) fn role(&self, role: &Role, findings: &mut Vec<UnusedAccess>) -> bool {
        let called = self.usage.principals.get(&role.arn).and_then(|known| known.calls);
        let assumed = self.usage.assumed.iter().filter(|((name, _), _)| *name == role.arn);
        let assumed = assumed.filter_map(|(_, seen)| *seen).max_by_key(|seen| seen.last);
        let last_used = last(last(role.last_used, called), assumed);
        if self.is_recent(last_used) {
            return true;
        }
        let is_full = self.usage.principals.is_full() || self.usage.assumed.is_full();
        findings.push(match self.reason(&role.arn, role.created, is_full) {
            Some(reason) => UnusedAccess::CannotTell { about: Subject::Role(role.arn.clone()), reason },
            None => UnusedAccess::UnusedRole { role: role.arn.clone(), last_used },
        });
        false
    }

    pub(super) fn trust(&self, role: &Role, findings: &mut Vec<UnusedAccess>) {
        for trusted in &role.trusted {
            let assumed = self.usage.assumed.get(&(role.arn.clone(), trusted.clone())).copied().flatten();
            if self.is_recent(last(None, assumed)) {
                continue;
            }
            let (role, trusted) = (role.arn.clone(), trusted.clone());
            let is_blind =
                self.reason(&role, None, self.usage.assumed.is_full() || self.is_nameless(&role, &trusted));
            findings.push(match is_blind {
                Some(reason) => UnusedAccess::CannotTell { about: Subject::Trust { role, trusted }, reason },
                None => UnusedAccess::UnusedTrust { role, trusted },
            });
        }
    }

    /// Whether somebody assumed the role whom a record calls otherwise than trust policies call providers.
    fn is_nameless(&self, role: &str, trusted: &str) -> bool {
        let is_other = |who: &str| {
            !who.starts_with("arn:")
                && !who.ends_with(".amazonaws.com")
                && !trailreflex_access::is_account_id(who)
        };
        let is_provider = !trailreflex_access::is_account_id(trusted);
        is_provider && self.usage.assumed.iter().any(|((name, who), _)| name == role && is_other(who))
    }

    pub(super) fn keys(&self, user: &User, findings: &mut Vec<UnusedAccess>) {
        for key in user.keys.iter().filter(|key| key.is_active) {
            let last_used = self.last_use(user, key);
            if self.is_recent(last_used) {
                continue;
            }
            let (arn, name) = (user.arn.clone(), key.name.clone());
            let created = key.created.or(user.created);
            findings.push(match self.reason(&arn, created, self.usage.access_keys.is_full()) {
                Some(reason) => {
                    UnusedAccess::CannotTell { about: Subject::AccessKey { user: arn, key: name }, reason }
                }
                None => UnusedAccess::UnusedAccessKey { user: arn, key: name, last_used },
            });
        }
    }

    /// Of keys without ids, it is not known which one the logs show. If they show more of the user's keys in use than IAM
    /// itself says, it may be this one.
    fn last_use(&self, user: &User, key: &Key) -> Option<Timestamp> {
        let owned = self.usage.access_keys.iter().filter(|((owner, _), _)| *owner == user.arn);
        let recent = owned.clone().filter(|(_, seen)| self.is_recent(last(None, **seen))).count();
        let reported = user.keys.iter().filter(|key| self.is_recent(key.last_used)).count();
        let of_key = owned.filter(|((_, id), _)| match &key.name {
            KeyName::Id(own) => id == own,
            KeyName::Number(_) => recent > reported,
        });
        last(key.last_used, of_key.filter_map(|(_, seen)| *seen).max_by_key(|seen| seen.last))
    }

    pub(super) fn password(&self, user: &User, findings: &mut Vec<UnusedAccess>) {
        let Some(password) = &user.password else { return };
        let last_used = last(password.last_used, self.usage.sign_ins.get(&user.arn).copied().flatten());
        if self.is_recent(last_used) {
            return;
        }
        let arn = user.arn.clone();
        let created = password.created.or(user.created);
        findings.push(match self.reason(&arn, created, self.usage.sign_ins.is_full()) {
            Some(reason) => UnusedAccess::CannotTell { about: Subject::Password(arn), reason },
            None => UnusedAccess::UnusedPassword { user: arn, last_used },
        });
    }

    pub(super) fn external_grant(&self, grant: &ExternalGrant) -> Option<UnusedAccess> {
        let is_within = |resource: &str| {
            let rest = resource.strip_prefix(grant.resource.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ':']))
        };
        let mut uses = self
            .usage
            .from_outside
            .iter()
            .filter(|((resource, account), _)| *account == grant.account && is_within(resource));
        if uses.next().is_some() {
            return None;
        }
        let mut parts = grant.resource.splitn(6, ':');
        let (service, account) = (parts.nth(2).unwrap_or_default(), parts.nth(1).unwrap_or_default());
        let is_dark = data_events::has_some(service) && !self.usage.coverage.has_data_events(service);
        let is_full = self.usage.from_outside.is_full().then_some(Reason::TooMany);
        let reason =
            self.is_blind_of_account(account).or(is_full).or(is_dark.then_some(Reason::DataEventsNotLogged));
        Some(match reason {
            Some(reason) => UnusedAccess::CannotTell { about: Subject::ExternalGrant(grant.clone()), reason },
            None => UnusedAccess::NeverUsedExternalGrant(grant.clone()),
        })
    }

    fn reason(&self, arn: &str, created: Option<Timestamp>, is_full: bool) -> Option<Reason> {
        self.is_blind(arn, created).or(is_full.then_some(Reason::TooMany))
    }
}
