//! An account in memory: the fake of the account's port, with faults on demand.
//!
//! Used by unit, property and scenario tests, and to rehearse a response without an account.

use crate::{
    Account, AccountError, ActionKind, Change, Control, CredentialFacts, Effect, IdentityFacts, IdentityRef,
    KeyFacts, KeyStatus, Owner, Reading, Recorded, Setting,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use trailreflex_model::{AccessKeyId, IdentityKind, Resource, ResourceKind, Target};

/// An account in memory: identities and resources, and what their controls are set to.
#[derive(Debug, Default)]
pub struct SimulatedAccount {
    contents: Mutex<Contents>,
    faults: Mutex<VecDeque<Option<Fault>>>,
}

/// What is in a simulated account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// The identities.
    pub identities: Vec<SimulatedIdentity>,
    /// The resources.
    pub resources: Vec<Resource>,
    /// What controls are set to. Those that are absent are left out, unless they are of credentials.
    pub settings: BTreeMap<Control, Setting>,
    /// When access keys were created; of others it is not known.
    pub created: BTreeMap<AccessKeyId, Timestamp>,
    /// Controls that take no change: their quota is full.
    pub full: BTreeSet<Control>,
}

/// An identity of a simulated account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedIdentity {
    /// Who it is.
    pub reference: IdentityRef,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// Whether nobody else can administer the account.
    pub is_last_administrator: bool,
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is changed; a later attempt may succeed.
    Throttled,
    /// Nothing is changed, and nobody knows: AWS failed.
    Failed,
    /// The change is made, but no answer comes.
    TimedOutAfterApplying,
    /// Nothing is changed; no attempt will succeed.
    Denied,
    /// The function is stopped before the call.
    StoppedBefore,
    /// The function is stopped after the call.
    StoppedAfter,
}

impl SimulatedAccount {
    /// An account with these contents.
    #[must_use]
    pub fn with(contents: Contents) -> Self {
        Self { contents: Mutex::new(contents), faults: Mutex::default() }
    }

    /// Sets what goes wrong with the next calls, in order; `None` is a call that goes well.
    pub fn set_faults(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults.into_iter().collect();
    }

    /// Returns everything as it is now.
    #[must_use]
    pub fn snapshot(&self) -> Contents {
        self.locked(|contents| contents.clone())
    }

    /// Changes the account behind the responder's back.
    pub fn meddle(&self, change: impl FnOnce(&mut Contents)) {
        self.locked(change);
    }

