//! What is told of what an actor has left behind.

use crate::{GroupKey, Notice};
use jiff::Timestamp;
use std::collections::BTreeMap;
use trailreflex_model::Severity;
use trailreflex_response::LeftBehind;

/// Most kinds of calls that a notice names.
const MOST_CALLS: usize = 7;

/// Returns what is told, and of which group it is: all that is found about one plan is one message.
pub(crate) fn notice(left: &LeftBehind, now: Timestamp) -> (GroupKey, Notice) {
    let key = GroupKey::of(&["left-behind", left.plan.as_str()]);
    let title = format!("Left behind, and not taken back by the containment: {}", left.title);
    // Whoever has left something behind may come back by it.
    let mut notice =
        Notice::new(key.as_str().to_owned(), left.severity.max(Severity::High), &title, now.max(left.since));
    notice.fact("Whom", left.subject.as_deref());
    notice.fact("Account", Some(left.account.as_str()));
    let mut kinds: BTreeMap<&str, (usize, &str, &str)> = BTreeMap::new();
    for call in &left.calls {
        let (count, ..) =
            kinds.entry(&call.call).or_insert((0, call.event_time.as_str(), call.event_id.as_str()));
        *count += 1;
    }
    for (call, (count, first, event)) in kinds.iter().take(MOST_CALLS) {
        let when = if *count == 1 { "at".to_owned() } else { format!("{count} times since") };
        notice.fact("Call", Some(&format!("{call} {when} {first} (event {event})")));
    }
    notice.fact("Calls altogether", Some(&left.total.to_string()));
    notice.fact("Evidence", Some(&left.evidence));
    notice.fact("Plan", Some(left.plan.as_str()));
    (key, notice)
}
