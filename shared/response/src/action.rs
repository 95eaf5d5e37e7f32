//! The closed set of actions. Each has one file that says which controls it concerns and what it sets them to.
//!
//! To add one: a variant of [`ActionKind`] in `action/kind.rs`, a file in `action/`; the compiler lists the rest.

mod block_public_access;
mod block_sharing;
mod close_policy;
mod deactivate;
mod deny_session;
mod deny_user;
mod detach_policy;
mod keep_key;
mod kind;
mod permissions;
mod quarantine_user;
mod recreate_analyzer;
mod remove_function_permission;
mod require_iam_for_function_url;
mod restore_own_stack;
mod restore_selectors;
mod revoke_security_group_rule;
mod revoke_sessions;
mod start_logging;
mod unshare;

pub use kind::{ActionClass, ActionKind};

use crate::{Change, Control, Declared, IdentityFacts, Owner, Reason, Setting, Shareable, Shared};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailreflex_model::{Resource, Target};

/// One reversible change, as a plan holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// What for.
    pub kind: ActionKind,
    /// What is changed.
    pub control: Control,
    /// What it was set to before this containment and all others that stand: what undo brings back.
    pub before: Setting,
    /// What it is set to.
    pub after: Setting,
}

/// What an action needs to know of its finding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances<'a> {
    /// When the call was made.
    pub(crate) event_time: Timestamp,
    /// When it is decided.
    pub(crate) now: Timestamp,
    /// Whom the finding names.
    pub(crate) target: &'a Target,
    /// The account that it is about: 12 digits.
    pub(crate) account: &'a str,
    /// What the owner has declared of the account.
    pub(crate) declared: &'a Declared,
}

/// What an action would set a control to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proposal {
    /// To this.
    Set(Setting),
    /// To what it is set to already.
    InForce,
    /// To nothing: it must not be changed.
    Refuse(Reason),
}

impl ActionKind {
    /// Returns the controls that the kind concerns, in the order in which they are set.
    #[must_use]
    pub fn controls(self, target: &Target, owner: &Owner) -> Vec<Control> {
        match owner {
            Owner::Identity(facts) => self.controls_of_identity(target, facts),
            Owner::Resource(resource) => self.controls_of_resource(resource),
            Owner::Root | Owner::Nobody => Vec::new(),
        }
    }

    fn controls_of_identity(self, target: &Target, facts: &IdentityFacts) -> Vec<Control> {
        match self {
            Self::DenyUser => deny_user::controls(facts),
            Self::QuarantineUser => quarantine_user::controls(facts),
            Self::DetachPolicy => detach_policy::controls(target, facts),
            Self::DeactivateAccessKeys => deactivate::keys(target, facts),
            Self::DeactivateCredentials => deactivate::credentials(facts),
            Self::DenySession => deny_session::controls(target, facts),
            Self::RevokeSessions => revoke_sessions::controls(facts),
            Self::StartLogging
            | Self::EnableDetector
            | Self::StartRecorder
            | Self::RecreateAnalyzer
            | Self::KeepKey
            | Self::RestoreEventSelectors
            | Self::RestoreInsightSelectors
            | Self::EnableRule
            | Self::RestoreTargets
            | Self::RestoreSubscriptions
            | Self::RestoreConcurrency
            | Self::UnshareSnapshot
            | Self::BlockPublicAccess
            | Self::RevokeSecurityGroupRule
            | Self::RequireIamForFunctionUrl
            | Self::BlockSnapshotSharing
            | Self::BlockImageSharing
            | Self::UnshareDocument
            | Self::RemoveFunctionPermission
            | Self::ClosePolicy => Vec::new(),
        }
    }

    fn controls_of_resource(self, resource: &Resource) -> Vec<Control> {
        match self {
            Self::DenyUser
            | Self::QuarantineUser
            | Self::DetachPolicy
            | Self::DeactivateAccessKeys
            | Self::DeactivateCredentials
            | Self::DenySession
            | Self::RevokeSessions => Vec::new(),
            Self::StartLogging | Self::EnableDetector | Self::StartRecorder => {
                start_logging::controls(self, resource)
            }
            Self::RecreateAnalyzer => recreate_analyzer::controls(resource),
            Self::KeepKey => keep_key::controls(resource),
            Self::RestoreEventSelectors | Self::RestoreInsightSelectors => {
                restore_selectors::controls(self, resource)
            }
            Self::EnableRule
            | Self::RestoreTargets
            | Self::RestoreSubscriptions
            | Self::RestoreConcurrency => restore_own_stack::controls(self, resource),
            Self::UnshareSnapshot => unshare::controls(resource, &unshare::SNAPSHOTS),
            Self::BlockPublicAccess => block_public_access::controls(resource),
            Self::RevokeSecurityGroupRule => revoke_security_group_rule::controls(resource),
            Self::RequireIamForFunctionUrl => require_iam_for_function_url::controls(resource),
            Self::BlockSnapshotSharing => block_sharing::controls(resource, Shareable::Snapshots),
            Self::BlockImageSharing => block_sharing::controls(resource, Shareable::Images),
            Self::UnshareDocument => unshare::controls(resource, &[Shared::Document]),
            Self::RemoveFunctionPermission => remove_function_permission::controls(resource),
            Self::ClosePolicy => close_policy::controls(resource),
        }
    }

