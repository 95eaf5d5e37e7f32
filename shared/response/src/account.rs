//! The port to the account: read, change, take back, read back.

use crate::{Action, Facts, Recorded};
use std::error::Error;
use std::future::Future;
use trailreflex_model::Target;

/// An AWS account, or its fake. Every change is idempotent: applying what is in force succeeds.
pub trait Account: Sync {
    /// Reads what a plan needs to know about `target`.
    fn observe(&self, target: &Target) -> impl Future<Output = Result<Facts, AccountError>> + Send;

    /// Applies an action whose undo is stored.
    fn apply(&self, action: &Recorded<Action>) -> impl Future<Output = Result<(), AccountError>> + Send;

    /// Takes an action back.
    fn undo(&self, action: &Recorded<Action>) -> impl Future<Output = Result<(), AccountError>> + Send;

    /// Reads, once, whether the action's effect is in force.
    fn state(&self, action: &Action) -> impl Future<Output = Result<State, AccountError>> + Send;

    /// Reads back whether the action's effect is in force.
    ///
    /// IAM is eventually consistent: if the state differs from `expected`, the account is read again for a few
    /// seconds before the difference is believed.
    fn read_back(
        &self,
        action: &Action,
        expected: State,
    ) -> impl Future<Output = Result<State, AccountError>> + Send;
}

/// What reading back shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The effect is in force.
    InForce,
    /// It is not.
    NotInForce,
    /// The target no longer exists, or its name now belongs to another user.
    TargetGone,
}

/// What is known of the account after a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing was changed.
    None,
    /// The request may have arrived, e.g. it timed out. Reading back tells.
    Unknown,
}

/// Why a call to the account failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// A later attempt may succeed: throttling, a time-out, an error of AWS's own.
    #[error("`{permission}` failed for now")]
    Transient {
        /// The call.
        permission: &'static str,
        /// What it may have changed.
        change: Change,
        /// AWS's own words.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// No attempt will succeed: denied, over a quota, malformed.
    #[error("`{permission}` was refused")]
    Refused {
        /// The call.
        permission: &'static str,
        /// AWS's own words.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// The target no longer exists.
    #[error("the target no longer exists")]
    TargetGone,
}

impl AccountError {
    /// Returns whether a later attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }
}
