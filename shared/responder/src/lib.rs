//! What all responders share: observe, plan, journal, act, read back, report; and take it back. A function adds the
//! account of its class.

mod config;
mod report;
mod reporter;
mod serve;

pub use config::Config;
pub use report::{DETAIL_TYPE_OUTCOME, bus_event, data, function_of};
pub use reporter::Reporter;
pub use serve::serve;

use jiff::Timestamp;
use serde_json::Value;
use trailreflex_lambda::Failure;
use trailreflex_model::Finding;
use trailreflex_response::{
    Account, ActionClass, Entry, ExecuteError, Execution, Facts, Guardrails, Journal, Mode, ObserveError,
    Outcome, Plan, Playbooks, Reason, Request, UndoError, execute, observe, plan, undo,
};

/// A responder, on an account and a journal or on their fakes.
#[derive(Debug)]
pub struct Responder<A, J> {
    /// What it is for.
    pub class: ActionClass,
    /// The account.
    pub account: A,
    /// The journal.
    pub journal: J,
    /// The limits.
    pub guardrails: Guardrails,
    /// How far the responder goes.
    pub mode: Mode,
    /// What may be done about which finding.
    pub playbooks: Playbooks,
}

/// What the caller is told, and what is still to be reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What came of the request.
    pub outcome: Outcome,
    /// The journal's entry that is to be marked as reported.
    pub unreported: Option<Entry>,
}

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

impl From<Execution> for Answer {
    fn from(execution: Execution) -> Self {
        Self { outcome: execution.outcome, unreported: execution.unreported }
    }
}

impl<A: Account, J: Journal> Responder<A, J> {
    /// Does what an invocation asks.
    ///
    /// Safe to repeat: a second delivery finds its plan in the journal and changes nothing.
    ///
    /// # Errors
    /// [`Trouble`] says whether another delivery may mend it, and what is known of the account.
    pub async fn handle(
        &self,
        payload: Value,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<Answer, Trouble> {
        let request = Request::parse(payload, &self.guardrails.account)
            .map_err(|error| Failure::permanent("NotARequest", error))?;
        match request {
            Request::Undo(request) => {
                let undone = undo(&request.undo, &self.account, &self.journal, clock).await;
                Ok(undone.map_err(undo_failed)?.into())
            }
            Request::Respond(finding) => self.respond(&finding, clock).await,
        }
    }

    async fn respond(
        &self,
        finding: &Finding,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<Answer, Trouble> {
        let plan = self.decide(finding, clock()).await?;
        if plan.refused.is_some() || plan.mode == Mode::Plan {
            return Ok(Answer { outcome: Outcome::unchanged(plan), unreported: None });
        }
        match execute(plan, &self.account, &self.journal, clock).await {
            Ok(execution) => Ok(execution.into()),
            Err(error) => Err(execute_failed(error)),
        }
    }

    async fn decide(&self, finding: &Finding, now: Timestamp) -> Result<Plan, Failure> {
        let playbook = self.playbooks.for_rule(&finding.rule.id);
        let playbook = match Plan::preliminary(finding, playbook, &self.guardrails, now) {
            Ok(playbook) => playbook,
            Err(refusing) => return Ok(*refusing),
        };
        let Some(target) = &finding.target else {
            return Ok(Plan::refusing(finding, Some(playbook), Reason::NoTarget, now));
        };
        let known = observe(finding, target, playbook, (&self.account, &self.journal)).await;
        let facts = known.map_err(observe_failed)?;
        let standing = self.is_contained(finding, &facts).await?;
        Ok(plan(finding, playbook, &facts, (&self.guardrails, self.mode), (now, standing)))
    }

    /// Looks into the journal only if the responder's own role made the call.
    async fn is_contained(&self, finding: &Finding, facts: &Facts) -> Result<bool, Failure> {
        let Some(subject) = facts.owner.key().filter(|_| self.guardrails.is_own_call(finding)) else {
            return Ok(false);
        };
        let standing = self.journal.standing(&subject).await;
        let standing = standing.map_err(|error| Failure::of(error.is_transient(), "JournalFailed", error))?;
        Ok(!standing.is_empty())
    }
}

fn observe_failed(error: ObserveError) -> Failure {
    let code = match &error {
        ObserveError::Account(_) => "AccountUnreadable",
        ObserveError::Journal(_) => "JournalFailed",
    };
    Failure::of(error.is_transient(), code, error)
}

fn undo_failed(error: UndoError) -> Failure {
    Failure::of(error.is_transient(), "UndoFailed", error)
}

fn execute_failed(error: ExecuteError) -> Trouble {
    let outcome = match &error {
        ExecuteError::Incomplete { outcome, .. } => Some(outcome.clone()),
        ExecuteError::Busy(_) | ExecuteError::Journal(_) => None,
    };
    Trouble { failure: Failure::of(error.is_transient(), "NotContained", error), outcome }
}
