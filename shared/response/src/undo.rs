//! Takes an executed plan back: exactly what it changed, in reverse, each step read back.

use crate::execute::{Attempt, take_over};
use crate::{
    Account, AccountError, Action, Entry, EntryState, ExecuteError, Execution, Journal, JournalError,
    Outcome, OutcomeStatus, PlanId, Recorded, Replaced, State, StepOutcome, StepResult, Undo,
};
use jiff::Timestamp;

/// Why a plan was not taken back. Nothing was changed unless [`UndoError::Incomplete`] says so.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// It must not be taken back now.
    #[error(transparent)]
    Refused(#[from] UndoRefusal),
    /// Another invocation works on it.
    #[error("plan `{0}` is being worked on; try again in a minute")]
    Busy(String),
    /// The journal failed.
    #[error("the journal failed, so nothing more was taken back")]
    Journal(#[from] JournalError),
    /// AWS did not answer; some steps may be taken back. Asking again goes on.
    #[error("the undo is not complete, ask again: {0}")]
    Incomplete(String),
}

/// Why a plan must not be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndoRefusal {
    /// No such plan.
    #[error("no plan `{0}` in the journal: only plans carried out in mode `act` are")]
    NoSuchPlan(String),
    /// A later plan holds the same user.
    #[error("plan `{later}` contains the same user since then; take that one back first")]
    LaterPlanStands {
        /// The later plan.
        later: String,
    },
}

impl UndoError {
    /// Returns whether asking again may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Busy(_) | Self::Incomplete(_) => true,
            Self::Journal(error) => error.is_transient(),
        }
    }
}

impl From<ExecuteError> for UndoError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Busy(id) => Self::Busy(id),
            ExecuteError::Journal(error) => Self::Journal(error),
            ExecuteError::Incomplete { problem, .. } => Self::Incomplete(problem),
        }
    }
}

/// Takes the plan `id` back.
///
/// Plans about one user are taken back newest first: each recorded what was before it, so only that order ends
/// where it began. Asking twice is safe.
///
/// # Errors
/// [`UndoError`] says whether to ask again.
pub async fn undo<A: Account, J: Journal>(
    id: &PlanId,
    account: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Execution, UndoError> {
    let entry = journal.read(id).await?.ok_or_else(|| UndoRefusal::NoSuchPlan(id.to_string()))?;
    match entry.state {
        EntryState::Undone => return Ok(finished(entry)),
        // A plan that never came to its end can be taken back too, once nobody works on it any more.
        EntryState::Executing | EntryState::Executed | EntryState::Undoing => {}
    }
    refuse_if_later_plan_stands(&entry, journal).await?;
    let entry = take_over(&entry, EntryState::Undoing, journal, clock()).await?;
    let mut attempts = Vec::new();
    for (index, step) in entry.plan.steps.iter().enumerate().rev() {
        let before = entry.steps.get(index);
        attempts.push(take_back(&step.action, &step.undo, before, account, clock).await);
    }
    attempts.reverse();
    let unsettled = attempts.iter().find(|attempt| attempt.again).and_then(|a| a.outcome.problem.clone());
    if let Some(problem) = unsettled {
        // The steps stay as they were executed: another attempt begins with the same knowledge.
        journal.replace(&entry.next(EntryState::Undoing, clock())).await?;
        return Err(UndoError::Incomplete(problem));
    }
    let steps = attempts.into_iter().map(|attempt| attempt.outcome).collect::<Vec<_>>();
    let complete = steps.iter().all(|step| step.problem.is_none() && step.result != StepResult::NotHeld);
    let state = if complete { EntryState::Undone } else { EntryState::Undoing };
    let steps_to_store = if complete { steps.clone() } else { entry.steps.clone() };
    let entry = Entry { steps: steps_to_store, reported: true, ..entry.next(state, clock()) };
    if journal.replace(&entry).await? == Replaced::Outdated {
        return Err(UndoError::Busy(id.to_string()));
    }
    let status = if complete { OutcomeStatus::Undone } else { OutcomeStatus::UndoIncomplete };
    let outcome = Outcome::new(status, entry.plan, steps);
    Ok(Execution { outcome, unreported: None })
}

fn finished(entry: Entry) -> Execution {
    let outcome = Outcome::new(OutcomeStatus::Undone, entry.plan, entry.steps);
    Execution { outcome, unreported: None }
}

async fn refuse_if_later_plan_stands<J: Journal>(entry: &Entry, journal: &J) -> Result<(), UndoError> {
    let Some(user) = &entry.plan.user else { return Ok(()) };
    let standing = journal.standing(&user.unique_id).await?;
    let later = standing
        .iter()
        .find(|other| other.plan.id != entry.plan.id && other.plan.decided_at > entry.plan.decided_at);
    match later {
        Some(later) => Err(UndoRefusal::LaterPlanStands { later: later.plan.id.to_string() }.into()),
        None => Ok(()),
    }
}

async fn take_back<A: Account>(
    action: &Action,
    undo: &Undo,
    executed: Option<&StepOutcome>,
    account: &A,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Attempt {
    let result = executed.map_or(StepResult::Unknown, |step| step.result);
    let changed = match result {
        StepResult::InForce | StepResult::NotHeld | StepResult::Unknown => true,
        StepResult::AlreadyInForce | StepResult::TargetGone | StepResult::Failed | StepResult::Undone => {
            false
        }
    };
    if *undo == Undo::Nothing || !changed {
        return Attempt::settled(action, result, clock());
    }
    // IAM's calls take names, and the name may belong to another user by now.
    match account.state(action).await {
        Ok(State::InForce) => {}
        Ok(State::NotInForce) => return Attempt::settled(action, StepResult::Undone, clock()),
        Ok(State::TargetGone) => return Attempt::settled(action, StepResult::TargetGone, clock()),
        Err(error) => return Attempt::problem(action, StepResult::Unknown, clock(), &error),
    }
    let undone = account.undo(&Recorded::confirmed(action.clone())).await;
    match &undone {
        Err(AccountError::TargetGone) => return Attempt::settled(action, StepResult::TargetGone, clock()),
        Err(error @ AccountError::Refused { .. }) => {
            return Attempt::problem(action, StepResult::InForce, clock(), error);
        }
        // It may have arrived: reading back tells.
        Err(AccountError::Transient { .. }) | Ok(()) => {}
    }
    match (account.read_back(action, State::NotInForce).await, undone) {
        (Ok(State::NotInForce), _) => Attempt::settled(action, StepResult::Undone, clock()),
        (Ok(State::TargetGone), _) => Attempt::settled(action, StepResult::TargetGone, clock()),
        (Ok(State::InForce), Ok(())) => Attempt::settled(action, StepResult::NotHeld, clock()),
        (Ok(State::InForce), Err(error)) | (Err(error), _) => {
            Attempt::problem(action, StepResult::Unknown, clock(), &error)
        }
    }
}
