//! What came of a plan: told to the caller, the bus, the metrics and the journal.

use crate::{Action, Entry, EntryState, Invitation, Plan, PlanId, Reason, Token, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// `detail-type` of an outcome on the findings bus.
pub const DETAIL_TYPE_OUTCOME: &str = "Trailreflex Outcome";

/// What came of a finding or of an undo request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// In one word.
    pub status: OutcomeStatus,
    /// The plan, whole.
    pub plan: Plan,
    /// Permissions that carrying the plan out and taking it back needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// What came of each step; empty if nothing was tried.
    pub steps: Vec<StepOutcome>,
    /// Seconds from the call to the moment when the last step was read back in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_to_containment: Option<i64>,
    /// What a person needs to decide, if one is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation: Option<Invitation>,
}

/// An outcome in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OutcomeStatus {
    /// Mode `plan`: nothing was changed, the plan says what would be.
    Planned,
    /// A guardrail refused; nothing was changed.
    Refused,
    /// A person is asked; nothing was changed.
    Awaiting,
    /// A person has said no; nothing was changed.
    Denied,
    /// Nobody has said anything in time; nothing was changed.
    Lapsed,
    /// Every step is in force, read back.
    Contained,
    /// Some steps are in force, others failed: a person must look.
    Partial,
    /// No step is in force: a person must look.
    Failed,
    /// An earlier delivery has dealt with it; this one changed nothing.
    Duplicate,
    /// A containment that stands was undone by somebody else, or new credentials appeared; what can be done again was.
    Bypassed,
    /// A containment stands longer than foreseen: a person decides.
    Overdue,
    /// Every step was taken back, read back.
    Undone,
    /// Some steps could not be taken back: a person must look.
    UndoIncomplete,
}

impl OutcomeStatus {
    /// Returns the word that metrics and reports show.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Refused => "refused",
            Self::Awaiting => "awaiting",
            Self::Denied => "denied",
            Self::Lapsed => "lapsed",
            Self::Contained => "contained",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Duplicate => "duplicate",
            Self::Bypassed => "bypassed",
            Self::Overdue => "overdue",
            Self::Undone => "undone",
            Self::UndoIncomplete => "undoIncomplete",
        }
    }
}

/// What came of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepOutcome {
    /// The step's action.
    pub action: Action,
    /// What came of it.
    pub result: StepResult,
    /// When it was known.
    pub at: Timestamp,
    /// Why it failed, with every cause; absent if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What came of one step, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepResult {
    /// Carried out and read back in force.
    InForce,
    /// It was in force before; nothing was changed.
    AlreadyInForce,
    /// The target no longer exists.
    TargetGone,
    /// Not carried out: no attempt would succeed.
    Failed,
    /// Carried out, but reading back shows it not in force: somebody works against it.
    NotHeld,
    /// It is not known whether it is in force: AWS did not answer.
    Unknown,
    /// Another way to the same end holds; nothing was changed.
    NotNeeded,
    /// Taken back and read back.
    Undone,
    /// Not taken back: another containment that stands needs it, and takes it back when it ends.
    StillHeld,
    /// Not taken back: somebody has changed it since.
    ChangedSince,
}

impl StepResult {
    /// Returns the word that metrics and reports show.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "inForce",
            Self::AlreadyInForce => "alreadyInForce",
            Self::TargetGone => "targetGone",
            Self::Failed => "failed",
            Self::NotHeld => "notHeld",
            Self::Unknown => "unknown",
            Self::NotNeeded => "notNeeded",
            Self::Undone => "undone",
            Self::StillHeld => "stillHeld",
            Self::ChangedSince => "changedSince",
        }
    }

    /// Returns whether the step may have changed its control, or holds it as another containment has set it.
    #[must_use]
    pub fn may_hold(self) -> bool {
        match self {
            Self::InForce | Self::NotHeld | Self::Unknown | Self::AlreadyInForce => true,
            Self::TargetGone
            | Self::Failed
            | Self::NotNeeded
            | Self::Undone
            | Self::StillHeld
            | Self::ChangedSince => false,
        }
    }

    /// Returns whether the target is contained as far as this step goes.
    #[must_use]
    pub fn holds(self) -> bool {
        match self {
            Self::InForce | Self::AlreadyInForce | Self::TargetGone | Self::NotNeeded => true,
            Self::Failed
            | Self::NotHeld
            | Self::Unknown
            | Self::Undone
            | Self::StillHeld
            | Self::ChangedSince => false,
        }
    }
}

