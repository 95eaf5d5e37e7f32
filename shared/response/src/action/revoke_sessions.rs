//! Denies everything to all sessions of a role that were issued before now, as the console's "Revoke sessions" does.
//!
//! The cut-off is the moment of the decision, not of the call: sessions that the intruder has opened in between are
//! revoked too. Hazards: every user of the role is stopped until the next assumption, workloads that cache
//! credentials longer than others; whoever may assume the role can do so again.

use super::{Circumstances, Proposal};
use crate::{Control, IdentityFacts, Reason, Setting};
use jiff::{Timestamp, Unit};
use serde_json::{Value, json};
use trailreflex_model::IdentityKind;

/// Name of the inline policy. The console's own is `AWSRevokeOlderSessions`, which is left alone.
const INLINE_NAME: &str = "TrailreflexRevokeOlderSessions";

pub(super) fn controls(facts: &IdentityFacts) -> Vec<Control> {
    match (facts.reference.kind, INLINE_NAME.parse()) {
        (IdentityKind::Role, Ok(policy_name)) => {
            vec![Control::InlinePolicy { identity: facts.reference.clone(), policy_name }]
        }
        _ => Vec::new(),
    }
}

pub(super) fn propose(current: &Setting, circumstances: &Circumstances<'_>) -> Proposal {
    // Rounded up: a session that was issued within this second is older than the decision.
    let now = circumstances.now;
    let whole = now.round(Unit::Second).unwrap_or(now);
    let cut_off = if whole < now { whole + jiff::SignedDuration::from_secs(1) } else { whole };
    match cut_off_in(current) {
        // The session that made the call was issued before the call, so it is revoked already.
        Some(standing) if standing > circumstances.event_time => Proposal::InForce,
        Some(_) => Proposal::Set(document(cut_off)),
        None if current.is_absent() => Proposal::Set(document(cut_off)),
        None => Proposal::Refuse(Reason::NameTaken),
    }
}

/// Returns whether `current` revokes whatever `wanted` does.
pub(super) fn includes(current: &Setting, wanted: &Setting) -> bool {
    match (cut_off_in(current), cut_off_in(wanted)) {
        (Some(current), Some(wanted)) => current >= wanted,
        (Some(_) | None, None) | (None, Some(_)) => false,
    }
}

fn document(cut_off: Timestamp) -> Setting {
    let condition = json!({"DateLessThan": {"aws:TokenIssueTime": cut_off.to_string()}});
    Setting::Document(json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}],
    }))
}

/// Reads the cut-off of a document that this action has written; of another one, none.
fn cut_off_in(setting: &Setting) -> Option<Timestamp> {
    let Setting::Document(document) = setting else { return None };
    let path = "/Statement/0/Condition/DateLessThan/aws:TokenIssueTime";
    let cut_off = document.pointer(path).and_then(Value::as_str)?.parse().ok()?;
    (*setting == self::document(cut_off)).then_some(cut_off)
}
