//! What was heard of the rehearsed leak among all that passes the bus, and what a stack's mode leads one to expect.

use serde_json::Value;
use trailreflex_model::{Finding, Target};
use trailreflex_notify::{Message, read};
use trailreflex_response::{Mode, Outcome, OutcomeStatus};

/// The rule that is to find the leak.
const RULE: &str = "access_key_quarantined_by_aws";

/// The finding and the outcomes about one user.
#[derive(Debug)]
pub(super) struct Heard<'u> {
    user: &'u str,
    finding: Option<Box<Finding>>,
    outcomes: Vec<Outcome>,
}

impl<'u> Heard<'u> {
    pub(super) fn about(user: &'u str) -> Self {
        Self { user, finding: None, outcomes: Vec::new() }
    }

    /// Takes an event of the bus; what is about somebody else is left out.
    pub(super) fn take(&mut self, event: &Value) {
        match read(&event.to_string()) {
            Ok(Message::Finding(finding)) => {
                let is_own = matches!(&finding.target, Some(Target::User { user_name }) if user_name.as_str() == self.user);
                if is_own && finding.rule.name.as_deref() == Some(RULE) {
                    self.finding = Some(finding);
                }
            }
            Ok(Message::Outcome(outcome)) => {
                let of = outcome.plan.identity.as_ref();
                if of.is_some_and(|identity| identity.name.as_str() == self.user) {
                    self.outcomes.push(*outcome);
                }
            }
            Ok(Message::LeftBehind(_) | Message::Review(_) | Message::Alarm(_)) | Err(_) => {}
        }
    }

    /// The finding of the leak.
    pub(super) fn finding(&self) -> Option<&Finding> {
        self.finding.as_deref()
    }

    /// What came of that finding; what came of others, such as of the key that was made, is left out.
    pub(super) fn outcome(&self) -> Option<&Outcome> {
        let finding = self.finding()?.id.as_str();
        let of_it =
            |one: &&Outcome| one.plan.cause.finding == finding && one.status != OutcomeStatus::Duplicate;
        self.outcomes.iter().find(of_it)
    }
}

/// What is to come of the leak; nothing if the stack only observes.
pub(super) fn expected(mode: Mode, is_armed: bool) -> Option<OutcomeStatus> {
    match (mode, is_armed) {
        (Mode::Observe, _) => None,
        (Mode::Plan, _) | (Mode::Approve | Mode::Act, false) => Some(OutcomeStatus::Planned),
        (Mode::Approve, true) => Some(OutcomeStatus::Awaiting),
        (Mode::Act, true) => Some(OutcomeStatus::Contained),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_come_of_a_leak_follows_from_mode_and_switch() {
        for (mode, when_armed, otherwise) in [
            (Mode::Observe, None, None),
            (Mode::Plan, Some(OutcomeStatus::Planned), Some(OutcomeStatus::Planned)),
            (Mode::Approve, Some(OutcomeStatus::Awaiting), Some(OutcomeStatus::Planned)),
            (Mode::Act, Some(OutcomeStatus::Contained), Some(OutcomeStatus::Planned)),
        ] {
            assert_eq!((expected(mode, true), expected(mode, false)), (when_armed, otherwise), "{mode:?}");
        }
    }
}
