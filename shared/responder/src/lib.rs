//! What all responders share: observe, plan, journal, act, read back, report; and take it back. A function adds the
//! account of its class.

mod approval;
mod config;
mod report;
mod reporter;
mod serve;
mod trouble;

pub use config::Config;
pub use report::{bus_event, data, function_of};
pub use reporter::Reporter;
pub use serve::serve;
pub use trouble::Trouble;

use trouble::{execute_failed, journal_failed, limits_failed, look_failed, observe_failed, undo_failed};

use jiff::Timestamp;
use serde_json::Value;
use std::io;
use trailreflex_lambda::Failure;
use trailreflex_model::{AccountId, Finding, cause_chain};
use trailreflex_response::{
    Accounts, ActionClass, Entry, EntryState, Execution, Facts, Guardrails, Journal, Limits, LimitsError,
    Look, Mode, ObserveError, OnExpiry, Opened, Outcome, Plan, PlanId, Playbooks, Reason, Request, Seen,
    Switch, SwitchState, Tally, Token, execute, held_back, look, observe, plan, resume, subject_in, undo,
};

/// A responder, on accounts and a journal or on their fakes.
#[derive(Debug)]
pub struct Responder<A, J> {
    /// What it is for.
    pub class: ActionClass,
    /// The account, or several.
    pub accounts: A,
    /// The journal.
    pub journal: J,
    /// The limits of what it may touch.
    pub guardrails: Guardrails,
    /// The limits of how much it may do.
    pub limits: Limits,
    /// The kill switch.
    pub switch: Box<dyn Switch>,
    /// How far the responder goes.
    pub mode: Mode,
    /// What may be done about which finding.
    pub playbooks: Playbooks,
    /// Makes a token that nobody can guess.
    pub token: fn() -> io::Result<Token>,
}

/// What came of one plan, and what is still to be done about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What came of the request.
    pub outcome: Outcome,
    /// The journal's entry that is to be replaced once the outcome is reported.
    pub unreported: Option<Entry>,
}

impl From<Execution> for Answer {
    fn from(execution: Execution) -> Self {
        let unreported = execution.unreported.map(|entry| entry.marked_reported());
        Self { outcome: execution.outcome, unreported }
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, unreported: None }
    }
}

impl<A: Accounts, J: Journal> Responder<A, J> {
    /// Does what an invocation asks. Answers are to be reported in their order.
    ///
    /// `ask_for_looks` is called for a plan that is about to be carried out.
    ///
    /// # Errors
    /// [`Trouble`] says whether another delivery may mend it, and what is known of the account.
    pub async fn handle<F: Future<Output = ()>>(
        &self,
        payload: Value,
        clock: &(dyn Fn() -> Timestamp + Sync),
        ask_for_looks: impl Fn(PlanId) -> F,
    ) -> Result<Vec<Answer>, Trouble> {
        let request = Request::parse(payload, &self.guardrails.account)
            .map_err(|error| Failure::permanent("NotARequest", error))?;
        match request {
            Request::Respond(finding) => Ok(vec![self.respond(&finding, clock, ask_for_looks).await?]),
            Request::Undo(request) => Ok(vec![self.undo(&request.undo, clock).await?]),
            Request::Decide(decision) => Ok(vec![self.decided(&decision, clock, ask_for_looks).await?]),
            Request::Sweep => self.sweep(clock, ask_for_looks).await,
            Request::Look(looks) => {
                let mut answers = Vec::new();
                for look in &looks {
                    answers.extend(self.look(look, clock).await?);
                }
                Ok(answers)
            }
        }
    }

    /// Responds to a finding. `ask_for_looks` is called after the decision and before anything is changed.
    ///
    /// Safe to repeat: a second delivery finds its plan in the journal and changes nothing.
    async fn respond<F: Future<Output = ()>>(
        &self,
        finding: &Finding,
        clock: &(dyn Fn() -> Timestamp + Sync),
        ask_for_looks: impl FnOnce(PlanId) -> F,
    ) -> Result<Answer, Trouble> {
        let now = clock();
        let plan = self.decide(finding, now, now).await?;
        if plan.refused.is_some() {
            return Ok(Outcome::unchanged(plan).into());
        }
        match plan.mode {
            Mode::Observe | Mode::Plan => return Ok(Outcome::unchanged(plan).into()),
            Mode::Approve => return self.ask(finding, plan, clock()).await,
            Mode::Act => {}
        }
        if let Some(held) = self.held(&plan, clock()).await? {
            return Ok(held.into());
        }
        let account = self.open(plan.account.as_ref()).await?.account;
        ask_for_looks(plan.id.clone()).await;
        match execute(plan, &*account, &self.journal, clock).await {
            Ok(execution) => self.settled(execution.into(), clock()).await,
            Err(error) => Err(execute_failed(error)),
        }
    }

