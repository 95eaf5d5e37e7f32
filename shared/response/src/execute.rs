//! Does what a plan says: claim it in the journal, apply each step, read it back, store what came of it.
//!
//! Every delivery of the same plan meets the same entry, so it has one effect. A step is idempotent and its undo
//! is stored before the first attempt, so whoever takes over after a crash simply carries all steps out again.

use crate::{
    Account, AccountError, Accounts, Action, Change, Created, Entry, EntryState, Journal, JournalError,
    Outcome, Plan, Reading, Recorded, Replaced, Setting, Step, StepOutcome, StepResult, Verdict,
    journal::lease,
};
use jiff::Timestamp;
use trailreflex_model::cause_chain;

/// An executed plan, to be reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// What came of it.
    pub outcome: Outcome,
    /// The journal's entry if outcome event and metrics are still to be sent.
    pub unreported: Option<Entry>,
}

/// Why a plan was not executed to its end. Another delivery can go on.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// Another delivery is working on it, or was stopped less than a lease ago.
    #[error("another delivery works on plan `{0}`")]
    Busy(String),
    /// The journal failed. Without it nothing is changed.
    #[error("the plan could not be recorded, so nothing more was changed")]
    Journal(#[from] JournalError),
    /// The account that the plan concerns lets nobody in.
    #[error("the account could not be entered, so nothing more was changed")]
    Account(#[from] AccountError),
    /// AWS did not answer; some steps may be in force. The journal holds what is known.
    #[error("the plan is not complete: {problem}")]
    Incomplete {
        /// What is known so far.
        outcome: Box<Outcome>,
        /// The first thing that went wrong, with every cause.
        problem: String,
    },
}

impl ExecuteError {
    /// Returns whether a later attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Busy(_) | Self::Incomplete { .. } => true,
            Self::Journal(error) => error.is_transient(),
            Self::Account(error) => error.is_transient(),
        }
    }
}

