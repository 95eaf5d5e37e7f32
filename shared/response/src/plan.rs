//! Decides what to do about a finding. Pure: the plan leaves whoever executes it no choice.

use crate::{Action, Call, Facts, Guardrails, Mode, Playbook, Reason, UserRef, Verdict};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use trailreflex_model::{Finding, Severity, Target, digest, shown};

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
    /// The user concerned; absent if the plan was refused before one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserRef>,
    /// Why nothing is done at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Reason>,
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

/// The id of a plan: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId(String); // INVARIANT: 32 lower-case hexadecimal digits

impl PlanId {
    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Derives the id: account, record, target and playbook. The rule is left out, so that two rules that
    /// lead one record to the same playbook give one plan.
    fn of(finding: &Finding, playbook: Option<&Playbook>) -> Self {
        let target = finding.target.as_ref().map(ToString::to_string).unwrap_or_default();
        let actions = playbook.map(|playbook| format!("{:?}", playbook.actions)).unwrap_or_default();
        let evidence = &finding.evidence;
        Self(digest(&[evidence.account.as_str(), evidence.event_id.as_str(), &target, &actions]))
    }
}

impl TryFrom<String> for PlanId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 32 && text.bytes().all(hexadecimal) {
            Ok(Self(text))
        } else {
            let text = shown(&text);
            Err(format!("`{text}` is not a plan id: 32 hexadecimal digits, as the outcome shows it"))
        }
    }
}

impl From<PlanId> for String {
    fn from(id: PlanId) -> Self {
        id.0
    }
}

impl std::fmt::Display for PlanId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Plan {
    /// Returns the steps that mode `act` carries out.
    pub fn to_execute(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| step.verdict == Verdict::Execute)
    }

    /// Returns the permissions that carrying out and undoing the plan needs, sorted, each once.
    #[must_use]
    pub fn permissions(&self) -> Vec<String> {
        let undo = |step: &Step| match &step.undo {
            Undo::Calls(calls) => calls.clone(),
            Undo::Nothing => Vec::new(),
        };
        let calls = self.to_execute().flat_map(|step| step.calls.iter().cloned().chain(undo(step)));
        let permissions: std::collections::BTreeSet<_> = calls.map(|call| call.permission).collect();
        permissions.into_iter().collect()
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
        guardrails.judge_finding(finding, now).map_err(refuse)?;
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
            user: None,
            refused: Some(reason),
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
    let user = match guardrails.judge_owner(finding, facts) {
        Ok(user) => user,
        Err(reason) => return refuse(reason),
    };
    let Some(target) = &finding.target else { return refuse(Reason::NoTarget) };
    if standing && guardrails.is_own_call(finding) {
        return refuse(Reason::OwnAction);
    }
    // The set's order is the order of execution: deny before keys.
    let actions = playbook.actions.iter().flat_map(|kind| kind.actions(target, user));
    let step = |action: Action| {
        let in_force = action.is_in_force(user);
        Step {
            verdict: if in_force { Verdict::AlreadyInForce } else { Verdict::Execute },
            calls: action.calls(),
            undo: if in_force { Undo::Nothing } else { Undo::Calls(action.undo_calls()) },
            action,
        }
    };
    Plan {
        id: PlanId::of(finding, Some(playbook)),
        mode: mode.min(playbook.mode),
        decided_at: now,
        cause: Cause::of(finding),
        user: Some(user.reference.clone()),
        refused: None,
        steps: actions.map(step).collect(),
    }
}
