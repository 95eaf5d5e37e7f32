//! AWS Health's events about exposed and compromised credentials.
//!
//! The entity that an event affects is the access key, or else the user. A critical event may come twice, a copy of it
//! from a second Region; with many entities it comes in pages. So a finding's id derives from the event's ARN and the
//! entity. Source: AWS Health User Guide, "AWS Health events Amazon EventBridge schema".

use crate::detail::{Detail, Malformed};
use crate::judged::{Ignored, Judged};
use crate::reported::{evidence, finding};
use crate::source_rule::{CREDENTIALS_COMPROMISED, CREDENTIALS_EXPOSED, CREDENTIALS_SUSPECTED, SourceRule};
use serde_json::Value;
use std::collections::BTreeSet;
use trailreflex_model::cloudtrail::Envelope;
use trailreflex_model::{
    AccessKeyId, AccountId, Actor, Arn, EventId, Evidence, Lifetime, Region, Report, Reporter, Severity,
    Target, UniqueId, UserName,
};

/// Types of events that are taken for findings. The template's rule delivers them and no others.
pub const HEALTH_TYPES: [&str; 6] = [
    "AWS_RISK_CREDENTIALS_EXPOSED",
    "AWS_RISK_CREDENTIALS_COMPROMISED",
    "AWS_RISK_ACCOUNT_CONSOLE_COMPROMISE",
    "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED",
    "AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED",
    "AWS_RISK_IAM_QUARANTINE",
];

/// States of an affected entity in which nothing is wrong with it any more.
const SETTLED: [&str; 2] = ["RESOLVED", "UNIMPAIRED"];
/// What stands in place of an entity if AWS Health names none.
const PLACEHOLDERS: [&str; 2] = ["UNKNOWN", "AWS_ACCOUNT"];

/// Judges one event: one finding for each affected entity.
pub(crate) fn judge(envelope: &Envelope, value: &Value) -> Result<Vec<Judged>, Malformed> {
    let detail = Detail::new("AWS Health event", value);
    let code = detail.required("eventTypeCode", "a type such as AWS_RISK_CREDENTIALS_EXPOSED")?;
    let Some((rule, severity, technique)) = rule_of(code) else {
        return Ok(vec![Judged::Ignored(Ignored::NotOurs)]);
    };
    let arn = detail.required("eventArn", "the event's ARN")?;
    if detail.text("statusCode") == Some("closed") {
        return Ok(vec![Judged::Ignored(Ignored::Settled)]);
    }
    let account = match detail.text("affectedAccount") {
        // Where an organisation's view is set up, events of all accounts arrive in one.
        Some(_) => detail.parsed("affectedAccount", "an account id: 12 digits")?,
        None => envelope.account.clone(),
    };
    let affected = affected(detail)?;
    if affected.entities.is_empty() {
        if affected.are_settled {
            return Ok(vec![Judged::Ignored(Ignored::Settled)]);
        }
        if is_one_of_several_pages(detail) {
            return Ok(vec![Judged::Ignored(Ignored::NothingNamed)]);
        }
    }
    let region = region(detail, arn).unwrap_or_else(|| envelope.region.clone());
    let judged = |entity: Option<&str>| {
        let id = EventId::of_content(&format!("{arn} {}", entity.unwrap_or_default()));
        let report = Report::new(Reporter::Health, arn);
        let mut evidence = Evidence {
            account: account.clone(),
            region: region.clone(),
            event_name: code.to_owned(),
            ..evidence(envelope, report, id)
        };
        let entity_field = entity.map(|entity| ("affectedEntities.entityValue", entity));
        let fields = [("eventTypeCode", code)].into_iter().chain(entity_field);
        evidence.set_matched(fields.map(|(field, value)| (field.to_owned(), value.to_owned())));
        let target = entity.and_then(|entity| target(entity, &account));
        let mut finding = finding(rule, severity, evidence, (reported_by_aws(), target));
        finding.techniques = vec![technique.to_owned(), "T1078.004".to_owned()];
        Judged::Finding(Box::new(finding))
    };
    if affected.entities.is_empty() {
        // Credentials are out and nobody says which: a person has to look.
        return Ok(vec![judged(None)]);
    }
    Ok(affected.entities.into_iter().map(|entity| judged(Some(entity))).collect())
}

fn rule_of(code: &str) -> Option<(&'static SourceRule, Severity, &'static str)> {
    match code {
        "AWS_RISK_CREDENTIALS_EXPOSED" => Some((&CREDENTIALS_EXPOSED, Severity::Critical, "T1552.001")),
        "AWS_RISK_CREDENTIALS_COMPROMISED" | "AWS_RISK_ACCOUNT_CONSOLE_COMPROMISE" => {
            Some((&CREDENTIALS_COMPROMISED, Severity::Critical, "T1552"))
        }
        "AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED"
        | "AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED"
        | "AWS_RISK_IAM_QUARANTINE" => Some((&CREDENTIALS_SUSPECTED, Severity::High, "T1552")),
        _ => None,
    }
}

struct Affected<'a> {
    /// Each once, sorted.
    entities: BTreeSet<&'a str>,
    /// Whether entities were left out because they are settled.
    are_settled: bool,
}

fn affected(detail: Detail<'_>) -> Result<Affected<'_>, Malformed> {
    let mut affected = Affected { entities: BTreeSet::new(), are_settled: false };
    for entity in detail.parts("affectedEntities") {
        if entity.text("status").is_some_and(|status| SETTLED.contains(&status)) {
            affected.are_settled = true;
            continue;
        }
        let value = entity.required("entityValue", "an access key id or a user's name")?;
        if !PLACEHOLDERS.contains(&value) {
            affected.entities.insert(value);
        }
    }
    Ok(affected)
}

/// Pages are texts: `"page": "2", "totalPages": "3"`.
fn is_one_of_several_pages(detail: Detail<'_>) -> bool {
    let number = |field| {
        let value = detail.at(field)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    };
    number("totalPages").is_some_and(|pages| pages > 1)
}

/// The Region that is affected, which is the same in the copy that comes by way of another Region.
fn region(detail: Detail<'_>, arn: &str) -> Option<Region> {
    let named = detail.text("eventRegion").and_then(|region| region.parse().ok());
    named.or_else(|| arn.split(':').nth(3)?.parse().ok())
}

/// An entity may also be an account, an id or something else: that gives no target.
fn target(entity: &str, account: &AccountId) -> Option<Target> {
    if let Ok(access_key_id) = entity.parse::<AccessKeyId>() {
        let is_long_term = access_key_id.lifetime() == Lifetime::LongTerm;
        return is_long_term.then_some(Target::AccessKey { access_key_id });
    }
    let name = match entity.parse::<Arn>() {
        Ok(arn) if arn.service() == "iam" && arn.account() == account.as_str() => {
            arn.resource().strip_prefix("user/")?.rsplit('/').next()?.to_owned()
        }
        Ok(_) => return None,
        Err(_) => entity.to_owned(),
    };
    let is_an_id = name.parse::<AccountId>().is_ok() || name.parse::<UniqueId>().is_ok();
    let user_name = name.parse::<UserName>().ok().filter(|_| !is_an_id)?;
    Some(Target::User { user_name })
}

/// AWS has found the credential; who has it, nobody knows.
fn reported_by_aws() -> Actor {
    let source_address = Some(Reporter::Health.event_source().to_owned());
    Actor { kind: "AWSService".to_owned(), source_address, ..Actor::default() }
}
