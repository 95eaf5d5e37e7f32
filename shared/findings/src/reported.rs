//! What the reports of all services have in common once they are findings.

use crate::source_rule::SourceRule;
use trailreflex_model::cloudtrail::Envelope;
use trailreflex_model::{
    AccessKeyId, Actor, EventId, Evidence, Finding, FindingId, Lifetime, Report, Severity, Target,
};

/// The kind of a caller of whom a report tells nothing; a responder refuses it.
const NOBODY_NAMED: &str = "Unknown";
/// The kind of caller whose long-term keys a response may concern.
const IAM_USER: &str = "IAMUser";

/// Evidence that rests on a report; what the report says itself is to be set by the caller.
#[must_use]
pub fn evidence(envelope: &Envelope, report: Report, event_id: EventId) -> Evidence {
    Evidence {
        account: envelope.account.clone(),
        region: envelope.region.clone(),
        event_id,
        event_time: Some(envelope.time),
        event_source: report.by.event_source().to_owned(),
        event_name: String::new(),
        succeeded: true,
        replay_name: envelope.replay_name.clone(),
        report: Some(report),
        matched: Vec::new(),
    }
}

/// A finding that rests on a report. Its id is that of the report, not of the event that carried it.
#[must_use]
pub fn finding(
    rule: &SourceRule,
    severity: Severity,
    evidence: Evidence,
    (actor, target): (Actor, Option<Target>),
) -> Finding {
    Finding {
        id: FindingId::of(&evidence.account, &evidence.event_id, rule.id),
        rule: rule.rule_ref(),
        severity,
        techniques: Vec::new(),
        evidence: evidence.shortened(),
        actor: actor.shortened(),
        target,
        correlation: None,
    }
}

/// Who used a credential, as a report says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Caller {
    /// In the words of CloudTrail's `userIdentity.type`.
    pub(crate) kind: Option<String>,
    /// The unique id, for a session followed by `:` and its name.
    pub(crate) principal_id: Option<String>,
    /// The credential.
    pub(crate) access_key_id: Option<AccessKeyId>,
}

/// The first caller as a finding's actor.
pub(crate) fn actor(callers: &[Caller]) -> Actor {
    let caller = callers.first().cloned().unwrap_or_default();
    Actor {
        kind: caller.kind.unwrap_or_else(|| NOBODY_NAMED.to_owned()),
        principal_id: caller.principal_id,
        access_key_id: caller.access_key_id,
        ..Actor::default()
    }
}

/// Whom a response would concern: the one long-term key of an IAM user among the callers. A session's key cannot be
/// deactivated, the root user's is never touched, and of several keys none is the one that is meant.
pub(crate) fn target(callers: &[Caller]) -> Option<Target> {
    let mut keys = callers.iter().filter_map(|caller| {
        let is_users = caller.kind.as_deref() == Some(IAM_USER);
        caller.access_key_id.as_ref().filter(|key| is_users && key.lifetime() == Lifetime::LongTerm)
    });
    let key = keys.next()?;
    keys.all(|other| other == key).then(|| Target::AccessKey { access_key_id: key.clone() })
}