impl Outcome {
    /// An outcome that contained nothing just now.
    pub(crate) fn new(status: OutcomeStatus, plan: Plan, steps: Vec<StepOutcome>) -> Self {
        Self {
            status,
            permissions: plan.permissions(),
            plan,
            steps,
            seconds_to_containment: None,
            invitation: None,
        }
    }

    /// The outcome of a plan that changes nothing: refused, or decided in mode `plan`.
    #[must_use]
    pub fn unchanged(plan: Plan) -> Self {
        let status = if plan.refused.is_some() { OutcomeStatus::Refused } else { OutcomeStatus::Planned };
        Self::new(status, plan, Vec::new())
    }

    /// A person is asked about the plan of an entry, with `token`.
    #[must_use]
    pub fn asking(entry: &Entry, token: Token) -> Self {
        let until = entry.approval.as_ref().map(|approval| approval.until);
        let invitation = until.map(|until| Invitation { token, until });
        Self { invitation, ..Self::new(OutcomeStatus::Awaiting, entry.plan.clone(), Vec::new()) }
    }

    /// What is known of an entry's plan, without doing anything about it.
    pub(crate) fn of_entry(entry: &Entry) -> Self {
        let status = match entry.state {
            EntryState::Awaiting => OutcomeStatus::Awaiting,
            EntryState::Denied => OutcomeStatus::Denied,
            EntryState::Lapsed => OutcomeStatus::Lapsed,
            EntryState::Executing | EntryState::Executed | EntryState::Undoing | EntryState::Undone => {
                OutcomeStatus::Duplicate
            }
        };
        Self::new(status, entry.plan.clone(), entry.steps.clone())
    }

    /// A containment stands longer than foreseen.
    #[must_use]
    pub fn overdue(entry: &Entry) -> Self {
        Self::new(OutcomeStatus::Overdue, entry.plan.clone(), entry.steps.clone())
    }

    /// Returns whether a person must look, and no more of the kind should be done without.
    #[must_use]
    pub fn is_trouble(&self) -> bool {
        match self.status {
            OutcomeStatus::Partial | OutcomeStatus::Failed | OutcomeStatus::Bypassed => true,
            OutcomeStatus::Planned
            | OutcomeStatus::Refused
            | OutcomeStatus::Awaiting
            | OutcomeStatus::Denied
            | OutcomeStatus::Lapsed
            | OutcomeStatus::Contained
            | OutcomeStatus::Duplicate
            | OutcomeStatus::Overdue
            | OutcomeStatus::Undone
            | OutcomeStatus::UndoIncomplete => false,
        }
    }

    /// The outcome of a plan whose steps were tried.
    #[must_use]
    pub fn executed(plan: Plan, steps: Vec<StepOutcome>) -> Self {
        let ends = ends(&plan, &steps);
        let held = ends.iter().filter(|held| **held).count();
        let status = if held == ends.len() {
            OutcomeStatus::Contained
        } else if held == 0 {
            OutcomeStatus::Failed
        } else {
            OutcomeStatus::Partial
        };
        let last = steps.iter().filter(|step| step.result == StepResult::InForce).map(|step| step.at).max();
        let seconds = plan.cause.event_time.zip(last).map(|(event, at)| at.as_second() - event.as_second());
        let seconds_to_containment = seconds.filter(|_| status == OutcomeStatus::Contained);
        Self { seconds_to_containment, ..Self::new(status, plan, steps) }
    }

    /// Returns the plan's id.
    #[must_use]
    pub fn plan_id(&self) -> &PlanId {
        &self.plan.id
    }

    /// Returns why nothing was done, if a guardrail refused.
    #[must_use]
    pub fn refused(&self) -> Option<Reason> {
        self.plan.refused
    }
}

/// Whether each end of the plan is reached: steps of which one is the way out of another count as one.
fn ends(plan: &Plan, steps: &[StepOutcome]) -> Vec<bool> {
    let mut ends: Vec<bool> = Vec::new();
    for (index, outcome) in steps.iter().enumerate() {
        let planned = plan.steps.get(index);
        let is_way_out = planned.is_some_and(|step| match step.verdict {
            Verdict::Fallback => true,
            Verdict::Execute | Verdict::AlreadyInForce => false,
            // A way that is closed is no failure of its own beside others to the same end.
            Verdict::Refuse(_) => step.action.kind.has_fallbacks() && index > 0,
        });
        match ends.last_mut().filter(|_| is_way_out) {
            // A way that was not needed adds nothing to what the one before has reached.
            Some(_) if outcome.result == StepResult::NotNeeded => {}
            Some(end) => *end = *end || outcome.result.holds(),
            None => ends.push(outcome.result.holds()),
        }
    }
    ends
}
