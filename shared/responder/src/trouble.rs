//! What failed, and whether another delivery may mend it.

use trailreflex_lambda::Failure;
use trailreflex_response::{
    ExecuteError, JournalError, LimitsError, LookError, ObserveError, Outcome, UndoError,
};

/// A failed request with what is known of the account.
#[derive(Debug)]
pub struct Trouble {
    /// Whether and why to try again.
    pub failure: Failure,
    /// What is known, if something was tried.
    pub outcome: Option<Box<Outcome>>,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self { failure, outcome: None }
    }
}

pub(crate) fn journal_failed(error: JournalError) -> Failure {
    Failure::of(error.is_transient(), "JournalFailed", error)
}

pub(crate) fn limits_failed(error: LimitsError) -> Failure {
    match error {
        LimitsError::Switch(_) => Failure::retryable("KillSwitchUnreadable", error),
        LimitsError::Journal(error) => journal_failed(error),
    }
}

pub(crate) fn observe_failed(error: ObserveError) -> Failure {
    match error {
        ObserveError::Account(error) => Failure::of(error.is_transient(), "AccountUnreadable", error),
        ObserveError::Journal(error) => journal_failed(error),
    }
}

pub(crate) fn undo_failed(error: UndoError) -> Failure {
    Failure::of(error.is_transient(), "UndoFailed", error)
}

pub(crate) fn look_failed(error: LookError) -> Trouble {
    match error {
        LookError::Account(error) => Failure::of(error.is_transient(), "AccountUnreadable", error).into(),
        LookError::Execute(error) => execute_failed(error),
    }
}

pub(crate) fn execute_failed(error: ExecuteError) -> Trouble {
    let outcome = match &error {
        ExecuteError::Incomplete { outcome, .. } => Some(outcome.clone()),
        ExecuteError::Busy(_) | ExecuteError::Journal(_) | ExecuteError::Account(_) => None,
    };
    Trouble { failure: Failure::of(error.is_transient(), "NotContained", error), outcome }
}
