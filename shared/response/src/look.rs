//! Looks again at a containment that stands, half a minute and five minutes later: does it hold, and has the same user
//! new credentials?
//!
//! What was taken back is done once more; new keys of a contained user are deactivated by a plan of their own, with its
//! own undo.

use crate::action::Circumstances;
use crate::execute::{apply_and_read_back, take_over};
use crate::plan::step;
use crate::{
    Account, AccountError, Accounts, Action, ActionKind, Control, Entry, EntryState, ExecuteError, Execution,
    Facts, Journal, KeyStatus, Outcome, OutcomeStatus, Owner, PlanId, Reading, Replaced, Step, StepOutcome,
    StepResult, execute,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use trailreflex_model::{IdentityKind, Target};

/// A look to be taken: which plan, and which look it is (1 or 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Look {
    /// The plan.
    pub look: PlanId,
    /// Which look.
    pub round: u8,
}

impl Look {
    /// How long after the containment each look is taken, in seconds.
    pub const DELAYS: [u32; 2] = [30, 300];
}

/// What a look has seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    /// The containment has ended, or the look was taken before.
    Nothing,
    /// It holds.
    Held,
    /// It did not hold; what can be done again was. To be reported.
    Bypassed(Box<Bypassed>),
}

/// What was done about a containment that did not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Bypassed {
    /// What became of the plan's own steps.
    pub outcome: Outcome,
    /// The entry that is to be stored once that is reported.
    pub looked: Entry,
    /// What was done about new credentials.
    pub follow_up: Option<Execution>,
}

/// Why a look was not taken to its end. Another delivery can take it.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The account could not be read.
    #[error("the account could not be read")]
    Account(#[from] AccountError),
    /// The plan is being worked on, or the journal failed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

impl LookError {
    /// Returns whether a later attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Account(error) => error.is_transient(),
            Self::Execute(error) => error.is_transient(),
        }
    }
}

