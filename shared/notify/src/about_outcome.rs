//! What is told of an outcome.

use crate::text::shell_word;
use crate::{GroupKey, Notice};
use jiff::Timestamp;
use std::collections::BTreeMap;
use trailreflex_model::Severity;
use trailreflex_response::{ActionClass, Outcome, OutcomeStatus};

/// Names of the functions that respond, by class, to be shown in commands.
pub type Responders = BTreeMap<ActionClass, String>;

/// Returns what is told of an outcome, and of which group it is: those of one plan and one status. Of a duplicate nothing
/// is told: whoever dealt with it has told.
pub(crate) fn notice(
    outcome: &Outcome,
    responders: &Responders,
    now: Timestamp,
) -> Option<(GroupKey, Notice)> {
    let (severity, says) = says(outcome.status, outcome.plan.cause.severity)?;
    let plan = &outcome.plan;
    let key = GroupKey::of(&["outcome", plan.id.as_str(), outcome.status.as_str()]);
    let title = format!("{says}: {}", plan.cause.title);
    let mut notice = Notice::new(key.as_str().to_owned(), severity, &title, plan.decided_at.min(now));
    let identity = plan.identity.as_ref().map(|identity| identity.arn.to_string());
    notice.fact("Whom", identity.or_else(|| plan.subject.clone()).as_deref());
    notice.fact("Refused", plan.refused.map(|reason| format!("{reason:?}")).as_deref());
    notice.fact("Held back", plan.held.map(|hold| hold.as_str().to_owned()).as_deref());
    if outcome.steps.is_empty() {
        for step in &plan.steps {
            notice.fact("Step", Some(step.action.name()));
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
    if let (true, Some(function)) = (can_be_undone(outcome.status), responders.get(&plan.class)) {
        notice.command(
            "Take it back",
            &format!(
                "aws lambda invoke --function-name {} --cli-binary-format raw-in-base64-out --payload '{{\"undo\":\"{}\"}}' \
                 /dev/stdout",
                shell_word(function),
                plan.id
            ),
        );
    }
    Some((key, notice))
}

/// How bad an outcome is and what it is called; nothing of what need not be told.
fn says(status: OutcomeStatus, cause: Severity) -> Option<(Severity, &'static str)> {
    Some(match status {
        OutcomeStatus::Planned => (cause, "Planned, not carried out"),
        OutcomeStatus::Refused => (cause, "Not answered, a guardrail refuses"),
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
        | OutcomeStatus::Failed
        | OutcomeStatus::Undone
        | OutcomeStatus::Duplicate => false,
    }
}
