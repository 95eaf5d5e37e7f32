//! From events to findings, and from findings to what has gone out.
//!
//! An event is a CloudTrail record that rules are evaluated on, or what another AWS service has reported.

mod access_analyzer;
mod detail;
mod event;
mod guardduty;
mod health;
mod judged;
mod observe;
mod reported;
mod security_hub;
mod sent;
mod sent_in_memory;
mod source_rule;
mod suppress;
mod target;

use target::target;

pub use detail::Malformed;
pub use event::{Evaluated, Event, Unusable};
pub use health::HEALTH_TYPES;
pub use judged::{Ignored, Judged};
pub use observe::{Carrier, Observed, correlated, observe};
pub use reported::{evidence as reported_by, finding as on_report};
pub use security_hub::SECURITY_HUB_TYPES;
pub use sent::{
    Claimant, Dispatched, Entry, LEASE_SECONDS, Outlet, Progress, Sender, SentLog, Turn, dispatch,
};
pub use sent_in_memory::{Fault, MemoryOutlet};
pub use source_rule::{
    ACCESS_PREVIEW_FAILED, CREDENTIALS_COMPROMISED, CREDENTIALS_EXPOSED, CREDENTIALS_SUSPECTED,
    EXTERNAL_ACCESS, GUARDDUTY, INTERNAL_ACCESS, SECURITY_HUB, SOURCE_RULES, SourceRule, UNUSED_ACCESS,
};

pub use suppress::Hidden;

use serde_json::Value;
use trailreflex_detection::{Level, Match, Rule, RuleSet};
use trailreflex_model::cloudtrail::{Envelope, Record};
use trailreflex_model::{
    AccountId, Actor, EventId, Evidence, Finding, FindingId, Region, RuleRef, Severity, Target,
};

/// Where a record came from, if it does not say so itself.
struct Origin {
    account: AccountId,
    region: Region,
    event_id: EventId,
    event_time: Option<jiff::Timestamp>,
}

/// Evaluates `rules` on the record in `envelope`.
#[must_use]
pub fn findings(rules: &RuleSet, envelope: &Envelope, record: &Record) -> Vec<Finding> {
    let matches = rules.evaluate(record.raw());
    let carrier = Carrier::of(envelope);
    matches.iter().map(|found| finding(found, &carrier, record)).collect()
}

fn finding(found: &Match<'_>, carrier: &Carrier, record: &Record) -> Finding {
    let rule = found.rule;
    let mut evidence = evidence(carrier, record);
    let selections = found.explain(record.raw()).selections;
    let fields = selections.into_iter().flat_map(|selection| selection.fields);
    evidence.set_matched(fields.map(|matched| (matched.field, text_of(&matched.values))));
    let id = FindingId::of(&evidence.account, &evidence.event_id, rule.key());
    about(id, rule, evidence, record)
}

/// A finding about a record that something else than a rule in Sigma has found: which fields of it tell, and whom or what a
/// response would concern.
#[must_use]
pub fn recorded(
    rule: &SourceRule,
    severity: Severity,
    (carrier, record): (&Carrier, &Record),
    matched: impl IntoIterator<Item = (String, String)>,
    target: Option<Target>,
) -> Finding {
    let mut evidence = evidence(carrier, record);
    evidence.set_matched(matched);
    reported::finding(rule, severity, evidence, (actor(record), target))
}

fn evidence(carrier: &Carrier, record: &Record) -> Evidence {
    let origin = origin(carrier, record);
    Evidence {
        account: origin.account,
        region: origin.region,
        event_id: origin.event_id,
        event_time: origin.event_time,
        event_source: record.event_source().unwrap_or_default().to_owned(),
        event_name: record.event_name().unwrap_or_default().to_owned(),
        succeeded: record.outcome().succeeded(),
        replay_name: carrier.replay_name.clone(),
        report: None,
        matched: Vec::new(),
    }
    .shortened()
}

fn about(id: FindingId, rule: &Rule, evidence: Evidence, record: &Record) -> Finding {
    Finding {
        id,
        severity: severity(rule.level),
        techniques: techniques(&rule.tags),
        target: target(rule, record),
        rule: rule_ref(rule),
        actor: actor(record),
        evidence,
        correlation: None,
    }
}

fn origin(carrier: &Carrier, record: &Record) -> Origin {
    Origin {
        account: record.recipient_account().unwrap_or(&carrier.account).clone(),
        region: record.region().unwrap_or(&carrier.region).clone(),
        event_id: record
            .event_id()
            .cloned()
            .unwrap_or_else(|| EventId::of_content(&record.raw().to_string())),
        // The envelope's time is the time of the call too, when CloudTrail has sent it.
        event_time: record.event_time().or(carrier.time),
    }
}

fn text_of(values: &[Value]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    values.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Informational => Severity::Informational,
        Level::Low => Severity::Low,
        Level::Medium => Severity::Medium,
        Level::High => Severity::High,
        Level::Critical => Severity::Critical,
    }
}

/// `attack.t1098.001` → `T1098.001`; tactics and other tags are left out.
fn techniques(tags: &[String]) -> Vec<String> {
    let technique = |tag: &String| {
        let name = tag.to_ascii_lowercase().strip_prefix("attack.t")?.to_owned();
        name.starts_with(|first: char| first.is_ascii_digit()).then(|| format!("T{name}"))
    };
    tags.iter().filter_map(technique).collect()
}

fn rule_ref(rule: &Rule) -> RuleRef {
    RuleRef {
        id: rule.key().to_owned(),
        name: rule.name.clone(),
        title: rule.title.clone(),
        author: rule.author.clone(),
        license: rule.license.clone(),
        references: rule.references.clone(),
    }
}

fn actor(record: &Record) -> Actor {
    let identity = record.identity();
    Actor {
        kind: identity.kind.as_recorded().to_owned(),
        arn: identity.arn().cloned(),
        principal_id: identity.principal_id.clone(),
        access_key_id: identity.access_key_id.clone(),
        account: identity.account_id().cloned(),
        source_address: record.source_ip_address().map(str::to_owned),
        user_agent: record.user_agent().map(str::to_owned),
    }
    .shortened()
}
