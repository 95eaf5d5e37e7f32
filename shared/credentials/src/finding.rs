//! A lapse as a finding.
//!
//! It rests on what IAM reports, so its id is that of the lapse: as long as it is the same, it is the same finding, however
//! often one looks.

use crate::{Kind, Lapse};
use jiff::Timestamp;
use trailreflex_findings::{on_report, reported_by};
use trailreflex_model::cloudtrail::Envelope;
use trailreflex_model::{Actor, EventId, Finding, Report, Reporter, Target};

/// Makes a finding of a lapse that was seen because of the event in `envelope`, which is of the schedule.
#[must_use]
pub fn finding(lapse: &Lapse, envelope: &Envelope) -> Finding {
    let rule = lapse.kind.rule();
    let parts = [rule.id, lapse.arn.as_str(), &key(lapse), &since(lapse)];
    let event = EventId::of_content(&parts.join("\n"));
    let mut evidence = reported_by(envelope, Report::new(Reporter::Iam, lapse.arn.as_str()), event);
    evidence.event_name = rule.name.to_owned();
    let told = [
        ("arn", lapse.arn.as_str().to_owned()),
        ("key", key(lapse)),
        ("since", since(lapse)),
        ("advice", advice(lapse.kind).to_owned()),
    ];
    let told = told.into_iter().filter(|(_, value)| !value.is_empty());
    evidence.set_matched(told.map(|(field, value)| (field.to_owned(), value)));
    let actor = Actor {
        kind: kind_of_actor(lapse.kind).to_owned(),
        arn: Some(lapse.arn.clone()),
        ..Actor::default()
    };
    on_report(rule, lapse.kind.severity(), evidence, (actor, target(lapse)))
}

fn key(lapse: &Lapse) -> String {
    lapse.key.map(|number| number.to_string()).unwrap_or_default()
}

fn since(lapse: &Lapse) -> String {
    lapse.since.as_ref().map(Timestamp::to_string).unwrap_or_default()
}

/// In the words of CloudTrail's `userIdentity.type`.
fn kind_of_actor(kind: Kind) -> &'static str {
    match kind {
        Kind::RootKey | Kind::RootWithoutMfa => "Root",
        Kind::UnusedRole => "Role",
        Kind::PasswordWithoutMfa | Kind::UnusedKey | Kind::UnusedPassword | Kind::OldKey => "IAMUser",
    }
}

/// Whom it concerns. Whoever writes a playbook for it knows that nobody has done anything.
fn target(lapse: &Lapse) -> Option<Target> {
    let (kind, path) = lapse.arn.resource().split_once('/')?;
    let name = path.rsplit('/').next()?;
    match kind {
        "user" => Some(Target::User { user_name: name.parse().ok()? }),
        "role" => Some(Target::Role { role_name: name.parse().ok()? }),
        _ => None,
    }
}

fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::RootKey => "delete it: no task needs a key of the root user",
        Kind::RootWithoutMfa => "register a second factor for the root user",
        Kind::PasswordWithoutMfa => {
            "ask for a second factor, or let people sign in through IAM Identity Center"
        }
        Kind::UnusedKey => "deactivate it, and delete it when nobody has missed it",
        Kind::UnusedPassword => "take it away: who needs it can be given a new one",
        Kind::UnusedRole => "let nobody assume it, and delete it when nobody has missed it",
        Kind::OldKey => "replace it, or use a role in its place",
    }
}
