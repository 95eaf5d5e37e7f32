//! Decides what to do about a finding. Pure: the plan leaves whoever executes it no choice.

use crate::action::{Circumstances, Proposal};
use crate::{
    Action, ActionClass, ActionKind, Call, Change, Control, Expiry, Facts, Guardrails, Hold, IdentityRef,
    Mode, Owner, PlanId, Playbook, Reading, Reason, Setting, Verdict,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use trailreflex_model::{AccountId, Finding, Severity, Target};

/// Everything that is decided about one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The same for the same record, target and actions, however often and in whatever order they arrive.
    pub id: PlanId,
    /// How far the plan may go: the lower of the responder's mode and the playbook's.
    pub mode: Mode,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What it answers to.
    pub cause: Cause,
    /// The key of what is concerned; absent if the plan was refused before it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The identity concerned, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityRef>,
    /// Why nothing is done at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Reason>,
    /// What holds the plan back although its mode was `act`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Hold>,
    /// When the containment ends or is reminded of; absent if it stands until a person ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
    /// The member account that it concerns; absent for the responder's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The class of its actions.
    pub class: ActionClass,
    /// What is to be done, in this order.
    pub steps: Vec<Step>,
}

/// What a plan keeps of its finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// The finding.
    pub finding: String,
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The record.
    pub event_id: String,
    /// When the call was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_time: Option<Timestamp>,
    /// Whom the finding named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// One action with its verdict and its undo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What.
    pub action: Action,
    /// What the control was set to when the plan was made.
    pub current: Setting,
    /// Whether.
    pub verdict: Verdict,
    /// The exact calls.
    pub calls: Vec<Call>,
    /// How it is taken back.
    pub undo: Undo,
}

/// How a step is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "calls")]
pub enum Undo {
    /// By these calls.
    Calls(Vec<Call>),
    /// Not at all: the step changes nothing, what was before stays.
    Nothing,
}

impl Plan {
    /// Returns the keys under which the journal finds the plan: of what it concerns, and of each control that it may
    /// change.
    #[must_use]
    pub fn subjects(&self) -> BTreeSet<String> {
        let held = self.steps.iter().filter(|step| !matches!(step.verdict, Verdict::Refuse(_)));
        let keys = held.map(|step| subject_in(self.account.as_ref(), step.action.control.key()));
        keys.chain(self.whole_subject()).collect()
    }

    /// Returns the key of what the plan concerns, that of a member account with the account before it.
    #[must_use]
    pub fn whole_subject(&self) -> Option<String> {
        self.subject.clone().map(|key| subject_in(self.account.as_ref(), key))
    }

