//! An account in memory: the fake of the account's port, with faults on demand.
//!
//! Used by unit, property and scenario tests, and to rehearse a response without an account.

use crate::{
    Account, AccountError, Action, Change, Facts, KeyFacts, KeyStatus, Owner, Recorded, State, UserFacts,
    UserRef,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use trailreflex_model::{AccessKeyId, Target, UserName};

/// An IAM account in memory.
#[derive(Debug, Default)]
pub struct SimulatedAccount {
    users: Mutex<BTreeMap<UserName, SimulatedUser>>,
    faults: Mutex<VecDeque<Option<Fault>>>,
}

/// A user of a simulated account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedUser {
    /// Who it is.
    pub reference: UserRef,
    /// When the user was created.
    pub created_at: Option<Timestamp>,
    /// Keys and whether they work.
    pub keys: BTreeMap<AccessKeyId, KeyStatus>,
    /// ARNs of attached managed policies.
    pub attached_policies: BTreeSet<String>,
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is changed; a later attempt may succeed.
    Throttled,
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
    /// An account with these users.
    #[must_use]
    pub fn with_users(users: impl IntoIterator<Item = SimulatedUser>) -> Self {
        let users = users.into_iter().map(|user| (user.reference.name.clone(), user)).collect();
        Self { users: Mutex::new(users), faults: Mutex::default() }
    }

    /// Sets what goes wrong with the next calls, in order; `None` is a call that goes well.
    pub fn set_faults(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        *self.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults.into_iter().collect();
    }

    /// Returns all users as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Vec<SimulatedUser> {
        self.locked(|users| users.values().cloned().collect())
    }

    /// Changes a user behind the responder's back.
    pub fn change_user(&self, name: &UserName, change: impl FnOnce(&mut SimulatedUser)) {
        self.locked(|users| users.get_mut(name).map(change));
    }

    fn locked<T>(&self, work: impl FnOnce(&mut BTreeMap<UserName, SimulatedUser>) -> T) -> T {
        work(&mut self.users.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does `work` with the fault that is due.
    async fn call<T>(
        &self,
        permission: &'static str,
        work: impl FnOnce(&mut BTreeMap<UserName, SimulatedUser>) -> Result<T, AccountError>,
    ) -> Result<T, AccountError> {
        let fault = self.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front().flatten();
        let transient = |change| AccountError::Transient {
            permission,
            change,
            cause: "not answered by the simulation".into(),
        };
        match fault {
            None => self.locked(work),
            Some(Fault::Throttled) => Err(transient(Change::None)),
            Some(Fault::Denied) => {
                Err(AccountError::Refused { permission, cause: "denied by the simulation".into() })
            }
            Some(Fault::TimedOutAfterApplying) => {
                let _ = self.locked(work);
                Err(transient(Change::Unknown))
            }
            Some(Fault::StoppedBefore) => std::future::pending().await,
            Some(Fault::StoppedAfter) => {
                let _ = self.locked(work);
                std::future::pending().await
            }
        }
    }

    async fn set(&self, action: &Action, in_force: bool) -> Result<(), AccountError> {
        self.call(permission(action, in_force), |users| {
            let user = users.get_mut(&action.user().name).ok_or(AccountError::TargetGone)?;
            match action {
                Action::DenyUser { user: reference } => {
                    let policy = Facts::deny_all_policy(reference);
                    if in_force {
                        user.attached_policies.insert(policy);
                    } else {
                        user.attached_policies.remove(&policy);
                    }
                }
                Action::DeactivateAccessKey { access_key_id, .. } => {
                    let status = user.keys.get_mut(access_key_id).ok_or(AccountError::TargetGone)?;
                    *status = if in_force { KeyStatus::Inactive } else { KeyStatus::Active };
                }
            }
            Ok(())
        })
        .await
    }
}

fn permission(action: &Action, in_force: bool) -> &'static str {
    match (action, in_force) {
        (Action::DenyUser { .. }, true) => "iam:AttachUserPolicy",
        (Action::DenyUser { .. }, false) => "iam:DetachUserPolicy",
        (Action::DeactivateAccessKey { .. }, _) => "iam:UpdateAccessKey",
    }
}

impl SimulatedUser {
    fn facts(&self) -> UserFacts {
        let keys = self.keys.iter().map(|(id, status)| KeyFacts { id: id.clone(), status: *status });
        UserFacts {
            reference: self.reference.clone(),
            created_at: self.created_at,
            keys: keys.collect(),
            attached_policies: self.attached_policies.iter().cloned().collect(),
        }
    }
}

impl Account for SimulatedAccount {
    async fn observe(&self, target: &Target) -> Result<Facts, AccountError> {
        self.call("iam:GetUser", |users| {
            let user = match target {
                Target::User { user_name } => users.get(user_name),
                Target::AccessKey { access_key_id } => {
                    users.values().find(|user| user.keys.contains_key(access_key_id))
                }
            };
            Ok(Facts { owner: user.map_or(Owner::Nobody, |user| Owner::User(user.facts())) })
        })
        .await
    }

    async fn apply(&self, action: &Recorded<Action>) -> Result<(), AccountError> {
        self.set(action.get(), true).await
    }

    async fn undo(&self, action: &Recorded<Action>) -> Result<(), AccountError> {
        self.set(action.get(), false).await
    }

    async fn read_back(&self, action: &Action, _expected: State) -> Result<State, AccountError> {
        self.state(action).await
    }

    async fn state(&self, action: &Action) -> Result<State, AccountError> {
        self.call("iam:GetUser", |users| {
            let wanted = action.user();
            let user = users.get(&wanted.name).filter(|user| user.reference.unique_id == wanted.unique_id);
            let Some(facts) = user.map(SimulatedUser::facts) else { return Ok(State::TargetGone) };
            Ok(action.state_in(&facts))
        })
        .await
    }
}
