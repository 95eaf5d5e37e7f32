//! Plans that wait for a person: what is kept of one until it is approved, denied or too late.
//!
//! Whoever is told of the plan is given a token that is good for this one decision; the journal keeps only its digest, so
//! whoever can read the journal cannot approve. What is carried out is decided anew at that moment, from the account as
//! it is then, and only if it is within what was approved.

use crate::{Entry, EntryState, ExecuteError, Journal, Outcome, Plan, PlanId, Playbook, Replaced, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_model::{Finding, digest};

/// How long a plan waits for a person if its playbook does not say, in minutes.
const DEFAULT_MINUTES: u32 = 60;

/// What happens if nobody decides in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnSilence {
    /// Nothing, and a person is told that nothing was done.
    #[default]
    Nothing,
    /// The plan is carried out as if it had been approved.
    Act,
}

/// What shows that somebody was told of a plan: 64 hexadecimal digits. Good for one decision.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token(String); // INVARIANT: 64 lower-case hexadecimal digits

/// What an entry keeps of a plan that waits for a person, or did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// What the plan answers to, so that it can be decided anew.
    pub finding: Finding,
    /// Digest of the token.
    pub token_digest: String,
    /// Until when a person may decide.
    pub until: Timestamp,
    /// What happens then.
    pub on_silence: OnSilence,
}

/// What a person needs to decide: told once, kept nowhere by the responder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The token.
    pub token: Token,
    /// Until when.
    pub until: Timestamp,
}

/// A person's decision about a plan: `{"approve": "<plan id>", "token": "<token>"}`, or `deny`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The plan.
    pub plan: PlanId,
    /// What shows that the person was told of it.
    pub token: Token,
    /// Whether it is to be carried out.
    pub is_approved: bool,
}

/// Why a decision does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionRefusal {
    /// No such plan, or one that nobody was asked about, or a token that is not its own: which, is not told.
    #[error("no plan `{0}` waits for a decision with this token; a newer message may hold a newer one")]
    NotAsked(PlanId),
    /// It came too late.
    #[error("plan `{0}` was to be decided by {1}")]
    TooLate(PlanId, Timestamp),
    /// Somebody has denied it before.
    #[error("plan `{0}` was denied; it answers to one call only, so nothing is left to approve")]
    Denied(PlanId),
    /// It was carried out, so it cannot be denied any more.
    #[error("plan `{0}` was approved before; take it back instead: {{\"undo\": \"{0}\"}}")]
    Approved(PlanId),
}

/// What a decision leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The plan is decided anew and carried out.
    CarryOut,
    /// The plan is denied.
    Deny,
    /// The same decision was made before.
    Repeated,
}

impl Decision {
    /// Returns what a responder is asked with.
    #[must_use]
    pub fn request(&self) -> Value {
        let word = if self.is_approved { "approve" } else { "deny" };
        json!({word: self.plan, "token": self.token})
    }
}

impl Token {
    /// Makes a token of 32 bytes that nobody can guess.
    #[must_use]
    pub fn of(random: [u8; 32]) -> Self {
        Self(random.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Returns the token as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the journal keeps.
    fn digest(&self, plan: &PlanId) -> String {
        digest(&["approval", plan.as_str(), &self.0])
    }
}

impl std::fmt::Debug for Token {
    /// A token is a secret until it is used.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(…)")
    }
}

impl TryFrom<String> for Token {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_one = text.len() == 64 && text.bytes().all(hexadecimal);
        if is_one { Ok(Self(text)) } else { Err("a token is 64 hexadecimal digits, as the message shows it") }
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}

impl Approval {
    /// What is kept of a plan that a person is asked about `now`.
    fn new(finding: &Finding, playbook: &Playbook, plan: &PlanId, token: &Token, now: Timestamp) -> Self {
        let minutes = i64::from(playbook.approve_within_minutes.unwrap_or(DEFAULT_MINUTES));
        Self {
            finding: finding.clone(),
            token_digest: token.digest(plan),
            until: until(now, minutes),
            on_silence: playbook.on_silence,
        }
    }
}

/// The time that many minutes from now, to the second: people read it.
fn until(now: Timestamp, minutes: i64) -> Timestamp {
    let second = now.as_second().saturating_add(minutes.saturating_mul(60));
    Timestamp::from_second(second).unwrap_or(now)
}

impl Entry {
    /// An entry for a plan that waits for a person.
    #[must_use]
    pub fn awaiting(
        plan: Plan,
        finding: &Finding,
        playbook: &Playbook,
        token: &Token,
        now: Timestamp,
    ) -> Self {
        let approval = Approval::new(finding, playbook, &plan.id, token, now);
        Self { state: EntryState::Awaiting, approval: Some(approval), ..Self::new(plan, now) }
    }

