//! Services and actions that a user or role is given.

use super::granted::granted;
use super::sight::{Sight, last};
use super::{Reason, Subject, UnusedAccess};
use crate::action_name::ActionName;
use crate::data_events;
use crate::inventory::Policies;
use crate::usage::PrincipalUse;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_actions::Action;

/// What was found of a service's actions.
#[derive(Default)]
struct OfService {
    is_used: bool,
    unused: BTreeSet<String>,
    untold: BTreeMap<Reason, BTreeSet<String>>,
}

impl Sight<'_> {
    pub(super) fn permissions(
        &self,
        principal: &str,
        created: Option<Timestamp>,
        policies: &Policies,
        findings: &mut Vec<UnusedAccess>,
    ) {
        for name in &policies.unread {
            let about = Subject::Policy { principal: principal.to_owned(), name: name.clone() };
            findings.push(UnusedAccess::CannotTell { about, reason: Reason::PolicyNotRead });
        }
        let granted = granted(&policies.attached);
        if granted.is_empty() {
            return;
        }
        let known = self.usage.principals.get(&principal.to_owned());
        let is_full = self.usage.principals.is_full() || known.is_some_and(|known| known.actions.is_full());
        if let Some(reason) = self.is_blind(principal, created).or(is_full.then_some(Reason::TooMany)) {
            let about = Subject::Permissions(principal.to_owned());
            findings.push(UnusedAccess::CannotTell { about, reason });
            return;
        }
        let used = known.map(|known| self.recently_used(known)).unwrap_or_default();
        let mut services: BTreeMap<&str, OfService> = BTreeMap::new();
        for action in granted {
            services.entry(action.service()).or_default().add(
                action,
                used.contains(&action),
                self.is_dark(action),
            );
        }
        for (service, found) in services {
            found.report(principal, service, findings);
        }
    }

    fn recently_used(&self, known: &PrincipalUse) -> BTreeSet<Action> {
        let recent = known.actions.iter().filter(|(_, used)| self.is_recent(last(None, used.allowed)));
        let mut used: BTreeSet<Action> = recent.filter_map(|(key, _)| key.action.known()).collect();
        let passes = known.passed.iter().any(|(_, seen)| self.is_recent(last(None, *seen)));
        used.extend(Action::named("iam:PassRole").filter(|_| passes));
        used
    }

    /// Why no record would show that the action was used.
    fn is_dark(&self, action: Action) -> Option<Reason> {
        if !action.is_shown() {
            return Some(Reason::NotShown);
        }
        let is_logged = self.usage.coverage.has_data_events(action.service());
        (data_events::may_be(action) && !is_logged).then_some(Reason::DataEventsNotLogged)
    }
}

impl OfService {
    fn add(&mut self, action: Action, is_used: bool, is_dark: Option<Reason>) {
        let name = ActionName::Known(action).to_string();
        match is_dark {
            _ if is_used => self.is_used = true,
            Some(reason) => drop(self.untold.entry(reason).or_default().insert(name)),
            None => drop(self.unused.insert(name)),
        }
    }

    fn report(self, principal: &str, service: &str, findings: &mut Vec<UnusedAccess>) {
        let (principal, service) = (principal.to_owned(), service.to_owned());
        if !self.is_used && self.untold.is_empty() {
            return findings.push(UnusedAccess::UnusedService { principal, service });
        }
        for (reason, actions) in self.untold {
            let about = Subject::Actions { principal: principal.clone(), service: service.clone(), actions };
            findings.push(UnusedAccess::CannotTell { about, reason });
        }
        if !self.unused.is_empty() {
            findings.push(UnusedAccess::UnusedAction { principal, service, actions: self.unused });
        }
    }
}
