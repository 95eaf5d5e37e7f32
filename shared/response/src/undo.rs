//! Takes an executed plan back: exactly what it changed, in reverse, each step read back.

use crate::execute::{Attempt, take_over};
use crate::plan::subject_in;
use crate::{
    Account, AccountError, Accounts, Action, Change, Entry, EntryState, ExecuteError, Execution, Journal,
    JournalError, Outcome, OutcomeStatus, PlanId, Reading, Recorded, Replaced, Setting, StepResult, Undo,
};
use jiff::Timestamp;

/// How often a plan that was carried out is claimed while somebody else writes to its entry.
const CLAIMS: usize = 3;

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
    /// The account that the plan concerns lets nobody in.
    #[error("the account could not be entered, so nothing was taken back")]
    Account(#[from] AccountError),
    /// AWS did not answer; some steps may be taken back. Asking again goes on.
    #[error("the undo is not complete, ask again: {0}")]
    Incomplete(String),
}

/// Why a plan must not be taken back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UndoRefusal {
    /// No such plan.
    #[error("no plan `{0}` in the journal: only plans that were carried out are")]
    NoSuchPlan(String),
    /// It waits for a person, or was never approved.
    #[error("plan `{0}` was not carried out, so there is nothing to take back")]
    NotCarriedOut(String),
}

impl UndoError {
    /// Returns whether asking again may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Busy(_) | Self::Incomplete(_) => true,
            Self::Journal(error) => error.is_transient(),
            Self::Account(error) => error.is_transient(),
        }
    }
}

impl From<ExecuteError> for UndoError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Busy(id) => Self::Busy(id),
            ExecuteError::Journal(error) => Self::Journal(error),
            ExecuteError::Account(error) => Self::Account(error),
            ExecuteError::Incomplete { problem, .. } => Self::Incomplete(problem),
        }
    }
}

