//! A response rehearsed: a simulated account made from the finding, and the responder's own decision on it.
//!
//! The decision is the responder's, from the same library; only the account is invented. Nothing is read from or
//! written to AWS.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use trailreflex_model::{AccessKeyId, Finding, Lifetime, Target, UserName};
use trailreflex_response::{
    Account, Guardrails, KeyStatus, Mode, Plan, Playbooks, Reason, SimulatedAccount, SimulatedUser, UserRef,
    plan,
};

/// A key for a user of whom the event names none.
const INVENTED_KEY: &str = "AKIASIMULATEDKEY0001";
/// An id for a user of whom the event tells none.
const INVENTED_ID: &str = "AIDASIMULATEDUSER001";
/// A name for the owner of a key if the event does not tell it.
const INVENTED_NAME: &str = "owner-of-the-key";

/// What the responder would decide, and about whom.
#[derive(Debug)]
pub(crate) struct Rehearsal {
    /// The user that was made up from the finding; none if the finding names no target.
    pub(crate) user: Option<SimulatedUser>,
    /// The decision.
    pub(crate) plan: Plan,
}

/// Decides about `finding` as a stack of mode `act` would at `now`.
pub(crate) fn rehearse(
    finding: &Finding,
    playbooks: &Playbooks,
    guardrails: &Guardrails,
    now: Timestamp,
) -> anyhow::Result<Rehearsal> {
    let user = finding.target.as_ref().map(|target| simulated_user(finding, target)).transpose()?;
    let playbook = playbooks.for_rule(&finding.rule.id);
    let plan = match Plan::preliminary(finding, playbook, guardrails, now) {
        Err(refusing) => *refusing,
        Ok(playbook) => match &finding.target {
            None => Plan::refusing(finding, Some(playbook), Reason::NoTarget, now),
            Some(target) => {
                let account = SimulatedAccount::with_users(user.clone());
                let facts = at_once(account.observe(target))??;
                plan(finding, playbook, &facts, (guardrails, Mode::Act), (now, false))
            }
        },
    };
    Ok(Rehearsal { user, plan })
}

/// A user as the finding lets one expect, with every key that it names active.
fn simulated_user(finding: &Finding, target: &Target) -> anyhow::Result<SimulatedUser> {
    let actor = &finding.actor;
    let name_of_caller = || -> Option<UserName> {
        let path = actor.arn.as_ref()?.resource().strip_prefix("user/")?;
        path.rsplit('/').next()?.parse().ok()
    };
    let (name, named_key) = match target {
        Target::User { user_name } => (user_name.clone(), None),
        Target::AccessKey { access_key_id } => {
            let is_callers = actor.access_key_id.as_ref() == Some(access_key_id);
            let name = if is_callers { name_of_caller() } else { requested_name(finding) };
            (name.map_or_else(|| INVENTED_NAME.parse(), Ok)?, Some(access_key_id.clone()))
        }
    };
    let is_caller = name_of_caller().as_ref() == Some(&name);
    let callers = |key: &&AccessKeyId| is_caller && key.lifetime() == Lifetime::LongTerm;
    let mut keys: BTreeSet<AccessKeyId> = named_key.into_iter().collect();
    keys.extend(actor.access_key_id.as_ref().filter(callers).cloned());
    if keys.is_empty() {
        keys.insert(INVENTED_KEY.parse()?);
    }
    let partition = actor.arn.as_ref().map_or("aws", |arn| arn.partition());
    let made_up_arn = || format!("arn:{partition}:iam::{}:user/{name}", finding.evidence.account).parse();
    let callers_id = actor.principal_id.as_ref().filter(|_| is_caller);
    let unique_id = callers_id.and_then(|id| id.parse().ok()).map_or_else(|| INVENTED_ID.parse(), Ok)?;
    let callers_arn = actor.arn.clone().filter(|_| is_caller);
    Ok(SimulatedUser {
        reference: UserRef { arn: callers_arn.map_or_else(made_up_arn, Ok)?, name, unique_id },
        created_at: None,
        keys: keys.into_iter().map(|key| (key, KeyStatus::Active)).collect::<BTreeMap<_, _>>(),
        attached_policies: BTreeSet::new(),
    })
}

/// Whom the call was about, as the matched fields tell.
fn requested_name(finding: &Finding) -> Option<UserName> {
    let mut matched = finding.evidence.matched.iter();
    matched.find(|matched| matched.field == "requestParameters.userName")?.value.parse().ok()
}

/// The result of work in memory, which never has to wait.
fn at_once<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Ok(result),
        Poll::Pending => anyhow::bail!("the simulated account did not answer"),
    }
}
