//! The port to the account: read, change, read back.

use crate::{ActionKind, Change, Control, Owner, Reading, Recorded, Setting};
use std::collections::BTreeSet;
use std::error::Error;
use std::future::Future;
use trailreflex_model::Target;

/// An AWS account, or its fake. Every change is idempotent: making it twice succeeds.
pub trait Account: Sync {
    /// Reads what `target` is, as far as actions of these kinds need to know it.
    fn observe(
        &self,
        target: &Target,
        kinds: &BTreeSet<ActionKind>,
    ) -> impl Future<Output = Result<Owner, AccountError>> + Send;

    /// Reads, once, what a control is set to.
    fn read(&self, control: &Control) -> impl Future<Output = Result<Reading, AccountError>> + Send;

    /// Makes a change whose undo is stored.
    fn change(&self, change: &Recorded<Change<'_>>) -> impl Future<Output = Result<(), AccountError>> + Send;

    /// Reads what a control is set to until `settled` says that it is as expected.
    ///
    /// Many services are eventually consistent: what differs is read again for a few seconds before the difference
    /// is believed.
    fn read_back(
        &self,
        control: &Control,
        settled: &(dyn Fn(&Setting) -> bool + Sync),
    ) -> impl Future<Output = Result<Reading, AccountError>> + Send;
}

/// What is known of the account after a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
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
        effect: Effect,
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