    /// The next version of an entry that waits, with another plan or token. The time that is left stays.
    #[must_use]
    pub fn asked_again(&self, plan: Plan, token: &Token, now: Timestamp) -> Self {
        let token_digest = token.digest(&plan.id);
        let approval = self.approval.clone().map(|approval| Approval { token_digest, ..approval });
        let lease_until = crate::journal::lease(now);
        Self { plan, approval, reported: false, ..self.next(EntryState::Awaiting, lease_until) }
    }

    /// The next version of an entry that nobody will approve any more.
    #[must_use]
    pub fn closed(&self, state: EntryState, now: Timestamp) -> Self {
        Self { reported: false, ..self.next(state, now) }
    }

    /// Judges a decision about the entry.
    ///
    /// # Errors
    /// [`DecisionRefusal`].
    pub fn judge(&self, decision: &Decision, now: Timestamp) -> Result<Next, DecisionRefusal> {
        let id = || self.plan.id.clone();
        let asked = self.approval.as_ref();
        let approval = asked.filter(|asked| asked.token_digest == decision.token.digest(&self.plan.id));
        let approval = approval.ok_or_else(|| DecisionRefusal::NotAsked(id()))?;
        match (self.state, decision.is_approved) {
            (EntryState::Awaiting, _) if approval.until <= now => {
                Err(DecisionRefusal::TooLate(id(), approval.until))
            }
            (EntryState::Awaiting, true) => Ok(Next::CarryOut),
            (EntryState::Awaiting, false) => Ok(Next::Deny),
            (EntryState::Lapsed, _) => Err(DecisionRefusal::TooLate(id(), approval.until)),
            (EntryState::Denied, true) => Err(DecisionRefusal::Denied(id())),
            (EntryState::Denied, false) => Ok(Next::Repeated),
            (
                EntryState::Executing | EntryState::Executed | EntryState::Undoing | EntryState::Undone,
                is_approved,
            ) => {
                if is_approved {
                    Ok(Next::Repeated)
                } else {
                    Err(DecisionRefusal::Approved(id()))
                }
            }
        }
    }

    /// Returns whether a plan that was decided anew does nothing beyond what a person was asked about.
    #[must_use]
    pub fn covers(&self, anew: &Plan) -> bool {
        let asked = changes(&self.plan);
        changes(anew).is_subset(&asked)
    }

    /// Returns what there is to tell of an entry that nobody will approve any more.
    #[must_use]
    pub fn decided(&self) -> Outcome {
        Outcome::of_entry(self)
    }

    /// Returns what there is to tell whoever asks for what was done or asked before.
    #[must_use]
    pub fn repeated(&self) -> Outcome {
        Outcome::new(crate::OutcomeStatus::Duplicate, self.plan.clone(), self.steps.clone())
    }
}

/// What a plan would do: the kinds of its actions and the controls that they change.
fn changes(plan: &Plan) -> BTreeSet<(&'static str, String)> {
    let steps = plan.steps.iter().filter(|step| !matches!(step.verdict, Verdict::Refuse(_)));
    steps.map(|step| (step.action.name(), step.action.control.key())).collect()
}

/// Replaces an entry.
///
/// # Errors
/// [`ExecuteError::Busy`] if somebody else has decided in between; [`ExecuteError::Journal`].
pub async fn store<J: Journal>(entry: Entry, journal: &J) -> Result<Entry, ExecuteError> {
    match journal.replace(&entry).await? {
        Replaced::Yes => Ok(entry),
        Replaced::Outdated => Err(ExecuteError::Busy(entry.plan.id.to_string())),
    }
}