    fn locked<T>(&self, work: impl FnOnce(&mut Contents) -> T) -> T {
        work(&mut self.contents.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does `work` with the fault that is due.
    async fn call<T>(
        &self,
        permission: &'static str,
        work: impl FnOnce(&mut Contents) -> Result<T, AccountError>,
    ) -> Result<T, AccountError> {
        let fault = self.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front().flatten();
        let transient = |effect| AccountError::Transient {
            permission,
            effect,
            cause: "not answered by the simulation".into(),
        };
        match fault {
            None => self.locked(work),
            Some(Fault::Throttled) => Err(transient(Effect::None)),
            Some(Fault::Failed) => Err(transient(Effect::Unknown)),
            Some(Fault::Denied) => {
                Err(AccountError::Refused { permission, cause: "denied by the simulation".into() })
            }
            Some(Fault::TimedOutAfterApplying) => {
                let _ = self.locked(work);
                Err(transient(Effect::Unknown))
            }
            Some(Fault::StoppedBefore) => std::future::pending().await,
            Some(Fault::StoppedAfter) => {
                let _ = self.locked(work);
                std::future::pending().await
            }
        }
    }
}

impl Contents {
    /// Sets a control.
    pub fn set(&mut self, control: Control, setting: Setting) {
        if setting.is_absent() {
            self.settings.remove(&control);
        } else {
            self.settings.insert(control, setting);
        }
    }

    fn exists(&self, control: &Control) -> bool {
        let belongs = match control.identity() {
            Some(wanted) => self.identities.iter().any(|identity| identity.reference == *wanted),
            None => true,
        };
        let is_credential =
            matches!(control, Control::AccessKeyStatus { .. } | Control::CredentialStatus { .. });
        belongs && (!is_credential || self.settings.contains_key(control))
    }

    fn reading(&self, control: &Control) -> Reading {
        if !self.exists(control) {
            return Reading::Gone;
        }
        Reading::Is(self.settings.get(control).cloned().unwrap_or(Setting::Absent))
    }

    fn owner(&self, target: &Target) -> Owner {
        let named = |kind: IdentityKind, name: &str| {
            self.identities
                .iter()
                .find(|one| one.reference.kind == kind && one.reference.name.as_str() == name)
        };
        let identity = match target {
            Target::User { user_name } => named(IdentityKind::User, user_name.as_str()),
            Target::Role { role_name } | Target::Session { role_name, .. } => {
                named(IdentityKind::Role, role_name.as_str())
            }
            Target::Attachment { identity, name, .. } => named(*identity, name.as_str()),
            Target::AccessKey { access_key_id } => {
                let is_of = |control: &&Control| matches!(control, Control::AccessKeyStatus { access_key_id: id, .. } if id == access_key_id);
                let owner = self.settings.keys().find(is_of).and_then(Control::identity);
                owner.and_then(|owner| self.identities.iter().find(|one| one.reference == *owner))
            }
            Target::Resource(resource) => {
                let is_same =
                    |one: &&Resource| one.resource == resource.resource && one.name == resource.name;
                return match self.resources.iter().find(is_same) {
                    // What a record names by id, the account shows by what it says.
                    Some(found) if found.resource == ResourceKind::SecurityGroup => {
                        Owner::Resource(found.clone())
                    }
                    Some(_) => Owner::Resource(resource.clone()),
                    None => Owner::Nobody,
                };
            }
        };
        identity.map_or(Owner::Nobody, |identity| Owner::Identity(self.facts(identity)))
    }

    fn facts(&self, identity: &SimulatedIdentity) -> IdentityFacts {
        let status = |setting: &Setting| {
            if *setting == KeyStatus::Active.setting() { KeyStatus::Active } else { KeyStatus::Inactive }
        };
        let mut facts = IdentityFacts {
            reference: identity.reference.clone(),
            created_at: identity.created_at,
            keys: Vec::new(),
            credentials: Vec::new(),
            is_last_administrator: identity.is_last_administrator,
        };
        let own = self.settings.iter().filter(|(control, _)| control.identity() == Some(&facts.reference));
        let mut keys = Vec::new();
        let mut credentials = Vec::new();
        for (control, setting) in own {
            if let Control::AccessKeyStatus { access_key_id, .. } = control {
                keys.push(KeyFacts {
                    id: access_key_id.clone(),
                    status: status(setting),
                    created_at: self.created.get(access_key_id).copied(),
                });
            }
            if let Control::CredentialStatus { credential, id, .. } = control {
                let (kind, id) = (*credential, id.clone());
                credentials.push(CredentialFacts { kind, id, status: status(setting) });
            }
        }
        (facts.keys, facts.credentials) = (keys, credentials);
        facts
    }
}

impl Account for SimulatedAccount {
    async fn observe(&self, target: &Target, _: &BTreeSet<ActionKind>) -> Result<Owner, AccountError> {
        self.call("iam:GetUser", |contents| Ok(contents.owner(target))).await
    }

    async fn read(&self, control: &Control) -> Result<Reading, AccountError> {
        self.call("iam:GetUser", |contents| Ok(contents.reading(control))).await
    }

    async fn change(&self, change: &Recorded<Change<'_>>) -> Result<(), AccountError> {
        let Change { control, to, .. } = change.get();
        let operations = change.get().operations();
        let permission = operations.first().map_or("none", crate::Operation::permission);
        self.call(permission, |contents| {
            if !contents.exists(control) {
                return Err(AccountError::TargetGone);
            }
            if contents.full.contains(control) {
                return Err(AccountError::Refused { permission, cause: "LimitExceeded".into() });
            }
            contents.set((*control).clone(), (*to).clone());
            Ok(())
        })
        .await
    }

    async fn read_back(
        &self,
        control: &Control,
        _settled: &(dyn Fn(&Setting) -> bool + Sync),
    ) -> Result<Reading, AccountError> {
        self.read(control).await
    }
}
