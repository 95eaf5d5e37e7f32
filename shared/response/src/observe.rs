//! Reads what a plan needs to know: what the target is, what its controls are set to, and what the journal holds.
//!
//! The account is read before the journal: a change that is seen was journaled before it was made, so its entry is
//! found; and one that is made later is met as not made yet, with the right setting before it.

use crate::plan::{controls, subject_in};
use crate::{Account, AccountError, Facts, Journal, JournalError, Playbook, Reading};
use trailreflex_model::{AccountId, Finding, Target};

/// Why the facts could not be read. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// The account could not be read.
    #[error("the account could not be read")]
    Account(#[from] AccountError),
    /// The journal could not be read.
    #[error("the journal could not be read")]
    Journal(#[from] JournalError),
}

impl ObserveError {
    /// Returns whether a later attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Account(error) => error.is_transient(),
            Self::Journal(error) => error.is_transient(),
        }
    }
}

/// Reads what there is to know about `target`, in a member account or in the responder's own, before `playbook` is applied to it.
///
/// # Errors
/// [`ObserveError`]; nothing was changed.
pub async fn observe<A: Account, J: Journal>(
    finding: &Finding,
    target: &Target,
    playbook: &Playbook,
    (account, journal, member): (&A, &J, Option<&AccountId>),
) -> Result<Facts, ObserveError> {
    let mut facts = Facts::of(account.observe(target, &playbook.actions).await?);
    for control in controls(playbook, finding, &facts.owner) {
        let reading = match facts.owner.reading(&control) {
            Some(reading) => reading,
            None => match account.read(&control).await {
                Ok(reading) => reading,
                Err(AccountError::TargetGone) => Reading::Gone,
                Err(error) => return Err(error.into()),
            },
        };
        facts.readings.insert(control, reading);
    }
    let read: Vec<_> = facts.readings.keys().cloned().collect();
    for control in read {
        let standing = journal.standing(&subject_in(member, control.key())).await?;
        let mut held = standing.iter().filter_map(|entry| entry.held(&control)).peekable();
        if let (Some(_), Some(Reading::Is(current))) = (held.peek(), facts.readings.get(&control)) {
            // The last first, so that of a single setting the first one's remains: it was there before all of them.
            let held: Vec<_> = held.collect();
            let without = held.iter().rev().fold(current.clone(), |setting, held| held.taken_back(&setting));
            facts.held.insert(control, without);
        }
    }
    Ok(facts)
}
