//! Plans that a person is asked about: asked, asked again, approved, denied and lapsed.

use crate::trouble::{execute_failed, journal_failed};
use crate::{Answer, Responder, Trouble};
use jiff::Timestamp;
use trailreflex_lambda::Failure;
use trailreflex_model::Finding;
use trailreflex_response::{
    Accounts, Counted, Created, Decision, DecisionRefusal, Entry, EntryState, Execution, Hold, Journal, Mode,
    Next, OnSilence, Outcome, Plan, PlanId, Tally, Token, execute_approved, store,
};

impl<A: Accounts, J: Journal> Responder<A, J> {
    /// Asks a person about a plan. A second delivery of its finding asks again only if the first was stopped before it
    /// could tell anybody.
    pub(crate) async fn ask(&self, finding: &Finding, plan: Plan, now: Timestamp) -> Result<Answer, Trouble> {
        // Whoever makes a thousand calls is not to fill a thousand mails.
        let tally = Tally::asks(self.class, now);
        let counted = self.journal.count(&tally, &plan.id, self.limits.plans_per_hour).await;
        if counted.map_err(journal_failed)? == Counted::Full {
            return Ok(Outcome::unchanged(plan.held_back(Hold::Budget)).into());
        }
        let token = self.fresh_token()?;
        let Some(playbook) = self.playbooks.for_rule(&finding.rule.id) else {
            return Ok(Outcome::unchanged(plan).into());
        };
        let entry = Entry::awaiting(plan, finding, playbook, &token, now);
        match self.journal.create(&entry).await.map_err(journal_failed)? {
            Created::New => Ok(asking(&entry, token)),
            Created::Exists(existing) if existing.state == EntryState::Awaiting && !existing.reported => {
                self.ask_again(&existing, existing.plan.clone(), now).await
            }
            Created::Exists(existing) => Ok(repeated(&existing)),
        }
    }

    /// Asks a person about a plan with a new token: the one before was told to nobody, or was for less.
    pub(crate) async fn ask_again(
        &self,
        entry: &Entry,
        plan: Plan,
        now: Timestamp,
    ) -> Result<Answer, Trouble> {
        let token = self.fresh_token()?;
        let entry = store(entry.asked_again(plan, &token, now), &self.journal).await;
        Ok(asking(&entry.map_err(execute_failed)?, token))
    }

    /// Does what a person has decided.
    pub(crate) async fn decided<F: Future<Output = ()>>(
        &self,
        decision: &Decision,
        clock: &(dyn Fn() -> Timestamp + Sync),
        ask_for_looks: impl FnOnce(PlanId) -> F,
    ) -> Result<Answer, Trouble> {
        let entry = self.journal.read(&decision.plan).await.map_err(journal_failed)?;
        let refused = |refusal| Failure::permanent("NotDecided", refusal);
        let entry = entry.ok_or_else(|| refused(DecisionRefusal::NotAsked(decision.plan.clone())))?;
        match entry.judge(decision, clock()).map_err(refused)? {
            Next::Repeated => Ok(repeated(&entry)),
            Next::Deny => self.close(&entry, EntryState::Denied, clock()).await,
            Next::CarryOut => self.carry_out(&entry, clock, ask_for_looks).await,
        }
    }

    /// Does what a playbook says about a plan that nobody has decided about in time. As long as the responder is held
    /// back, it waits.
    pub(crate) async fn silence<F: Future<Output = ()>>(
        &self,
        entry: &Entry,
        is_armed: bool,
        clock: &(dyn Fn() -> Timestamp + Sync),
        ask_for_looks: impl FnOnce(PlanId) -> F,
    ) -> Result<Option<Answer>, Trouble> {
        match entry.approval.as_ref().map(|approval| approval.on_silence) {
            Some(OnSilence::Act) if !is_armed => Ok(None),
            Some(OnSilence::Act) => {
                let answer = self.carry_out(entry, clock, ask_for_looks).await?;
                // What could not be carried out now will not be later either.
                if answer.unreported.is_some() { Ok(Some(answer)) } else { self.lapse(entry, clock()).await }
            }
            Some(OnSilence::Nothing) | None => self.lapse(entry, clock()).await,
        }
    }

    async fn lapse(&self, entry: &Entry, now: Timestamp) -> Result<Option<Answer>, Trouble> {
        self.close(entry, EntryState::Lapsed, now).await.map(Some)
    }

    async fn close(&self, entry: &Entry, state: EntryState, now: Timestamp) -> Result<Answer, Trouble> {
        let closed = store(entry.closed(state, now), &self.journal).await.map_err(execute_failed)?;
        Ok(told(&closed))
    }

    /// Decides anew and carries that out, if it is no more than what a person was asked about.
    async fn carry_out<F: Future<Output = ()>>(
        &self,
        entry: &Entry,
        clock: &(dyn Fn() -> Timestamp + Sync),
        ask_for_looks: impl FnOnce(PlanId) -> F,
    ) -> Result<Answer, Trouble> {
        let Some(approval) = &entry.approval else {
            return Ok(repeated(entry));
        };
        // The call was young enough when the person was asked.
        let plan = self.decide(&approval.finding, entry.plan.decided_at, clock()).await?;
        if plan.refused.is_some() || plan.mode < Mode::Approve {
            return Ok(Outcome::unchanged(plan).into());
        }
        if !entry.covers(&plan) {
            return self.ask_again(entry, Plan { id: entry.plan.id.clone(), ..plan }, clock()).await;
        }
        if let Some(held) = self.held(&plan, clock()).await? {
            return Ok(held.into());
        }
        let account = self.open(plan.account.as_ref()).await?.account;
        ask_for_looks(entry.plan.id.clone()).await;
        let executed: Result<Execution, _> =
            execute_approved(entry, plan, &*account, &self.journal, clock).await;
        self.settled(executed.map_err(execute_failed)?.into(), clock()).await
    }

    fn fresh_token(&self) -> Result<Token, Failure> {
        (self.token)().map_err(|error| Failure::retryable("NoRandomness", error))
    }
}

/// Reports an entry that is over.
pub(crate) fn told(entry: &Entry) -> Answer {
    Answer { outcome: entry.decided(), unreported: Some(entry.marked_reported()) }
}

fn asking(entry: &Entry, token: Token) -> Answer {
    Answer { outcome: Outcome::asking(entry, token), unreported: Some(entry.marked_reported()) }
}

fn repeated(entry: &Entry) -> Answer {
    entry.repeated().into()
}