    /// Returns the steps that mode `act` carries out, those included that are only ways out if another one fails.
    pub fn to_execute(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| matches!(step.verdict, Verdict::Execute | Verdict::Fallback))
    }

    /// Returns the permissions that carrying out and undoing the plan needs, sorted, each once.
    #[must_use]
    pub fn permissions(&self) -> Vec<String> {
        let undo = |step: &Step| match &step.undo {
            Undo::Calls(calls) => calls.clone(),
            Undo::Nothing => Vec::new(),
        };
        let calls = self.to_execute().flat_map(|step| step.calls.iter().cloned().chain(undo(step)));
        let permissions: BTreeSet<_> = calls.map(|call| call.permission).collect();
        permissions.into_iter().collect()
    }

    /// Returns the permissions that reading for the plan's actions needs, sorted, each once.
    #[must_use]
    pub fn reading_permissions(&self) -> Vec<&'static str> {
        let kinds = self.steps.iter().map(|step| step.action.kind);
        let permissions: BTreeSet<_> = kinds.flat_map(ActionKind::reading_permissions).copied().collect();
        permissions.into_iter().collect()
    }

    /// The same plan, not to be carried out because of `hold`.
    #[must_use]
    pub fn held_back(self, hold: Hold) -> Self {
        Self { mode: Mode::Plan, held: Some(hold), ..self }
    }

    /// A plan that adds steps to this one, after look `round`: new credentials of the same user.
    pub(crate) fn follow_up(&self, round: u8, steps: Vec<Step>, now: Timestamp) -> Self {
        Self { id: self.id.follow_up(round), decided_at: now, steps, ..self.clone() }
    }

    /// Refuses before the account is read, if the finding alone forbids to act.
    ///
    /// # Errors
    /// The plan that says why nothing is done.
    pub fn preliminary<'p>(
        finding: &Finding,
        playbook: Option<&'p Playbook>,
        guardrails: &Guardrails,
        now: Timestamp,
    ) -> Result<&'p Playbook, Box<Self>> {
        let refuse = |reason| Box::new(Self::refusing(finding, playbook, reason, now));
        let playbook = playbook.ok_or_else(|| refuse(Reason::NoPlaybook))?;
        if playbook.mode == Mode::Observe {
            return Err(refuse(Reason::OnlyObserved));
        }
        guardrails.judge_finding(finding, now).map_err(refuse)?;
        guardrails.judge_playbook(finding, playbook).map_err(refuse)?;
        Ok(playbook)
    }

    /// A plan that does nothing and says why.
    #[must_use]
    pub fn refusing(finding: &Finding, playbook: Option<&Playbook>, reason: Reason, now: Timestamp) -> Self {
        Self {
            id: PlanId::of(finding, playbook),
            mode: Mode::Plan,
            decided_at: now,
            cause: Cause::of(finding),
            subject: None,
            identity: None,
            refused: Some(reason),
            held: None,
            expiry: None,
            account: None,
            class: class_of(playbook),
            steps: Vec::new(),
        }
    }
}

impl Cause {
    fn of(finding: &Finding) -> Self {
        Self {
            finding: finding.id.as_str().to_owned(),
            rule: finding.rule.id.clone(),
            title: finding.rule.title.clone(),
            severity: finding.severity,
            event_id: finding.evidence.event_id.to_string(),
            event_time: finding.evidence.event_time,
            target: finding.target.clone(),
        }
    }
}

/// Decides what to do about `finding`, of which `facts` were read.
///
/// `standing` tells whether the journal holds a containment of the same user that was not undone.
#[must_use]
pub fn plan(
    finding: &Finding,
    playbook: &Playbook,
    facts: &Facts,
    (guardrails, mode): (&Guardrails, Mode),
    (now, standing): (Timestamp, bool),
) -> Plan {
    let refuse = |reason| Plan::refusing(finding, Some(playbook), reason, now);
    let owner = match guardrails.judge_owner(finding, facts) {
        Ok(owner) => owner,
        Err(reason) => return refuse(reason),
    };
    let (Some(target), Some(event_time)) = (&finding.target, finding.evidence.event_time) else {
        return refuse(Reason::NoTarget);
    };
    if standing && guardrails.is_own_call(finding) {
        return refuse(Reason::OwnAction);
    }
    let declared = &guardrails.declared;
    let circumstances =
        Circumstances { event_time, now, target, account: guardrails.account.as_str(), declared };
    // The set's order is the order of execution: deny before keys.
    let steps: Vec<_> =
        playbook.actions.iter().flat_map(|kind| steps(*kind, owner, facts, &circumstances)).collect();
    if steps.is_empty() {
        return refuse(Reason::NothingApplies);
    }
    let refusals = steps.iter().map(|step| match step.verdict {
        Verdict::Refuse(reason) => Some(reason),
        Verdict::Execute | Verdict::Fallback | Verdict::AlreadyInForce => None,
    });
    let refused = refusals.collect::<Option<Vec<_>>>().and_then(|reasons| reasons.first().copied());
    Plan {
        id: PlanId::of(finding, Some(playbook)),
        mode: mode.min(playbook.mode),
        decided_at: now,
        cause: Cause::of(finding),
        subject: owner.key(),
        identity: match owner {
            Owner::Identity(facts) => Some(facts.reference.clone()),
            Owner::Resource(_) | Owner::Root | Owner::Nobody => None,
        },
        refused,
        held: None,
        expiry: playbook.expiry(now),
        account: None,
        class: class_of(Some(playbook)),
        steps,
    }
}