/// Carries out a plan.
///
/// Safe to repeat: a second delivery finds the plan in the journal and changes nothing.
///
/// # Errors
/// [`ExecuteError`]; the journal then holds what is known, and another delivery takes over.
pub async fn execute<A: Account, J: Journal>(
    plan: Plan,
    account: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Execution, ExecuteError> {
    let entry = Entry::new(plan, clock());
    match journal.create(&entry).await? {
        Created::New => carry_out(entry, Delivery::First, account, journal, clock).await,
        Created::Exists(existing) => match existing.state {
            EntryState::Executed if !existing.reported => Ok(Execution {
                outcome: Outcome::executed(existing.plan.clone(), existing.steps.clone()),
                unreported: Some(*existing),
            }),
            EntryState::Executed
            | EntryState::Undoing
            | EntryState::Undone
            // Whoever asked about it goes on with it.
            | EntryState::Awaiting
            | EntryState::Denied
            | EntryState::Lapsed => Ok(duplicate(&existing)),
            EntryState::Executing => {
                let entry = take_over(&existing, EntryState::Executing, journal, clock()).await?;
                carry_out(entry, Delivery::Later, account, journal, clock).await
            }
        },
    }
}

/// Finishes a plan whose delivery was stopped, or reports one that was not reported. Does nothing about others.
///
/// # Errors
/// As [`execute`].
pub async fn resume<A: Accounts, J: Journal>(
    existing: &Entry,
    accounts: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Option<Execution>, ExecuteError> {
    match existing.state {
        EntryState::Executing => {
            let opened = accounts.open(existing.plan.account.as_ref()).await?;
            let entry = take_over(existing, EntryState::Executing, journal, clock()).await?;
            carry_out(entry, Delivery::Later, &*opened.account, journal, clock).await.map(Some)
        }
        EntryState::Executed if !existing.reported => Ok(Some(Execution {
            outcome: Outcome::executed(existing.plan.clone(), existing.steps.clone()),
            unreported: Some(existing.clone()),
        })),
        EntryState::Executed
        | EntryState::Undoing
        | EntryState::Undone
        | EntryState::Awaiting
        | EntryState::Denied
        | EntryState::Lapsed => Ok(None),
    }
}

/// Carries out the plan that an entry has waited with, as it was decided anew a moment ago.
///
/// Safe to repeat: only one of two gets past the entry, and it is finished as any other.
///
/// # Errors
/// As [`execute`].
pub async fn execute_approved<A: Account, J: Journal>(
    awaiting: &Entry,
    plan: Plan,
    account: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Execution, ExecuteError> {
    let plan = Plan { id: awaiting.plan.id.clone(), ..plan };
    let entry = awaiting.next(EntryState::Executing, lease(clock()));
    let entry = crate::approval::store(Entry { plan, reported: false, ..entry }, journal).await?;
    carry_out(entry, Delivery::First, account, journal, clock).await
}

fn duplicate(existing: &Entry) -> Execution {
    Execution { outcome: existing.repeated(), unreported: None }
}

/// Claims an entry whose last writer was stopped.
pub(crate) async fn take_over<J: Journal>(
    existing: &Entry,
    state: EntryState,
    journal: &J,
    now: Timestamp,
) -> Result<Entry, ExecuteError> {
    if existing.lease_until > now {
        return Err(ExecuteError::Busy(existing.plan.id.to_string()));
    }
    crate::approval::store(existing.next(state, lease(now)), journal).await
}

/// Whether the facts that the plan was made from are fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    /// They were read a moment ago.
    First,
    /// An earlier delivery read them, minutes ago perhaps: the name may belong to another user by now.
    Later,
}

async fn carry_out<A: Account, J: Journal>(
    entry: Entry,
    delivery: Delivery,
    account: &A,
    journal: &J,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Execution, ExecuteError> {
    let mut attempts: Vec<Attempt> = Vec::new();
    // A failed step does not keep the others from being tried: half a containment is better than none.
    let mut is_open = false;
    for step in &entry.plan.steps {
        let attempt = attempt(step, is_open, delivery, account, clock).await;
        is_open = leaves_open(step, is_open, attempt.outcome.result);
        attempts.push(attempt);
    }
    let unsettled = attempts.iter().find(|attempt| attempt.again).and_then(|a| a.outcome.problem.clone());
    let state = if unsettled.is_some() { EntryState::Executing } else { EntryState::Executed };
    let steps = attempts.into_iter().map(|attempt| attempt.outcome).collect::<Vec<_>>();
    // The lease ends at once: this delivery is done with the plan, whatever came of it.
    let entry = Entry { steps: steps.clone(), ..entry.next(state, clock()) };
    let outcome = Outcome::executed(entry.plan.clone(), steps);
    if journal.replace(&entry).await? == Replaced::Outdated {
        return Err(ExecuteError::Busy(entry.plan.id.to_string()));
    }
    match unsettled {
        Some(problem) => Err(ExecuteError::Incomplete { outcome: Box::new(outcome), problem }),
        None => Ok(Execution { outcome, unreported: Some(entry) }),
    }
}

/// What came of one step, and whether another delivery should try it again.
pub(crate) struct Attempt {
    pub(crate) outcome: StepOutcome,
    pub(crate) again: bool,
}

impl Attempt {
    pub(crate) fn settled(action: &Action, result: StepResult, at: Timestamp) -> Self {
        let outcome = StepOutcome { action: action.clone(), result, at, problem: None };
        Self { outcome, again: false }
    }

    pub(crate) fn problem(action: &Action, result: StepResult, at: Timestamp, error: &AccountError) -> Self {
        let problem = Some(cause_chain(error));
        let outcome = StepOutcome { action: action.clone(), result, at, problem };
        Self { outcome, again: error.is_transient() }
    }
}

/// Returns whether the end of the step is still to be reached in another way. What AWS did not answer is not: the
/// same way is tried again.
fn leaves_open(step: &Step, was_open: bool, result: StepResult) -> bool {
    match (step.verdict, result) {
        (Verdict::Refuse(_), _) => was_open,
        (_, StepResult::Failed | StepResult::NotHeld) => true,
        (_, StepResult::NotNeeded) => was_open,
        _ => false,
    }
}

/// Tries one step. `is_open` tells whether the way before it has failed, in case this is another one to the same end.
async fn attempt<A: Account>(
    step: &Step,
    is_open: bool,
    delivery: Delivery,
    account: &A,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Attempt {
    let action = &step.action;
    let settled = |result| Attempt::settled(action, result, clock());
    match step.verdict {
        Verdict::AlreadyInForce => return settled(StepResult::AlreadyInForce),
        Verdict::Refuse(reason) => {
            let mut refused = settled(StepResult::Failed);
            refused.outcome.problem = Some(reason.to_string());
            return refused;
        }
        Verdict::Fallback if !is_open && delivery == Delivery::First => {
            return settled(StepResult::NotNeeded);
        }
        Verdict::Execute | Verdict::Fallback => {}
    }
    let mut current = step.current.clone();
    if delivery == Delivery::Later {
        match account.read(&action.control).await {
            Ok(Reading::Is(setting)) => current = setting,
            Ok(Reading::Gone) => return settled(StepResult::TargetGone),
            Err(error) => return Attempt::problem(action, StepResult::Unknown, clock(), &error),
        }
        // An earlier delivery may have gone this way, so it is looked at before it is found not needed.
        if action.is_in_force(&current) {
            return settled(StepResult::InForce);
        }
        if step.verdict == Verdict::Fallback && !is_open {
            return settled(StepResult::NotNeeded);
        }
    }
    // Twice: an intruder may take the first one back before it is read.
    let (first, found) = apply_and_read_back(action, &current, account, clock).await;
    match found {
        Some(found) if first.outcome.result == StepResult::NotHeld => {
            apply_and_read_back(action, &found, account, clock).await.0
        }
        Some(_) | None => first,
    }
}

/// Brings an action into force on a control that is set to `current`. Returns what the control is set to now too.
pub(crate) async fn apply_and_read_back<A: Account>(
    action: &Action,
    current: &Setting,
    account: &A,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> (Attempt, Option<Setting>) {
    let to = action.applied(current);
    // `execute` gets here only with an entry that the journal has confirmed.
    let change = Recorded::confirmed(Change { control: &action.control, from: current, to: &to });
    let applied = account.change(&change).await;
    match &applied {
        Err(AccountError::TargetGone) => {
            return (Attempt::settled(action, StepResult::TargetGone, clock()), None);
        }
        Err(error @ AccountError::Refused { .. }) => {
            return (Attempt::problem(action, StepResult::Failed, clock(), error), None);
        }
        // It may have arrived: reading back tells.
        Err(AccountError::Transient { .. }) | Ok(()) => {}
    }
    let is_in_force = |setting: &Setting| action.is_in_force(setting);
    let reading = match account.read_back(&action.control, &is_in_force).await {
        Ok(reading) => reading,
        Err(error) => return (Attempt::problem(action, StepResult::Unknown, clock(), &error), None),
    };
    let setting = match reading {
        Reading::Gone => return (Attempt::settled(action, StepResult::TargetGone, clock()), None),
        Reading::Is(setting) => setting,
    };
    let attempt = match (is_in_force(&setting), applied) {
        (true, _) => Attempt::settled(action, StepResult::InForce, clock()),
        (false, Ok(())) => Attempt::settled(action, StepResult::NotHeld, clock()),
        (false, Err(error)) => Attempt::problem(action, StepResult::Unknown, clock(), &error),
    };
    (attempt, Some(setting))
}
