//! The port to the journal, which is written before anything is changed.
//!
//! One entry per plan, replaced only if nobody else replaced it in between. An entry holds the whole plan with
//! every undo, so whoever finds it later can finish, report or take back what was begun.

use crate::{
    Action, ActionClass, Approval, Control, Counted, Expiry, Plan, PlanId, StepOutcome, Tally, Verdict,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::future::Future;

/// How long a delivery may work on a plan before another one takes over, in seconds.
///
/// Longer than the function's `Timeout` (checked against template.yaml by the acceptance tests), so that two
/// deliveries never work on a plan at once; shorter than Lambda's first retry delay of one minute.
pub const LEASE_SECONDS: i64 = 45;

/// How far the clocks of the responder and of CloudTrail are taken to be apart, in seconds.
const CLOCK_TOLERANCE_SECONDS: i64 = 5;

/// What the journal keeps of one plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The plan, with the undo of each step.
    pub plan: Plan,
    /// How far it is.
    pub state: EntryState,
    /// Whether a person was reminded that the containment stands longer than foreseen.
    #[serde(default)]
    pub reminded: bool,
    /// The last look at the containment that has come to its end: 0 before the first.
    #[serde(default)]
    pub looks: u8,
    /// The look at which the containment was first found undone by somebody else, until that is reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bypassed_at: Option<u8>,
    /// Whom it waits for, or waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Counts the writes; a write succeeds only on the version that its writer has seen.
    pub version: u64,
    /// Until when the last writer may work undisturbed.
    pub lease_until: Timestamp,
    /// What came of the steps, in their order; empty before the first attempt ended.
    pub steps: Vec<StepOutcome>,
    /// Whether outcome event and metrics were sent.
    pub reported: bool,
}

/// How far a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EntryState {
    /// A person is asked; nothing was changed.
    Awaiting,
    /// A person has said no; nothing was changed.
    Denied,
    /// Nobody has said anything in time; nothing was changed.
    Lapsed,
    /// Its steps are being carried out, or were when the function was stopped.
    Executing,
    /// All steps were tried; `steps` tells what came of them. The containment stands.
    Executed,
    /// Its steps are being taken back, or were when the function was stopped.
    Undoing,
    /// All steps were taken back.
    Undone,
}

impl Entry {
    /// A fresh entry for a plan about to be executed.
    pub(crate) fn new(plan: Plan, now: Timestamp) -> Self {
        let state = EntryState::Executing;
        Self {
            plan,
            state,
            reminded: false,
            looks: 0,
            bypassed_at: None,
            approval: None,
            version: 1,
            lease_until: lease(now),
            steps: Vec::new(),
            reported: false,
        }
    }

    /// The next version of this entry, in `state`.
    pub(crate) fn next(&self, state: EntryState, lease_until: Timestamp) -> Self {
        Self { state, version: self.version.saturating_add(1), lease_until, ..self.clone() }
    }

    /// The next version of this entry, after outcome event and metrics were sent.
    #[must_use]
    pub fn marked_reported(&self) -> Self {
        Self { reported: true, ..self.next(self.state, self.lease_until) }
    }

    /// Returns the plan's action on a control that it holds, or may hold as far as the entry tells.
    #[must_use]
    pub fn held(&self, control: &Control) -> Option<&Action> {
        let mut steps = self.plan.steps.iter().enumerate();
        let (index, step) = steps.find(|(_, step)| step.action.control == *control)?;
        let may_hold = self.steps.get(index).is_none_or(|outcome| outcome.result.may_hold());
        (may_hold && !matches!(step.verdict, Verdict::Refuse(_))).then_some(&step.action)
    }