    /// Decides what a control that is set to `current` is set to.
    pub(crate) fn propose(
        self,
        control: &Control,
        current: &Setting,
        circumstances: &Circumstances<'_>,
    ) -> Proposal {
        match self {
            Self::DenyUser => deny_user::propose(control, current),
            Self::QuarantineUser => Proposal::to(Setting::Present, current),
            Self::DetachPolicy => Proposal::to(Setting::Absent, current),
            Self::DeactivateAccessKeys | Self::DeactivateCredentials => {
                Proposal::to(crate::KeyStatus::Inactive.setting(), current)
            }
            Self::DenySession => deny_session::propose(current, circumstances.target),
            Self::RevokeSessions => revoke_sessions::propose(current, circumstances),
            Self::StartLogging | Self::EnableDetector | Self::StartRecorder => {
                Proposal::to(Setting::Present, current)
            }
            Self::RecreateAnalyzer => recreate_analyzer::propose(current),
            Self::KeepKey => keep_key::propose(control, current),
            Self::RestoreEventSelectors | Self::RestoreInsightSelectors => {
                restore_selectors::propose(control, current, &circumstances.declared.baselines)
            }
            Self::EnableRule => restore_own_stack::enable(current),
            Self::RestoreTargets => restore_own_stack::wake(control, current, circumstances.declared),
            Self::RestoreSubscriptions => restore_own_stack::tell(control, current, circumstances.declared),
            Self::RestoreConcurrency => restore_own_stack::unlimit(current),
            Self::UnshareSnapshot | Self::UnshareDocument => unshare::propose(current, circumstances.target),
            Self::BlockPublicAccess => Proposal::to(block_public_access::wanted(), current),
            Self::RevokeSecurityGroupRule => Proposal::to(Setting::Absent, current),
            Self::RequireIamForFunctionUrl => {
                Proposal::to(Setting::word(require_iam_for_function_url::SIGNED), current)
            }
            Self::BlockSnapshotSharing | Self::BlockImageSharing => block_sharing::propose(current),
            Self::RemoveFunctionPermission => remove_function_permission::propose(current),
            Self::ClosePolicy => close_policy::propose(control, current, circumstances),
        }
    }
}

impl Proposal {
    /// Proposes `wanted`, unless it is in force.
    fn to(wanted: Setting, current: &Setting) -> Self {
        if wanted == *current { Self::InForce } else { Self::Set(wanted) }
    }
}

impl Action {
    /// Returns the action's name as metrics and reports show it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Returns whether the effect is in force while the control is set to `current`.
    #[must_use]
    pub fn is_in_force(&self, current: &Setting) -> bool {
        match (self.kind, current) {
            // A later cut-off revokes what an earlier one does.
            (ActionKind::RevokeSessions, _) => revoke_sessions::includes(current, &self.after),
            // Others may be added or taken out in the meantime: what counts is what this action changes.
            (_, Setting::Words(current)) => {
                let (before, after) = (self.before.words(), self.after.words());
                before.difference(&after).all(|word| !current.contains(word))
                    && after.difference(&before).all(|word| current.contains(word))
            }
            _ => *current == self.after,
        }
    }

    /// Returns what brings the effect into force on a control that is set to `current`.
    #[must_use]
    pub fn applied(&self, current: &Setting) -> Setting {
        replaced(current, &self.before, &self.after)
    }

    /// Returns what takes the effect back on a control that is set to `current`.
    #[must_use]
    pub fn taken_back(&self, current: &Setting) -> Setting {
        replaced(current, &self.after, &self.before)
    }

    /// Returns whether there is nothing left to take back on a control that is set to `current`.
    #[must_use]
    pub fn is_taken_back(&self, current: &Setting) -> bool {
        self.taken_back(current) == *current
    }

    /// Returns the action without what `others` hold in force too: of a list, the words that they are about as well.
    #[must_use]
    pub fn beside<'a>(&self, others: impl Iterator<Item = &'a Self>) -> Option<Self> {
        let mut own = self.clone();
        for other in others {
            let (Setting::Words(_), Setting::Words(_)) = (&own.before, &own.after) else { return None };
            // What another one has taken out stays out, and what it has put in stays in.
            own.before = replaced(&own.before, &other.before, &other.after);
            own.after = replaced(&own.after, &other.before, &other.after);
        }
        (own.before != own.after).then_some(own)
    }

    /// Returns the change that undo makes, as the plan foresees it.
    #[must_use]
    pub fn undo_change(&self) -> Change<'_> {
        Change { control: &self.control, from: &self.after, to: &self.before }
    }
}

/// Replaces what `from` has and `to` has not; of a list, nothing else that `current` holds.
fn replaced(current: &Setting, from: &Setting, to: &Setting) -> Setting {
    let (Setting::Words(current), Setting::Words(from), Setting::Words(to)) = (current, from, to) else {
        return to.clone();
    };
    let kept = current.iter().filter(|word| !from.contains(*word) || to.contains(*word));
    Setting::Words(kept.chain(to.difference(from)).cloned().collect())
}