/// Takes a look. Safe to repeat: a look that has come to its end is not taken again.
///
/// # Errors
/// [`LookError`]; another delivery goes on.
pub async fn look<A: Accounts, J: Journal>(
    look: &Look,
    accounts: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Seen, LookError> {
    let Some(entry) = journal.read(&look.look).await.map_err(ExecuteError::from)? else {
        return Ok(Seen::Nothing);
    };
    match entry.state {
        EntryState::Executed if entry.looks < look.round => {}
        EntryState::Executed
        | EntryState::Undoing
        | EntryState::Undone
        | EntryState::Awaiting
        | EntryState::Denied
        | EntryState::Lapsed => return Ok(Seen::Nothing),
        // The first delivery may still be at work.
        EntryState::Executing => return Err(ExecuteError::Busy(entry.plan.id.to_string()).into()),
    }
    let opened = accounts.open(entry.plan.account.as_ref()).await?;
    let account = &*opened.account;
    let lost = lost(&entry, account).await?;
    let new = new_keys(&entry, account, clock()).await?;
    // Found before, but perhaps not reported: the function was stopped in between.
    let was_found = entry.bypassed_at == Some(look.round);
    if lost.is_empty() && new.is_empty() && !was_found {
        return store(entry.looked_at(look.round, entry.steps.clone(), clock()), journal)
            .await
            .map(|()| Seen::Held);
    }
    let found = Entry { bypassed_at: Some(look.round), ..entry };
    let entry = take_over(&found, EntryState::Executed, journal, clock()).await?;
    let mut steps = entry.steps.clone();
    for (index, action, current) in lost {
        let attempt = apply_and_read_back(&action, &current, account, clock).await.0;
        if let Some(step) = steps.get_mut(index) {
            *step = attempt.outcome;
        }
    }
    let follow_up = if new.is_empty() {
        None
    } else {
        let plan = entry.plan.follow_up(look.round, new, clock());
        Some(execute(plan, account, journal, clock).await?)
    };
    let outcome = Outcome::bypassed(entry.plan.clone(), steps.clone());
    let looked = entry.looked_at(look.round, steps, clock());
    Ok(Seen::Bypassed(Box::new(Bypassed { outcome, looked, follow_up })))
}

async fn store<J: Journal>(entry: Entry, journal: &J) -> Result<(), LookError> {
    match journal.replace(&entry).await.map_err(ExecuteError::from)? {
        Replaced::Yes => Ok(()),
        Replaced::Outdated => Err(ExecuteError::Busy(entry.plan.id.to_string()).into()),
    }
}

/// The steps that were in force and are not any more, with what their controls are set to.
async fn lost<A: Account>(
    entry: &Entry,
    account: &A,
) -> Result<Vec<(usize, Action, crate::Setting)>, AccountError> {
    let mut lost = Vec::new();
    for (index, outcome) in entry.steps.iter().enumerate() {
        match outcome.result {
            StepResult::InForce | StepResult::AlreadyInForce | StepResult::NotHeld => {}
            StepResult::TargetGone
            | StepResult::Failed
            | StepResult::Unknown
            | StepResult::NotNeeded
            | StepResult::Undone
            | StepResult::StillHeld
            | StepResult::ChangedSince => continue,
        }
        match account.read(&outcome.action.control).await {
            Ok(Reading::Is(current)) if !outcome.action.is_in_force(&current) => {
                lost.push((index, outcome.action.clone(), current));
            }
            Ok(Reading::Is(_) | Reading::Gone) | Err(AccountError::TargetGone) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(lost)
}

/// Steps that deactivate active keys of a contained user which the plan does not know.
async fn new_keys<A: Account>(entry: &Entry, account: &A, now: Timestamp) -> Result<Vec<Step>, AccountError> {
    let kind = ActionKind::DeactivateAccessKeys;
    let Some(identity) = entry.plan.identity.as_ref().filter(|one| one.kind == IdentityKind::User) else {
        return Ok(Vec::new());
    };
    let known: BTreeSet<_> = entry.plan.steps.iter().map(|step| &step.action.control).collect();
    if !entry.plan.steps.iter().any(|step| step.action.kind == kind) {
        return Ok(Vec::new());
    }
    let Ok(user_name) = identity.name.as_str().parse() else { return Ok(Vec::new()) };
    let target = Target::User { user_name };
    let owner = account.observe(&target, &BTreeSet::from([kind])).await?;
    let Owner::Identity(found) = &owner else { return Ok(Vec::new()) };
    if found.reference.unique_id != identity.unique_id {
        return Ok(Vec::new());
    }
    // A key that was there before, and that the plan has left alone, is none of this look's business.
    let since = entry.plan.cause.event_time.unwrap_or(entry.plan.decided_at);
    let is_new = |key: &&crate::KeyFacts| {
        key.status == KeyStatus::Active && key.created_at.is_some_and(|created| created >= since)
    };
    let ids: BTreeSet<_> = found.keys.iter().filter(is_new).map(|key| &key.id).collect();
    let mut new = kind.controls(&target, &owner);
    new.retain(|control| {
        !known.contains(control)
            && matches!(control, Control::AccessKeyStatus { access_key_id, .. } if ids.contains(access_key_id))
    });
    let mut facts = Facts::of(owner.clone());
    for control in &new {
        facts.readings.extend(owner.reading(control).map(|reading| (control.clone(), reading)));
    }
    let account = identity.arn.account();
    let declared = &crate::Declared::default(); // nothing of it concerns keys
    let circumstances = Circumstances { event_time: now, now, target: &target, account, declared };
    Ok(new.into_iter().map(|control| step(kind, control, &facts, &circumstances)).collect())
}

impl Outcome {
    /// A containment that did not hold, with what its steps are now.
    fn bypassed(plan: crate::Plan, steps: Vec<StepOutcome>) -> Self {
        Self { status: OutcomeStatus::Bypassed, seconds_to_containment: None, ..Self::executed(plan, steps) }
    }
}
