//! What may happen to a step, and every reason why nothing does.

use serde::{Deserialize, Serialize};

/// What may happen to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "reason")]
pub enum Verdict {
    /// It is carried out in mode `act`.
    Execute,
    /// It is carried out in mode `act` if the step before it, another way to the same end, does not hold.
    Fallback,
    /// Nothing to do: its effect is in force already.
    AlreadyInForce,
    /// It is not carried out.
    Refuse(Reason),
}

/// Why the responder does nothing.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
pub enum Reason {
    /// The finding is about another account.
    #[error("the finding is about another account")]
    ForeignAccount,
    /// The finding is about a resource of another Region.
    #[error("the finding is about a resource of another Region; act there")]
    ForeignRegion,
    /// An archive replay delivered the record.
    #[error("the record comes from an archive replay")]
    Replayed,
    /// The record does not tell when the call was made.
    #[error("the record does not tell when the call was made")]
    AgeUnknown,
    /// The call is older than the limit.
    #[error("the call is older than the limit; look at it by hand")]
    TooOld,
    /// The call is more than five minutes in the future: a clock is wrong or the record is forged.
    #[error("the call lies in the future")]
    FromTheFuture,
    /// The call had no effect, so anybody may have provoked it.
    #[error("the call failed, so it proves nothing about the target")]
    CallFailed,
    /// Nobody signed the call.
    #[error("the caller is anonymous")]
    AnonymousCaller,
    /// The caller is of a type that this version does not know.
    #[error("the caller's identity type is unknown to this version")]
    UnknownIdentity,
    /// The finding names nobody.
    #[error("the finding names no target")]
    NoTarget,
    /// No playbook mentions the rule.
    #[error("no playbook mentions the rule")]
    NoPlaybook,
    /// The target does not exist in this account.
    #[error("the target does not exist in this account")]
    TargetGone,
    /// The resource does not exist, or does no more.
    #[error(
        "the resource does not exist here any more, and nothing brings it back as it was: make it anew by hand"
    )]
    ResourceGone,
    /// The target's name belongs to a user who was created after the call.
    #[error("the user was created after the call: another one of the same name")]
    Recreated,
    /// The root user pages a person and is never touched.
    #[error("the target is the root user; a person must act")]
    RootUser,
    /// A session's key cannot be deactivated.
    #[error("a session's key cannot be deactivated; revoke the sessions of its role or deny its user")]
    TemporaryCredential,
    /// The owner of the account protects the target.
    #[error("the target is protected")]
    Protected,
    /// The target is a role that belongs to AWS: linked to a service, or kept by IAM Identity Center.
    #[error("the role belongs to AWS; what Identity Center keeps is contained there")]
    RoleOfAws,
    /// The target is a role of the responder's own.
    #[error("the target is the responder's own role")]
    OwnRole,
    /// Nobody else could administer the account.
    #[error("nobody else could administer the account; a person must act")]
    LastAdministrator,
    /// No action of the playbook concerns a target of this kind.
    #[error("no action of the playbook concerns such a target, or there is nothing left to change")]
    NothingApplies,
    /// Somebody else's policy has the name that the responder would use.
    #[error("another policy has the name that the responder would use; it is not overwritten")]
    NameTaken,
    /// What would be changed was not read.
    #[error("what would be changed was not read")]
    NotRead,
    /// The action restores nothing but the responder's own stack.
    #[error("it is none of the responder's own rules and functions")]
    NotOwn,
    /// Nothing in the account tells what was before.
    #[error("no selectors are declared for the trail; give them in the parameter EventSelectorsBaseline")]
    NoBaseline,
    /// The stack does not tell this function what the rule wakes, or whom the topic tells.
    #[error("what it wakes or whom it tells is not declared to this function; a person must act")]
    NoTargetsDeclared,
    /// Nothing that the rule wakes is missing, and nobody whom the topic tells.
    #[error("all that the stack declares of it is there; what else was changed is for a person")]
    TargetsStand,
    /// The rule was tampered with in another way.
    #[error("the rule is not disabled; what else was changed is for a person")]
    NotDisabled,
    /// The key lacks its material, or its key store is not connected.
    #[error("the key is in a state that enabling it does not end")]
    StateUnfit,
    /// What would be removed could not be put back as it is.
    #[error("what would be removed could not be put back as it is; a person must act")]
    NotReproducible,
    /// A policy has conditions that this version cannot decide.
    #[error("it cannot be told whom a statement of the policy lets in; a person must act")]
    GrantUnclear,
    /// The policy is so long that an outcome with it and its undo would not fit into an event.
    #[error("the policy is too long to be reported together with its undo; a person must act")]
    PolicyTooLong,
    /// Nobody inside has anything by the policy, which has to let in somebody.
    #[error(
        "no statement of the policy would be left, and the service takes none without; a person must act"
    )]
    NoPolicyLeft,
    /// The finding shows the responder's own containment, which stands in the journal.
    #[error("the call is the responder's own")]
    OwnAction,
    /// The playbook or the stack only observes.
    #[error("such findings are only observed: the playbook's mode or the stack's is `observe`")]
    OnlyObserved,
}