    /// Returns when something is to be done about the entry even if nobody asks: finish or report what was begun,
    /// end what has expired, or remind of it.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let is_finished = match self.state {
            EntryState::Executed | EntryState::Awaiting | EntryState::Denied | EntryState::Lapsed => {
                self.reported
            }
            EntryState::Executing | EntryState::Undoing | EntryState::Undone => false,
        };
        match (&self.state, &self.plan.expiry) {
            (EntryState::Undone, _) => None,
            _ if !is_finished => Some(self.lease_until),
            (EntryState::Awaiting, _) => self.approval.as_ref().map(|approval| approval.until),
            (EntryState::Denied | EntryState::Lapsed, _) => None,
            (_, Some(expiry)) if !(self.reminded && expiry.then == crate::OnExpiry::Remind) => {
                Some(expiry.at)
            }
            (_, Some(_) | None) => None,
        }
    }

    /// Returns the plan's expiry if it has come.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> Option<Expiry> {
        self.plan.expiry.filter(|expiry| self.stands() && expiry.at <= now)
    }

    /// The next version of this entry, after a person was reminded.
    #[must_use]
    pub fn marked_reminded(&self) -> Self {
        Self { reminded: true, ..self.next(self.state, self.lease_until) }
    }

    /// The next version of this entry, after the look `round` found what `steps` say.
    #[must_use]
    pub(crate) fn looked_at(&self, round: u8, steps: Vec<StepOutcome>, now: Timestamp) -> Self {
        Self { looks: round, bypassed_at: None, steps, ..self.next(self.state, now) }
    }

    /// Returns whether the containment stands: neither undone nor never begun.
    #[must_use]
    pub fn stands(&self) -> bool {
        match self.state {
            EntryState::Executing | EntryState::Executed | EntryState::Undoing => true,
            EntryState::Awaiting | EntryState::Denied | EntryState::Lapsed | EntryState::Undone => false,
        }
    }

    /// Returns whether nothing more will come of the plan.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self.state {
            EntryState::Denied | EntryState::Lapsed | EntryState::Undone => true,
            EntryState::Awaiting | EntryState::Executing | EntryState::Executed | EntryState::Undoing => {
                false
            }
        }
    }

    /// Returns whether this version is the one with which the containment of an approved plan begins.
    #[must_use]
    pub fn begins_after_approval(&self) -> bool {
        self.state == EntryState::Executing && self.approval.is_some() && self.steps.is_empty()
    }

    /// Returns whether the plan was being taken back at that time, as far as clocks agree. The end is in the entry; an
    /// undo takes less than a lease.
    #[must_use]
    pub fn was_taken_back_at(&self, time: Timestamp) -> bool {
        let after = self.lease_until.as_second() - time.as_second();
        self.state == EntryState::Undone && (-CLOCK_TOLERANCE_SECONDS..=LEASE_SECONDS).contains(&after)
    }
}

/// When a lease that is taken `now` ends.
pub(crate) fn lease(now: Timestamp) -> Timestamp {
    now.saturating_add(jiff::SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(now)
}

/// The journal, or its fake. Reads are strongly consistent.
pub trait Journal: Sync {
    /// Stores an entry unless one with its plan's id exists.
    fn create(&self, entry: &Entry) -> impl Future<Output = Result<Created, JournalError>> + Send;

    /// Replaces the entry if its stored version is still `entry.version - 1`.
    fn replace(&self, entry: &Entry) -> impl Future<Output = Result<Replaced, JournalError>> + Send;

    /// Reads an entry.
    fn read(&self, id: &PlanId) -> impl Future<Output = Result<Option<Entry>, JournalError>> + Send;

    /// Lists the entries that stand and have `subject` among their plan's [`Plan::subjects`], the earliest decision
    /// first.
    fn standing(&self, subject: &str) -> impl Future<Output = Result<Vec<Entry>, JournalError>> + Send;

    /// Lists the plans of a class of which something is due ([`Entry::due_at`]), at most a hundred, the longest due
    /// first. May lag by seconds.
    fn due(
        &self,
        class: ActionClass,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<PlanId>, JournalError>> + Send;

    /// Counts a plan in a tally unless `limit` others are in it. One that is in it already counts once.
    fn count(
        &self,
        tally: &Tally,
        plan: &PlanId,
        limit: usize,
    ) -> impl Future<Output = Result<Counted, JournalError>> + Send;

    /// Returns how many plans are in a tally.
    fn counted(&self, tally: &Tally) -> impl Future<Output = Result<usize, JournalError>> + Send;

    /// Lists the entries about `subject`, which is their plan's [`Plan::subject`], that were taken back within the last
    /// day at least.
    fn undone(&self, subject: &str) -> impl Future<Output = Result<Vec<Entry>, JournalError>> + Send;
}

/// What came of [`Journal::create`].
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// The entry is stored.
    New,
    /// There was one already: this one.
    Exists(Box<Entry>),
}

/// What came of [`Journal::replace`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replaced {
    /// The entry is stored.
    Yes,
    /// Somebody else has replaced it in between; nothing was written.
    Outdated,
}

/// Why the journal could not be read or written. Nothing was changed in the account.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A later attempt may succeed.
    #[error("the journal did not answer (`{call}`)")]
    Transient {
        /// The call.
        call: &'static str,
        /// AWS's own words.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// No attempt will succeed: denied, no such table, an entry that this version cannot read.
    #[error("the journal is not usable (`{call}`)")]
    Unusable {
        /// The call.
        call: &'static str,
        /// AWS's own words.
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
}

impl JournalError {
    /// Returns whether a later attempt may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }
}

/// Proof that what is inside stands in the journal together with its undo.
///
/// Only this crate makes one, after the journal has confirmed the write; [`crate::Account::change`] demands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<T>(T); // INVARIANT: made from a confirmed `Entry` only

impl<T> Recorded<T> {
    /// Wraps what a confirmed entry holds.
    pub(crate) fn confirmed(inner: T) -> Self {
        Self(inner)
    }

    /// Returns what is recorded.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.0
    }
}