/// Returns under which subject the journal finds what has `key` in the member account, or in the responder's own: names are
/// unique within an account only.
#[must_use]
pub fn subject_in(member: Option<&AccountId>, key: String) -> String {
    match member {
        Some(member) => format!("{member}/{key}"),
        None => key,
    }
}

/// The class of a playbook's actions; of none at all, the first.
fn class_of(playbook: Option<&Playbook>) -> ActionClass {
    let kinds = playbook.into_iter().flat_map(|playbook| &playbook.actions);
    kinds.map(|kind| kind.class()).next().unwrap_or(ActionClass::ContainIdentity)
}

/// The controls that a plan about `target` has to know.
#[must_use]
pub(crate) fn controls(playbook: &Playbook, finding: &Finding, owner: &Owner) -> BTreeSet<Control> {
    let Some(target) = &finding.target else { return BTreeSet::new() };
    playbook.actions.iter().flat_map(|kind| kind.controls(target, owner)).collect()
}

fn steps(kind: ActionKind, owner: &Owner, facts: &Facts, circumstances: &Circumstances<'_>) -> Vec<Step> {
    let controls = kind.controls(circumstances.target, owner);
    let mut steps: Vec<_> =
        controls.into_iter().map(|control| step(kind, control, facts, circumstances)).collect();
    if kind.has_fallbacks() {
        if let Some(holds) = steps.iter().find(|step| step.verdict == Verdict::AlreadyInForce) {
            return vec![holds.clone()];
        }
        let executed = steps.iter_mut().filter(|step| step.verdict == Verdict::Execute);
        for later in executed.skip(1) {
            later.verdict = Verdict::Fallback;
        }
    }
    steps
}

pub(crate) fn step(
    kind: ActionKind,
    control: Control,
    facts: &Facts,
    circumstances: &Circumstances<'_>,
) -> Step {
    let reading = facts.readings.get(&control);
    let current = match reading {
        Some(Reading::Is(current)) => current.clone(),
        Some(Reading::Gone) | None => Setting::Absent,
    };
    // What another containment has changed is not what undo must bring back.
    let before = facts.held.get(&control).unwrap_or(&current).clone();
    // Of a list, an action is about its own words, those included that another containment has taken out already.
    let is_list = matches!(before, Setting::Words(_));
    let starting = if is_list { before.clone() } else { current.clone() };
    let proposal = match reading {
        Some(Reading::Is(_)) => kind.propose(&control, &starting, circumstances),
        Some(Reading::Gone) => Proposal::Refuse(Reason::TargetGone),
        None => Proposal::Refuse(Reason::NotRead),
    };
    let (verdict, after) = match proposal {
        Proposal::Set(wanted) => (Verdict::Execute, wanted),
        Proposal::InForce => (Verdict::AlreadyInForce, starting),
        Proposal::Refuse(reason) => (Verdict::Refuse(reason), starting),
    };
    let action = Action { kind, control, before, after };
    let is_done = is_list && verdict == Verdict::Execute && action.is_in_force(&current);
    let verdict = if is_done { Verdict::AlreadyInForce } else { verdict };
    let to = action.applied(&current);
    let calls = match verdict {
        Verdict::Execute | Verdict::Fallback => {
            Change { control: &action.control, from: &current, to: &to }.calls()
        }
        Verdict::AlreadyInForce | Verdict::Refuse(_) => Vec::new(),
    };
    let nothing = action.before == action.after || matches!(verdict, Verdict::Refuse(_));
    let undo = if nothing { Undo::Nothing } else { Undo::Calls(action.undo_change().calls()) };
    Step { action, current, verdict, calls, undo }
}