/// Takes the plan `id` back.
///
/// Plans about one target may be taken back in any order: what another plan that stands has changed as well stays,
/// and comes back with the last of them. Asking twice is safe.
///
/// # Errors
/// [`UndoError`] says whether to ask again.
pub async fn undo<A: Accounts, J: Journal>(
    id: &PlanId,
    accounts: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Execution, UndoError> {
    let entry = match claim(id, journal, clock).await? {
        Claimed::Mine(entry) => *entry,
        Claimed::Undone(entry) => return Ok(finished(*entry)),
    };
    let attempts = match take_all_back(&entry, accounts, journal, clock).await {
        Ok(attempts) => attempts,
        Err(error) => {
            // The lease ends at once, so that asking again goes on; if that fails too, it ends by itself.
            let _ = journal.replace(&entry.next(EntryState::Undoing, clock())).await;
            return Err(error);
        }
    };
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

/// A plan that is to be taken back.
enum Claimed {
    /// Nobody else works on it now.
    Mine(Box<Entry>),
    /// It was taken back before.
    Undone(Box<Entry>),
}

/// Claims a plan. Who asks as soon as its outcome is told may come between that and the note of it in the journal: then the
/// entry is read again.
async fn claim<J: Journal>(
    id: &PlanId,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Claimed, UndoError> {
    let mut attempt = 1;
    loop {
        let entry = journal.read(id).await?.ok_or_else(|| UndoRefusal::NoSuchPlan(id.to_string()))?;
        match entry.state {
            EntryState::Undone => return Ok(Claimed::Undone(Box::new(entry))),
            // A plan that never came to its end can be taken back too, once nobody works on it any more.
            EntryState::Executing | EntryState::Executed | EntryState::Undoing => {}
            EntryState::Awaiting | EntryState::Denied | EntryState::Lapsed => {
                return Err(UndoRefusal::NotCarriedOut(id.to_string()).into());
            }
        }
        match take_over(&entry, EntryState::Undoing, journal, clock()).await {
            Ok(entry) => return Ok(Claimed::Mine(Box::new(entry))),
            Err(ExecuteError::Busy(_)) if entry.state == EntryState::Executed && attempt < CLAIMS => {
                attempt += 1;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn finished(entry: Entry) -> Execution {
    let outcome = Outcome::new(OutcomeStatus::Undone, entry.plan, entry.steps);
    Execution { outcome, unreported: None }
}

async fn take_all_back<A: Accounts, J: Journal>(
    entry: &Entry,
    accounts: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Vec<Attempt>, UndoError> {
    let opened = accounts.open(entry.plan.account.as_ref()).await?;
    let mut attempts = Vec::new();
    for (index, step) in entry.plan.steps.iter().enumerate().rev() {
        let executed = entry.steps.get(index).map_or(StepResult::Unknown, |step| step.result);
        attempts.push(if step.undo == Undo::Nothing || !executed.may_hold() {
            Attempt::settled(&step.action, executed, clock())
        } else if let Some(own) = held_alone(entry, &step.action, journal).await? {
            take_back(&own, &*opened.account, clock).await
        } else {
            Attempt::settled(&step.action, StepResult::StillHeld, clock())
        });
    }
    attempts.reverse();
    Ok(attempts)
}

/// Returns the part of an action that no other plan needs as it is. One that is being taken back needs nothing any more:
/// if two are taken back at once, both bring back the same.
async fn held_alone<J: Journal>(
    entry: &Entry,
    action: &Action,
    journal: &J,
) -> Result<Option<Action>, JournalError> {
    let standing = journal.standing(&subject_in(entry.plan.account.as_ref(), action.control.key())).await?;
    let others = standing.iter().filter(|other| other.plan.id != entry.plan.id);
    let needing = others.filter(|other| other.state != EntryState::Undoing);
    Ok(action.beside(needing.filter_map(|other| other.held(&action.control))))
}

async fn take_back<A: Account>(
    action: &Action,
    account: &A,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Attempt {
    // IAM's calls take names, and the name may belong to another user by now.
    let current = match account.read(&action.control).await {
        Ok(Reading::Is(current)) => current,
        Ok(Reading::Gone) => return Attempt::settled(action, StepResult::TargetGone, clock()),
        Err(error) => return Attempt::problem(action, StepResult::Unknown, clock(), &error),
    };
    if !action.is_in_force(&current) {
        let is_back = action.is_taken_back(&current);
        // Of a list that somebody else has changed, the rest is brought back all the same.
        if is_back || !matches!(current, Setting::Words(_)) {
            let result = if is_back { StepResult::Undone } else { StepResult::ChangedSince };
            return Attempt::settled(action, result, clock());
        }
    }
    let to = action.taken_back(&current);
    let change = Recorded::confirmed(Change { control: &action.control, from: &current, to: &to });
    let undone = account.change(&change).await;
    match &undone {
        Err(AccountError::TargetGone) => return Attempt::settled(action, StepResult::TargetGone, clock()),
        Err(error @ AccountError::Refused { .. }) => {
            return Attempt::problem(action, StepResult::InForce, clock(), error);
        }
        // It may have arrived: reading back tells.
        Err(AccountError::Transient { .. }) | Ok(()) => {}
    }
    let is_taken_back = |setting: &Setting| match setting {
        Setting::Words(_) => action.is_taken_back(setting),
        Setting::Absent | Setting::Present | Setting::Word(_) | Setting::Document(_) => {
            !action.is_in_force(setting)
        }
    };
    match (account.read_back(&action.control, &is_taken_back).await, undone) {
        (Ok(Reading::Gone), _) => Attempt::settled(action, StepResult::TargetGone, clock()),
        (Ok(Reading::Is(setting)), _) if is_taken_back(&setting) => {
            Attempt::settled(action, StepResult::Undone, clock())
        }
        (Ok(Reading::Is(_)), Ok(())) => Attempt::settled(action, StepResult::NotHeld, clock()),
        (Ok(Reading::Is(_)), Err(error)) | (Err(error), _) => {
            Attempt::problem(action, StepResult::Unknown, clock(), &error)
        }
    }
}