    /// Takes a plan back.
    async fn undo(&self, plan: &PlanId, clock: &(dyn Fn() -> Timestamp + Sync)) -> Result<Answer, Trouble> {
        let undone = undo(plan, &self.accounts, &self.journal, clock).await;
        Ok(undone.map_err(undo_failed)?.into())
    }

    /// Looks again at a containment. What does not hold is done again only if the kill switch is armed.
    async fn look(
        &self,
        asked: &Look,
        clock: &(dyn Fn() -> Timestamp + Sync),
    ) -> Result<Vec<Answer>, Trouble> {
        match self.switch.read().await {
            SwitchState::Armed => {}
            SwitchState::Off(why) => {
                tracing::warn!(plan = asked.look.as_str(), why, "no look is taken");
                return Ok(Vec::new());
            }
            SwitchState::Unknown(why) => return Err(limits_failed(LimitsError::Switch(why)).into()),
        }
        let seen = look(asked, &self.accounts, &self.journal, clock).await.map_err(look_failed)?;
        let Seen::Bypassed(bypassed) = seen else { return Ok(Vec::new()) };
        let told = Answer { outcome: bypassed.outcome, unreported: Some(bypassed.looked) };
        let mut answers = vec![self.settled(told, clock()).await?];
        answers.extend(bypassed.follow_up.map(Answer::from));
        Ok(answers)
    }

    /// Finishes what was begun, reports what was not reported, ends what has expired and reminds of what a person must
    /// end. What fails is left to the next sweep, after the others were tried.
    async fn sweep<F: Future<Output = ()>>(
        &self,
        clock: &(dyn Fn() -> Timestamp + Sync),
        ask_for_looks: impl Fn(PlanId) -> F,
    ) -> Result<Vec<Answer>, Trouble> {
        let due = self.journal.due(self.class, clock()).await.map_err(journal_failed)?;
        let is_armed = match self.switch.read().await {
            SwitchState::Armed => true,
            SwitchState::Off(why) | SwitchState::Unknown(why) => {
                tracing::warn!(why, "only what is undone or reported is swept");
                false
            }
        };
        let mut answers = Vec::new();
        for plan in due {
            match self.sweep_one(&plan, is_armed, clock, &ask_for_looks).await {
                Ok(swept) => answers.extend(swept),
                Err(trouble) => {
                    let reason = trouble.failure.explain();
                    tracing::warn!(plan = plan.as_str(), reason, "left to the next sweep");
                }
            }
        }
        Ok(answers)
    }

