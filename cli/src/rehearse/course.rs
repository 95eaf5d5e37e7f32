//! The stages of a rehearsal, one after another, and how each is looked at.

use super::heard::Heard;
use super::told::{Stage, Teller};
use crate::Ended;
use crate::interrupt::{self, Interrupted};
use crate::terminal::Terminal;
use anyhow::Context;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use trailreflex_aws::{BusTap, CallFailed, KeyAnswer, Operator, ThrowawayUser, UserState};
use trailreflex_response::{ActionClass, Outcome, OutcomeStatus, StepResult};

/// How long IAM may take until a new key is accepted everywhere, or one that was switched off is not any more.
const SPREADING: Duration = Duration::from_secs(60);

/// Why it did not go as it should.
#[derive(Debug)]
struct Wrong(String);

/// A rehearsal that goes on.
pub(super) struct Rehearsal<'r> {
    pub(super) tap: &'r BusTap,
    pub(super) user: &'r ThrowawayUser,
    pub(super) operator: &'r Operator,
    pub(super) stack: &'r str,
    pub(super) heard: Heard<'r>,
    pub(super) teller: Teller,
    pub(super) wait: Duration,
}

impl Rehearsal<'_> {
    /// Goes through it, and tells what went wrong if something did.
    pub(super) async fn go(
        &mut self,
        expected: Option<OutcomeStatus>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Ended> {
        match self.stages(expected, terminal).await {
            Ok(Ok(())) => Ok(Ended::Well),
            Ok(Err(Wrong(what))) => {
                self.teller.tell(Stage::Wrong, &what, terminal)?;
                Ok(Ended::WithRejections)
            }
            Err(error) if error.is::<Interrupted>() => Ok(Ended::Interrupted),
            Err(error) => Err(error),
        }
    }

    async fn stages(
        &mut self,
        expected: Option<OutcomeStatus>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Result<(), Wrong>> {
        let key = self.user.key_id();
        if !self.key_comes_to(&KeyAnswer::Works).await? {
            return wrong("the new key is not accepted");
        }
        self.teller.tell(
            Stage::Made,
            &format!("{} with key {key}, which works", self.user.arn()),
            terminal,
        )?;
        let policy = self.user.leak().await?;
        self.teller.begin();
        self.teller.tell(
            Stage::Leaked,
            &format!("{policy} attached, as AWS does with a key it finds in public"),
            terminal,
        )?;
        let found = self.until(|heard| {
            heard.finding().map(|found| format!("{} ({})", found.rule.title, found.severity.as_str()))
        });
        let Some(found) = found.await? else {
            let Self { wait, stack, .. } = self;
            return wrong(&format!(
                "nothing was found within {} s; `trailreflex doctor --stack {stack}` says which link is broken",
                wait.as_secs()
            ));
        };
        self.teller.tell(Stage::Detected, &found, terminal)?;
        let Some(expected) = expected else {
            return self.unchanged(policy, terminal).await;
        };
        let Some(outcome) = self.until(|heard| heard.outcome().cloned()).await? else {
            return wrong(&format!(
                "it was not answered within {} s; what failed waits in the queues that `trailreflex doctor --stack {}` names",
                self.wait.as_secs(),
                self.stack
            ));
        };
        self.teller.tell(Stage::Answered, &in_words(&outcome), terminal)?;
        let may_hold = outcome.steps.iter().any(|step| step.result.may_hold());
        let held = if outcome.status == OutcomeStatus::Contained {
            self.contained(terminal).await?
        } else if may_hold {
            Ok(())
        } else {
            self.unchanged(policy, terminal).await?
        };
        // Whatever was found: a plan that stands for a user who is gone would be looked after in vain.
        let undone = if may_hold { self.undo(&outcome, policy, terminal).await? } else { Ok(()) };
        let is_expected = match outcome.status == expected {
            true => Ok(()),
            false => Err(Wrong(format!("it was {}, and not {}", outcome.status.as_str(), expected.as_str()))),
        };
        Ok(is_expected.and(held).and(undone))
    }

    /// Looks whether nothing but the leak itself was done to the user.
    async fn unchanged(
        &mut self,
        policy: &str,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Result<(), Wrong>> {
        let state = self.user.state().await?;
        if state != only(policy) {
            return wrong(&format!("the user was changed: {}", of(&state)));
        }
        self.teller.tell(
            Stage::Verified,
            "nothing was done to the user: the key is active, and nothing else is attached",
            terminal,
        )?;
        Ok(Ok(()))
    }

    /// Looks, past the stack's own word, whether the key is good for nothing.
    async fn contained(&mut self, terminal: &mut Terminal) -> anyhow::Result<Result<(), Wrong>> {
        let state = self.user.state().await?;
        let is_refused = self.key_is_refused().await?;
        match (state.is_key_active, is_refused) {
            (false, Some(code)) => {
                let what = format!("{}; a call with the key is refused: {code}", of(&state));
                self.teller.tell(Stage::Verified, &what, terminal)?;
                Ok(Ok(()))
            }
            (true, _) => wrong(&format!("the stack calls it contained, but {}", of(&state))),
            (false, None) => wrong("the key is inactive, and calls with it are answered all the same"),
        }
    }

    async fn undo(
        &mut self,
        outcome: &Outcome,
        policy: &str,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Result<(), Wrong>> {
        let asked = json!({"undo": outcome.plan.id});
        let answer = self.operator.ask(ActionClass::ContainIdentity, &asked).await?;
        let status = answer.get("status").and_then(Value::as_str).unwrap_or("not answered");
        if status != OutcomeStatus::Undone.as_str() {
            return wrong(&format!(
                "taking it back: {status}; `trailreflex undo {}` tells more",
                outcome.plan.id
            ));
        }
        let state = self.user.state().await?;
        if state != only(policy) {
            return wrong(&format!("it was taken back, but {}", of(&state)));
        }
        self.teller.tell(Stage::Undone, &of(&state), terminal)?;
        Ok(Ok(()))
    }

    /// Removes the user, whatever has happened.
    pub(super) async fn remove(&self, terminal: &mut Terminal) -> anyhow::Result<()> {
        let mut removed = self.user.remove().await;
        // The stack may just be doing something to it.
        for _ in 0..2 {
            if removed.is_err() {
                _ = self.tap.next().await; // two seconds
                removed = self.user.remove().await;
            }
        }
        removed.with_context(|| {
            format!("the user {} is left; `trailreflex rehearse --remove` removes it", self.user.name())
        })?;
        self.teller.tell(Stage::Removed, &format!("{} and its key are gone", self.user.name()), terminal)
    }

    /// Listens until something was heard; none if it was not in time.
    async fn until<T>(&mut self, look: impl Fn(&Heard<'_>) -> Option<T>) -> anyhow::Result<Option<T>> {
        let started = Instant::now();
        loop {
            if let Some(found) = look(&self.heard) {
                return Ok(Some(found));
            }
            if started.elapsed() > self.wait {
                return Ok(None);
            }
            self.listen().await?;
        }
    }

    async fn listen(&mut self) -> anyhow::Result<()> {
        interrupt::check()?;
        match self.tap.next().await {
            Ok(events) => events.iter().for_each(|event| self.heard.take(event)),
            Err(CallFailed { is_transient: true, .. }) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(interrupt::check()?)
    }

    async fn key_comes_to(&mut self, wanted: &KeyAnswer) -> anyhow::Result<bool> {
        let started = Instant::now();
        while self.user.call_with_key().await? != *wanted {
            if started.elapsed() > SPREADING {
                return Ok(false);
            }
            self.listen().await?;
        }
        Ok(true)
    }

    async fn key_is_refused(&mut self) -> anyhow::Result<Option<String>> {
        let started = Instant::now();
        while started.elapsed() <= SPREADING {
            if let KeyAnswer::Refused(code) = self.user.call_with_key().await? {
                return Ok(Some(code));
            }
            self.listen().await?;
        }
        Ok(None)
    }
}

fn wrong<T>(what: &str) -> anyhow::Result<Result<T, Wrong>> {
    Ok(Err(Wrong(what.to_owned())))
}

/// The user as the leak alone leaves it.
fn only(policy: &str) -> UserState {
    UserState { is_key_active: true, attached: [policy.to_owned()].into(), inline: [].into(), boundary: None }
}

fn of(state: &UserState) -> String {
    let UserState { is_key_active, attached, inline, boundary } = state;
    let key = if *is_key_active { "the key is active" } else { "the key is inactive" };
    let policies: Vec<&str> = attached.iter().chain(inline).chain(boundary).map(String::as_str).collect();
    format!("{key}; policies: {}", policies.join(", "))
}

fn in_words(outcome: &Outcome) -> String {
    let Outcome { status, plan, steps, .. } = outcome;
    let done = steps.iter().filter(|step| step.result == StepResult::InForce);
    let done: Vec<_> = done.map(|step| step.action.name()).collect();
    let done = if done.is_empty() { String::new() } else { format!(": {}", done.join(", ")) };
    let why = plan.refused.map(|reason| reason.to_string()).or(plan.held.map(|hold| hold.to_string()));
    let why = why.map(|why| format!(", because {why}")).unwrap_or_default();
    format!("{}{done}{why}; plan {}", status.as_str(), plan.id)
}
