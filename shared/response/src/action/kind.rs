//! What playbooks may ask for, and whose function carries it out.

use serde::{Deserialize, Serialize};

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
    /// Sets the targets of an event rule of the responder's own stack to what the stack declares.
    RestoreTargets,
    /// Subscribes to a topic of the responder's own stack whom the stack declares.
    RestoreSubscriptions,
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
    /// See `action/remove_function_permission.rs`.
    RemoveFunctionPermission,
    /// See `action/close_policy.rs`.
    ClosePolicy,
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

impl ActionKind {
    /// All kinds, in the order in which they are executed: deny first, because an intruder whose key is
    /// deactivated has seconds to make another one, and can do nothing once denied.
    pub const ALL: [Self; 27] = [
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
        Self::RestoreTargets,
        Self::RestoreSubscriptions,
        Self::RestoreConcurrency,
        Self::UnshareSnapshot,
        Self::BlockPublicAccess,
        Self::RevokeSecurityGroupRule,
        Self::RequireIamForFunctionUrl,
        Self::BlockSnapshotSharing,
        Self::BlockImageSharing,
        Self::UnshareDocument,
        Self::RemoveFunctionPermission,
        Self::ClosePolicy,
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
            Self::RestoreTargets => "RestoreTargets",
            Self::RestoreSubscriptions => "RestoreSubscriptions",
            Self::RestoreConcurrency => "RestoreConcurrency",
            Self::UnshareSnapshot => "UnshareSnapshot",
            Self::BlockPublicAccess => "BlockPublicAccess",
            Self::RevokeSecurityGroupRule => "RevokeSecurityGroupRule",
            Self::RequireIamForFunctionUrl => "RequireIamForFunctionUrl",
            Self::BlockSnapshotSharing => "BlockSnapshotSharing",
            Self::BlockImageSharing => "BlockImageSharing",
            Self::UnshareDocument => "UnshareDocument",
            Self::RemoveFunctionPermission => "RemoveFunctionPermission",
            Self::ClosePolicy => "ClosePolicy",
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
            | Self::RestoreTargets
            | Self::RestoreSubscriptions
            | Self::RestoreConcurrency => ActionClass::RestoreLogging,
            Self::UnshareSnapshot
            | Self::BlockPublicAccess
            | Self::RevokeSecurityGroupRule
            | Self::RequireIamForFunctionUrl
            | Self::BlockSnapshotSharing
            | Self::BlockImageSharing
            | Self::UnshareDocument
            | Self::RemoveFunctionPermission
            | Self::ClosePolicy => ActionClass::CloseExposure,
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
        matches!(
            self,
            Self::EnableRule | Self::RestoreTargets | Self::RestoreSubscriptions | Self::RestoreConcurrency
        )
    }
}
