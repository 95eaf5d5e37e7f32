//! What is told of an outcome.

use crate::{GroupKey, Link, Notice};
use jiff::Timestamp;
use std::collections::BTreeMap;
use trailreflex_model::{AccountId, Severity, shell_word};
use trailreflex_response::{ActionClass, Invitation, Outcome, OutcomeStatus, Reason, Verdict};

/// What commands and links about plans name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Responders {
    /// Names of the functions that respond, by class.
    pub functions: BTreeMap<ActionClass, String>,
    /// The page on which a person decides about a plan, without its query; absent if there is none.
    pub approve_url: Option<String>,
}

/// Returns what is told of an outcome, and of which group it is. Of a duplicate nothing is told: whoever dealt with it has
/// told.
pub(crate) fn notice(
    outcome: &Outcome,
    responders: &Responders,
    now: Timestamp,
) -> Option<(GroupKey, Notice)> {
    let (severity, says) = says(outcome.status, outcome.plan.cause.severity)?;
    let plan = &outcome.plan;
    // The finding itself is told.
    if plan.refused == Some(Reason::OnlyObserved) {
        return None;
    }
    let key = key(outcome);
    let title = format!("{says}: {}", plan.cause.title);
    let mut notice = Notice::new(key.as_str().to_owned(), severity, &title, plan.decided_at.min(now));
    let identity = plan.identity.as_ref().map(|identity| identity.arn.to_string());
    notice.fact("Whom", identity.or_else(|| plan.subject.clone()).as_deref());
    notice.fact("Account", plan.account.as_ref().map(AccountId::as_str));
    notice.fact("Refused", plan.refused.map(|reason| format!("{reason:?}")).as_deref());
    notice.fact("Held back", plan.held.map(|hold| hold.as_str().to_owned()).as_deref());
    if outcome.steps.is_empty() {
        for step in plan.to_execute() {
            let name = step.action.name();
            let is_other_way = step.verdict == Verdict::Fallback;
            let step =
                if is_other_way { format!("{name}, in another way if that fails") } else { name.to_owned() };
            notice.fact("Step", Some(&step));
        }
    }
    for step in &outcome.steps {
        let result = format!("{}: {}", step.action.name(), step.result.as_str());
        let result = match &step.problem {
            Some(problem) => format!("{result}, {problem}"),
            None => result,
        };
        notice.fact("Step", Some(&result));
    }
    notice.fact("Seconds to containment", outcome.seconds_to_containment.map(|it| it.to_string()).as_deref());
    notice.fact("Cause", Some(&format!("event {}", plan.cause.event_id)));
    notice.fact("Plan", Some(plan.id.as_str()));
    let function = responders.functions.get(&plan.class);
    if let (true, Some(function)) = (can_be_undone(outcome.status), function) {
        notice.command("Take it back", &invoke(function, &format!("{{\"undo\":\"{}\"}}", plan.id)));
    }
    if let Some(asked) = &outcome.invitation {
        notice.is_confidential = true;
        notice.fact("Decide by", Some(&asked.until.to_string()));
        ask(&mut notice, outcome, asked, responders);
    }
    Some((key, notice))
}

/// Shows how a person decides: on the page, or by the function itself.
fn ask(notice: &mut Notice, outcome: &Outcome, asked: &Invitation, responders: &Responders) {
    let (plan, token) = (&outcome.plan.id, asked.token.as_str());
    if let Some(url) = &responders.approve_url {
        notice.link = Some(Link {
            text: "Look and decide".to_owned(),
            url: format!("{url}?plan={plan}&token={token}"),
        });
    }
    let Some(function) = responders.functions.get(&outcome.plan.class) else { return };
    for (label, word) in [("Approve", "approve"), ("Deny", "deny")] {
        let request = format!("{{\"{word}\":\"{plan}\",\"token\":\"{token}\"}}");
        notice.command(label, &invoke(function, &request));
    }
}

fn invoke(function: &str, request: &str) -> String {
    format!(
        "aws lambda invoke --function-name {} --cli-binary-format raw-in-base64-out --payload '{request}' /dev/stdout",
        shell_word(function)
    )
}

/// Outcomes of one plan and one status are one message. So are those by which nothing was done about one target for one rule,
/// whatever plans they are: somebody may make a thousand calls.
fn key(outcome: &Outcome) -> GroupKey {
    let plan = &outcome.plan;
    let status = outcome.status.as_str();
    match outcome.status {
        OutcomeStatus::Planned | OutcomeStatus::Refused => {
            let reason = plan.refused.map(|reason| format!("{reason:?}"));
            let why = reason.or_else(|| plan.held.map(|hold| hold.as_str().to_owned())).unwrap_or_default();
            let target = plan.cause.target.as_ref().map(ToString::to_string).unwrap_or_default();
            GroupKey::of(&["outcome", &plan.cause.rule, &target, status, &why])
        }
        // Who is asked again is told again: the token is another one.
        OutcomeStatus::Awaiting => {
            let token = outcome.invitation.as_ref().map(|asked| asked.token.as_str()).unwrap_or_default();
            GroupKey::of(&["outcome", plan.id.as_str(), status, token])
        }
        OutcomeStatus::Denied
        | OutcomeStatus::Lapsed
        | OutcomeStatus::Contained
        | OutcomeStatus::Partial
        | OutcomeStatus::Failed
        | OutcomeStatus::Duplicate
        | OutcomeStatus::Bypassed
        | OutcomeStatus::Overdue
        | OutcomeStatus::Undone
        | OutcomeStatus::UndoIncomplete => GroupKey::of(&["outcome", plan.id.as_str(), status]),
    }
}

/// How bad an outcome is and what it is called; nothing of what need not be told.
fn says(status: OutcomeStatus, cause: Severity) -> Option<(Severity, &'static str)> {
    Some(match status {
        OutcomeStatus::Planned => (cause, "Planned, not carried out"),
        OutcomeStatus::Refused => (cause, "Not answered, a guardrail refuses"),
        OutcomeStatus::Awaiting => (cause.max(Severity::High), "Approve or deny"),
        OutcomeStatus::Denied => (Severity::Medium, "Denied by a person, not carried out"),
        OutcomeStatus::Lapsed => (cause.max(Severity::High), "Nobody decided in time, not carried out"),
        OutcomeStatus::Contained => (cause.max(Severity::High), "Contained"),
        OutcomeStatus::Partial => (Severity::Critical, "Contained in part, look now"),
        OutcomeStatus::Failed => (Severity::Critical, "Not contained, look now"),
        OutcomeStatus::Bypassed => (Severity::Critical, "Containment bypassed, look now"),
        OutcomeStatus::Overdue => (Severity::Medium, "Contained for longer than foreseen, decide"),
        OutcomeStatus::Undone => (Severity::Medium, "Taken back"),
        OutcomeStatus::UndoIncomplete => (Severity::High, "Taken back in part, look"),
        OutcomeStatus::Duplicate => return None,
    })
}

fn can_be_undone(status: OutcomeStatus) -> bool {
    match status {
        OutcomeStatus::Contained
        | OutcomeStatus::Partial
        | OutcomeStatus::Bypassed
        | OutcomeStatus::Overdue
        | OutcomeStatus::UndoIncomplete => true,
        OutcomeStatus::Planned
        | OutcomeStatus::Refused
        | OutcomeStatus::Awaiting
        | OutcomeStatus::Denied
        | OutcomeStatus::Lapsed
        | OutcomeStatus::Failed
        | OutcomeStatus::Undone
        | OutcomeStatus::Duplicate => false,
    }
}
