//! The closed set of actions. Each has one file that says which controls it concerns and what it sets them to.
//!
//! To add one: a variant of [`ActionKind`], a file in `action/`; the compiler lists the rest.

mod block_public_access;
mod block_sharing;
mod deactivate;
mod deny_session;
mod deny_user;
mod detach_policy;
mod keep_key;
mod permissions;
mod quarantine_user;
mod recreate_analyzer;
mod require_iam_for_function_url;
mod restore_own_stack;
mod restore_selectors;
mod revoke_security_group_rule;
mod revoke_sessions;
mod start_logging;
mod unshare;

use crate::{Change, Control, Declared, IdentityFacts, Owner, Reason, Setting, Shareable, Shared};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailreflex_model::{Resource, Target};

/// What a playbook may ask for. One kind may become several actions, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Denies a user everything, which also stops sessions that the user's keys have issued (GetSessionToken,
    /// GetFederationToken): they outlive the keys.
    DenyUser,
    /// Attaches AWS's own quarantine policy to a user: what intruders misuse is denied, the rest goes on.
    QuarantineUser,
    /// Detaches the policy that the call has attached.
    DetachPolicy,
    /// Deactivates the targeted access key, or every key of a targeted user.
    DeactivateAccessKeys,
    /// Deactivates a user's other credentials: service-specific ones, SSH keys, signing certificates.
    DeactivateCredentials,
    /// Denies everything to one session of a role.
    DenySession,
    /// Denies everything to all sessions of a role that were issued before now.
    RevokeSessions,

    /// Starts the logging of a trail.
    StartLogging,
    /// Enables a GuardDuty detector that is suspended.
    EnableDetector,
    /// Starts a recorder of AWS Config.
    StartRecorder,
    /// Creates an analyzer of IAM Access Analyzer of the same name again.
    RecreateAnalyzer,
    /// Cancels the deletion of a KMS key and enables it.
    KeepKey,
    /// Sets a trail's event selectors to what is declared.
    RestoreEventSelectors,
    /// Sets a trail's insight selectors to what is declared.
    RestoreInsightSelectors,
    /// Enables an event rule of the responder's own stack.
    EnableRule,
    /// Lets a function of the responder's own stack run that was limited to nothing.
    RestoreConcurrency,
    // Exposure
    /// Takes back the shares of a snapshot or image that the call has added.
    UnshareSnapshot,
    /// Blocks public access to a bucket.
    BlockPublicAccess,
    /// Revokes the rules for incoming traffic that the call has added to a security group.
    RevokeSecurityGroupRule,
    /// Lets only signed calls reach a function's URL.
    RequireIamForFunctionUrl,
    /// Keeps snapshots from being shared with everybody from now on.
    BlockSnapshotSharing,
    /// Keeps images from being shared with everybody from now on.
    BlockImageSharing,
    /// Takes back the shares of an SSM document that the call has added.
    UnshareDocument,
}

/// A class of actions: one function and one role of IAM for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionClass {
    /// What concerns users, roles and their credentials.
    ContainIdentity,
    /// What watches the account, and the keys of what it writes.
    RestoreLogging,
    /// What concerns resources that were opened to others.
    CloseExposure,
}

impl ActionClass {
    /// All classes.
    pub const ALL: [Self; 3] = [Self::ContainIdentity, Self::RestoreLogging, Self::CloseExposure];

    /// Returns the name of the function that carries the class out.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContainIdentity => "contain-identity",
            Self::RestoreLogging => "restore-logging",
            Self::CloseExposure => "close-exposure",
        }
    }
}

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

/// What reading a control back shows of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its effect is in force.
    InForce,
    /// It is not.
    NotInForce,
    /// What it belongs to no longer exists, or its name now belongs to another one.
    TargetGone,
}

impl ActionKind {
    /// All kinds, in the order in which they are executed: deny first, because an intruder whose key is
    /// deactivated has seconds to make another one, and can do nothing once denied.
    pub const ALL: [Self; 23] = [
        Self::DenyUser,
        Self::QuarantineUser,
        Self::DetachPolicy,
        Self::DeactivateAccessKeys,
        Self::DeactivateCredentials,
        Self::DenySession,
        Self::RevokeSessions,
        Self::StartLogging,
        Self::EnableDetector,
        Self::StartRecorder,
        Self::RecreateAnalyzer,
        Self::KeepKey,
        Self::RestoreEventSelectors,
        Self::RestoreInsightSelectors,
        Self::EnableRule,
        Self::RestoreConcurrency,
        Self::UnshareSnapshot,
        Self::BlockPublicAccess,
        Self::RevokeSecurityGroupRule,
        Self::RequireIamForFunctionUrl,
        Self::BlockSnapshotSharing,
        Self::BlockImageSharing,
        Self::UnshareDocument,
    ];