    async fn sweep_one<F: Future<Output = ()>>(
        &self,
        plan: &PlanId,
        is_armed: bool,
        clock: &(dyn Fn() -> Timestamp + Sync),
        ask_for_looks: impl Fn(PlanId) -> F,
    ) -> Result<Option<Answer>, Trouble> {
        let entry = self.journal.read(plan).await.map_err(journal_failed)?;
        let Some(entry) = entry.filter(|entry| entry.due_at().is_some_and(|due| due <= clock())) else {
            return Ok(None);
        };
        match entry.state {
            EntryState::Undoing => return self.undo(plan, clock).await.map(Some),
            EntryState::Executing if !is_armed => return Ok(None),
            EntryState::Awaiting if !entry.reported => {
                return self.ask_again(&entry, entry.plan.clone(), clock()).await.map(Some);
            }
            EntryState::Awaiting => return self.silence(&entry, is_armed, clock, ask_for_looks).await,
            EntryState::Denied | EntryState::Lapsed => return Ok(Some(approval::told(&entry))),
            EntryState::Executing | EntryState::Executed | EntryState::Undone => {}
        }
        if let Some(done) =
            resume(&entry, &self.accounts, &self.journal, clock).await.map_err(execute_failed)?
        {
            return self.settled(done.into(), clock()).await.map(Some);
        }
        match entry.expired(clock()) {
            Some(expiry) if expiry.then == OnExpiry::Release => self.undo(plan, clock).await.map(Some),
            Some(_) if !entry.reminded => {
                let unreported = Some(entry.marked_reminded());
                Ok(Some(Answer { outcome: Outcome::overdue(&entry), unreported }))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Counts a plan that did not hold, so that the breaker opens if there are too many.
    async fn settled(&self, answer: Answer, now: Timestamp) -> Result<Answer, Trouble> {
        if answer.outcome.is_trouble() {
            let tally = Tally::troubles(self.class, now);
            let counted = self.journal.count(&tally, answer.outcome.plan_id(), usize::MAX).await;
            // What was done must be told all the same.
            if let Err(error) = counted {
                tracing::warn!(reason = cause_chain(&error), "a plan that did not hold was not counted");
            }
        }
        Ok(answer)
    }

    /// Returns what there is to tell of a plan that the kill switch, the budget or the breaker holds back.
    async fn held(&self, plan: &Plan, now: Timestamp) -> Result<Option<Outcome>, Failure> {
        let (journal, switch) = (&self.journal, self.switch.as_ref());
        let held = held_back(&plan.id, (self.class, self.limits), (journal, switch), now).await;
        Ok(held.map_err(limits_failed)?.map(|(hold, why)| {
            tracing::warn!(plan = plan.id.as_str(), hold = hold.as_str(), why, "the plan is not carried out");
            Outcome::unchanged(plan.clone().held_back(hold))
        }))
    }

    /// Decides about a finding, whose age is judged as of `known`.
    async fn decide(&self, finding: &Finding, known: Timestamp, now: Timestamp) -> Result<Plan, Failure> {
        let member = self.guardrails.of_member(&finding.evidence.account, Vec::new());
        let plan = self.decide_in(finding, member.as_ref(), known, now).await?;
        Ok(Plan { account: member.map(|limits| limits.account), ..plan })
    }

    /// Decides about a finding in the member account that has these limits, or in the responder's own.
    async fn decide_in(
        &self,
        finding: &Finding,
        member: Option<&Guardrails>,
        known: Timestamp,
        now: Timestamp,
    ) -> Result<Plan, Failure> {
        let playbook = self.playbooks.for_rule(&finding.rule.id);
        let playbook = match Plan::preliminary(finding, playbook, member.unwrap_or(&self.guardrails), known) {
            Ok(playbook) => playbook,
            Err(refusing) => return Ok(*refusing),
        };
        if self.mode == Mode::Observe {
            return Ok(Plan::refusing(finding, Some(playbook), Reason::OnlyObserved, now));
        }
        let Some(target) = &finding.target else {
            return Ok(Plan::refusing(finding, Some(playbook), Reason::NoTarget, now));
        };
        let member = member.map(|limits| &limits.account);
        let Opened { account, own_roles } = self.open(member).await?;
        let limits = member.and_then(|member| self.guardrails.of_member(member, own_roles));
        let limits = limits.as_ref().unwrap_or(&self.guardrails);
        let known = observe(finding, target, playbook, (&*account, &self.journal, member)).await;
        let facts = known.map_err(observe_failed)?;
        let standing = self.is_own_doing(finding, &facts, (limits, member)).await?;
        Ok(plan(finding, playbook, &facts, (limits, self.mode), (now, standing)))
    }

    /// Opens a member account, or the responder's own.
    pub(crate) async fn open(&self, member: Option<&AccountId>) -> Result<Opened<'_, A::Account>, Failure> {
        self.accounts.open(member).await.map_err(|error| observe_failed(ObserveError::Account(error)))
    }

    /// Looks into the journal only if the responder's own role made the call.
    ///
    /// An undo is such a call too: without this, taking a plan back would be answered by the same plan.
    async fn is_own_doing(
        &self,
        finding: &Finding,
        facts: &Facts,
        (limits, member): (&Guardrails, Option<&AccountId>),
    ) -> Result<bool, Failure> {
        let Some(subject) = facts.owner.key().filter(|_| limits.is_own_call(finding)) else {
            return Ok(false);
        };
        let subject = subject_in(member, subject);
        if !self.journal.standing(&subject).await.map_err(journal_failed)?.is_empty() {
            return Ok(true);
        }
        let undone = self.journal.undone(&subject).await.map_err(journal_failed)?;
        let at = finding.evidence.event_time;
        Ok(at.is_some_and(|at| undone.iter().any(|entry| entry.was_taken_back_at(at))))
    }
}
