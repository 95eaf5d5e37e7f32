//! A response rehearsed: a simulated account made from the finding, and the responder's own decision on it.
//!
//! The decision is the responder's, from the same library; only the account is invented. Nothing is read from or
//! written to AWS.

use crate::left_behind::left_behind;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use trailreflex_model::{AccessKeyId, Finding, IamName, IdentityKind, Lifetime, Target};
use trailreflex_response::{
    Contents, Control, Guardrails, IdentityRef, KeyStatus, MemoryJournal, Mode, Plan, Playbook, Reason,
    Setting, SimulatedAccount, SimulatedIdentity, observe, plan,
};

/// A key for a user of whom the event names none.
const INVENTED_KEY: &str = "AKIASIMULATEDKEY0001";
/// A name for the owner of a key if the event does not tell it.
const INVENTED_NAME: &str = "owner-of-the-key";

/// What the responder would decide, and about whom.
#[derive(Debug)]
pub(crate) struct Rehearsal {
    /// Whom the target turned out to be; none if it is no identity.
    pub(crate) identity: Option<IdentityRef>,
    /// Their access keys, and what they are set to.
    pub(crate) keys: Vec<(AccessKeyId, String)>,
    /// The decision.
    pub(crate) plan: Plan,
}

impl Rehearsal {
    /// A decision about nobody.
    pub(crate) fn of(plan: Plan) -> Self {
        Self { identity: None, keys: Vec::new(), plan }
    }

    /// A decision about who is in a simulated account.
    fn simulated(plan: Plan, account: &Contents) -> Self {
        let keys = account.settings.iter().filter_map(|(control, setting)| {
            let Control::AccessKeyStatus { access_key_id, .. } = control else { return None };
            Some((access_key_id.clone(), setting.text()))
        });
        let identity = account.identities.first().map(|identity| identity.reference.clone());
        Self { identity, keys: keys.collect(), plan }
    }
}

/// Decides about `finding` as a stack of mode `act` would at `now`; `record` is what it is about, if that is at hand.
pub(crate) fn rehearse(
    finding: &Finding,
    record: &Value,
    playbook: Option<&Playbook>,
    guardrails: &Guardrails,
    now: Timestamp,
) -> anyhow::Result<Rehearsal> {
    let contents = match &finding.target {
        Some(target) => simulated(finding, target, record)?,
        None => Contents::default(),
    };
    let plan = match Plan::preliminary(finding, playbook, guardrails, now) {
        Err(refusing) => *refusing,
        Ok(playbook) => match &finding.target {
            None => Plan::refusing(finding, Some(playbook), Reason::NoTarget, now),
            Some(target) => {
                let (account, journal) = (SimulatedAccount::with(contents.clone()), MemoryJournal::default());
                let facts = at_once(observe(finding, target, playbook, (&account, &journal, None)))??;
                plan(finding, playbook, &facts, (guardrails, Mode::Act), (now, false))
            }
        },
    };
    Ok(Rehearsal::simulated(plan, &contents))
}

/// An account as the finding lets one expect it, with every key that it names active.
fn simulated(finding: &Finding, target: &Target, record: &Value) -> anyhow::Result<Contents> {
    let mut contents = Contents::default();
    let (kind, name) = match target {
        Target::User { user_name } => (IdentityKind::User, user_name.clone().into()),
        Target::AccessKey { access_key_id } => {
            let is_callers = finding.actor.access_key_id.as_ref() == Some(access_key_id);
            let name = if is_callers { name_of_caller(finding) } else { requested_name(finding) };
            (IdentityKind::User, name.map_or_else(|| INVENTED_NAME.parse(), Ok)?)
        }
        Target::Role { role_name } | Target::Session { role_name, .. } => {
            (IdentityKind::Role, role_name.clone().into())
        }
        Target::Attachment { identity, name, .. } => (*identity, name.clone()),
        Target::Resource(resource) => {
            let left = left_behind(&finding.evidence.event_name, resource, record);
            contents.resources.push(left.resource);
            for (control, setting) in left.settings {
                contents.set(control, setting);
            }
            return Ok(contents);
        }
    };
    let identity = identity(finding, target, kind, &name)?;
    match target {
        Target::AccessKey { .. } | Target::User { .. } => {
            for access_key_id in keys(finding, target, &name)? {
                let control = Control::AccessKeyStatus { identity: identity.clone(), access_key_id };
                contents.set(control, KeyStatus::Active.setting());
            }
        }
        Target::Attachment { policy_arn, .. } => {
            let (identity, policy_arn) = (identity.clone(), policy_arn.clone());
            contents.set(Control::PolicyAttachment { identity, policy_arn }, Setting::Present);
        }
        Target::Role { .. } | Target::Session { .. } | Target::Resource(_) => {}
    }
    contents.identities.push(SimulatedIdentity {
        reference: identity,
        created_at: None,
        is_last_administrator: false,
    });
    Ok(contents)
}

/// Who the target would be, with the ids that the event tells and others where it tells none.
fn identity(
    finding: &Finding,
    target: &Target,
    kind: IdentityKind,
    name: &IamName,
) -> anyhow::Result<IdentityRef> {
    let actor = &finding.actor;
    let is_caller = kind == IdentityKind::User && name_of_caller(finding).as_ref() == Some(name);
    let partition = actor.arn.as_ref().map_or("aws", |arn| arn.partition());
    let made_up_arn =
        || format!("arn:{partition}:iam::{}:{}/{name}", finding.evidence.account, kind.as_str()).parse();
    let callers_arn = actor.arn.clone().filter(|_| is_caller);
    let of_caller = actor.principal_id.as_deref().filter(|_| is_caller);
    let of_session =
        if let Target::Session { session, .. } = target { Some(session.role_id()) } else { None };
    let known_id = of_session.or(of_caller);
    let invented_id = match kind {
        IdentityKind::User => "AIDASIMULATEDUSER001",
        IdentityKind::Role => "AROASIMULATEDROLE001",
        IdentityKind::Group => "AGPASIMULATEDGROUP01",
    };
    Ok(IdentityRef {
        kind,
        name: name.clone(),
        unique_id: known_id.and_then(|id| id.parse().ok()).map_or_else(|| invented_id.parse(), Ok)?,
        arn: callers_arn.map_or_else(made_up_arn, Ok)?,
    })
}

/// The keys of the user: those that the event names, or an invented one.
fn keys(finding: &Finding, target: &Target, name: &IamName) -> anyhow::Result<BTreeSet<AccessKeyId>> {
    let actor = &finding.actor;
    let is_caller = name_of_caller(finding).as_ref() == Some(name);
    let callers = |key: &&AccessKeyId| is_caller && key.lifetime() == Lifetime::LongTerm;
    let mut keys = BTreeSet::new();
    if let Target::AccessKey { access_key_id } = target {
        keys.insert(access_key_id.clone());
    }
    keys.extend(actor.access_key_id.as_ref().filter(callers).cloned());
    if keys.is_empty() {
        keys.insert(INVENTED_KEY.parse()?);
    }
    Ok(keys)
}

fn name_of_caller(finding: &Finding) -> Option<IamName> {
    let path = finding.actor.arn.as_ref()?.resource().strip_prefix("user/")?;
    path.rsplit('/').next()?.parse().ok()
}

/// Whom the call was about, as the matched fields tell.
fn requested_name(finding: &Finding) -> Option<IamName> {
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