    /// Returns the name that metrics and reports show.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DenyUser => "DenyUser",
            Self::QuarantineUser => "QuarantineUser",
            Self::DetachPolicy => "DetachPolicy",
            Self::DeactivateAccessKeys => "DeactivateAccessKeys",
            Self::DeactivateCredentials => "DeactivateCredentials",
            Self::DenySession => "DenySession",
            Self::RevokeSessions => "RevokeSessions",
            Self::StartLogging => "StartLogging",
            Self::EnableDetector => "EnableDetector",
            Self::StartRecorder => "StartRecorder",
            Self::RecreateAnalyzer => "RecreateAnalyzer",
            Self::KeepKey => "KeepKey",
            Self::RestoreEventSelectors => "RestoreEventSelectors",
            Self::RestoreInsightSelectors => "RestoreInsightSelectors",
            Self::EnableRule => "EnableRule",
            Self::RestoreConcurrency => "RestoreConcurrency",
            Self::UnshareSnapshot => "UnshareSnapshot",
            Self::BlockPublicAccess => "BlockPublicAccess",
            Self::RevokeSecurityGroupRule => "RevokeSecurityGroupRule",
            Self::RequireIamForFunctionUrl => "RequireIamForFunctionUrl",
            Self::BlockSnapshotSharing => "BlockSnapshotSharing",
            Self::BlockImageSharing => "BlockImageSharing",
            Self::UnshareDocument => "UnshareDocument",
        }
    }

    /// Returns the class whose function carries the kind out.
    #[must_use]
    pub fn class(self) -> ActionClass {
        match self {
            Self::DenyUser
            | Self::QuarantineUser
            | Self::DetachPolicy
            | Self::DeactivateAccessKeys
            | Self::DeactivateCredentials
            | Self::DenySession
            | Self::RevokeSessions => ActionClass::ContainIdentity,
            Self::StartLogging
            | Self::EnableDetector
            | Self::StartRecorder
            | Self::RecreateAnalyzer
            | Self::KeepKey
            | Self::RestoreEventSelectors
            | Self::RestoreInsightSelectors
            | Self::EnableRule
            | Self::RestoreConcurrency => ActionClass::RestoreLogging,
            Self::UnshareSnapshot
            | Self::BlockPublicAccess
            | Self::RevokeSecurityGroupRule
            | Self::RequireIamForFunctionUrl
            | Self::BlockSnapshotSharing
            | Self::BlockImageSharing
            | Self::UnshareDocument => ActionClass::CloseExposure,
        }
    }

    /// Returns whether the kind's controls are several ways to one end: the next is taken only if the one before
    /// does not hold.
    #[must_use]
    pub fn has_fallbacks(self) -> bool {
        self == Self::DenyUser
    }

    /// Returns whether the kind concerns nothing but the responder's own stack.
    #[must_use]
    pub fn is_for_own_stack(self) -> bool {
        matches!(self, Self::EnableRule | Self::RestoreConcurrency)
    }

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
            | Self::RestoreConcurrency
            | Self::UnshareSnapshot
            | Self::BlockPublicAccess
            | Self::RevokeSecurityGroupRule
            | Self::RequireIamForFunctionUrl
            | Self::BlockSnapshotSharing
            | Self::BlockImageSharing
            | Self::UnshareDocument => Vec::new(),
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
            Self::EnableRule | Self::RestoreConcurrency => restore_own_stack::controls(self, resource),
            Self::UnshareSnapshot => unshare::controls(resource, &unshare::SNAPSHOTS),
            Self::BlockPublicAccess => block_public_access::controls(resource),
            Self::RevokeSecurityGroupRule => revoke_security_group_rule::controls(resource),
            Self::RequireIamForFunctionUrl => require_iam_for_function_url::controls(resource),
            Self::BlockSnapshotSharing => block_sharing::controls(resource, Shareable::Snapshots),
            Self::BlockImageSharing => block_sharing::controls(resource, Shareable::Images),
            Self::UnshareDocument => unshare::controls(resource, &[Shared::Document]),
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
            Self::RestoreConcurrency => restore_own_stack::unlimit(current),
            Self::UnshareSnapshot | Self::UnshareDocument => unshare::propose(current, circumstances.target),
            Self::BlockPublicAccess => Proposal::to(block_public_access::wanted(), current),
            Self::RevokeSecurityGroupRule => Proposal::to(Setting::Absent, current),
            Self::RequireIamForFunctionUrl => {
                Proposal::to(Setting::word(require_iam_for_function_url::SIGNED), current)
            }
            Self::BlockSnapshotSharing | Self::BlockImageSharing => block_sharing::propose(current),
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

    /// Returns the state of the action while its control is set to `current`.
    #[must_use]
    pub fn state(&self, current: &Setting) -> State {
        if self.is_in_force(current) { State::InForce } else { State::NotInForce }
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

    /// Returns the change as the plan foresees it.
    #[must_use]
    pub fn change(&self) -> Change<'_> {
        Change { control: &self.control, from: &self.before, to: &self.after }
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
