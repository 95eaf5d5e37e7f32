//! GuardDuty's findings about credentials and what is done with them.
//!
//! Source: GuardDuty User Guide, "Finding details" and "Processing GuardDuty findings with Amazon EventBridge".

pub(crate) mod finding_type;

use crate::detail::{Detail, Malformed};
use crate::judged::{Ignored, Judged};
use crate::reported::{Caller, actor, evidence, finding, target};
use crate::source_rule::{GUARDDUTY, with_type_in_title};
use finding_type::FindingType;
use serde_json::Value;
use trailreflex_model::cloudtrail::Envelope;
use trailreflex_model::{Actor, EventId, Evidence, Finding, Report, Reporter, Severity};

/// How the titles of sample findings begin.
const SAMPLE_TITLE: &str = "[SAMPLE";

/// Judges one finding of GuardDuty's.
pub(crate) fn judge(envelope: &Envelope, value: &Value) -> Result<Judged, Malformed> {
    let detail = Detail::new("GuardDuty finding", value);
    let kind = detail.required("type", "a type such as UnauthorizedAccess:IAMUser/MaliciousIPCaller")?;
    if is_sample(detail) {
        return Ok(Judged::Ignored(Ignored::Sample));
    }
    if detail.says("service.archived") {
        return Ok(Judged::Ignored(Ignored::Archived));
    }
    let kind = FindingType::parse(kind);
    if !kind.is_ours() {
        return Ok(Judged::Ignored(Ignored::NotOurs));
    }
    let id: EventId = detail.parsed("id", "the finding's id: 32 hexadecimal digits")?;
    let last_seen = detail.text("service.eventLastSeen").and_then(|time| time.parse().ok());
    let (severity, number) = severity(detail)?;
    let callers = callers(detail);
    let report = Report::new(Reporter::GuardDuty, detail.text("arn").unwrap_or(id.as_str()));
    let mut evidence = Evidence {
        account: detail.parsed("accountId", "an account id: 12 digits")?,
        region: detail.parsed("region", "a Region's code, such as us-east-1")?,
        event_name: kind.to_string(),
        // A call that was refused is reported as well: `errorCode` tells.
        succeeded: detail.text("service.action.awsApiCallAction.errorCode").is_none(),
        ..evidence(envelope, report, id)
    };
    evidence.event_time = last_seen.or(evidence.event_time);
    evidence.set_matched(matched(detail, &number, &callers));
    Ok(Judged::Finding(Box::new(finding_of(&kind, severity, evidence, (seen(detail, &callers), &callers)))))
}

/// A finding of GuardDuty's, whichever way it has arrived.
pub(crate) fn finding_of(
    kind: &FindingType,
    severity: Severity,
    evidence: Evidence,
    (actor, callers): (Actor, &[Caller]),
) -> Finding {
    let mut finding = finding(&GUARDDUTY, severity, evidence, (actor, target(callers)));
    finding.techniques = kind.techniques();
    with_type_in_title(finding)
}

/// Returns whether a title is that of a sample.
pub(crate) fn is_sample_title(title: Option<&str>) -> bool {
    title.is_some_and(|title| title.starts_with(SAMPLE_TITLE))
}

fn is_sample(detail: Detail<'_>) -> bool {
    // In some findings `additionalInfo` holds all it says as JSON text under `value`.
    let as_text = detail.text("service.additionalInfo.value");
    let as_json = as_text.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let says_so_in_text = as_json.is_some_and(|value| Detail::new("", &value).says("sample"));
    detail.says("service.additionalInfo.sample") || says_so_in_text || is_sample_title(detail.text("title"))
}

/// Low from 1, medium from 4, high from 7, critical from 9. Source: "Severity levels of GuardDuty findings".
fn severity(detail: Detail<'_>) -> Result<(Severity, String), Malformed> {
    let (field, expected) = ("severity", "a number from 1 to 10");
    let value = detail.at(field).ok_or_else(|| detail.missing(field, expected))?;
    let Some(number) = value.as_f64().filter(|number| (0.0..=10.0).contains(number)) else {
        return Err(detail.unexpected(field, expected, value));
    };
    let severity = if number >= 9.0 {
        Severity::Critical
    } else if number >= 7.0 {
        Severity::High
    } else if number >= 4.0 {
        Severity::Medium
    } else {
        Severity::Low
    };
    Ok((severity, value.to_string()))
}

/// Who used credentials: of an attack sequence its actors, else the owner of the key that the finding names.
fn callers(detail: Detail<'_>) -> Vec<Caller> {
    let text = |part: Detail<'_>, path: &str| part.text(path).map(str::to_owned);
    let key = |part: Detail<'_>, path: &str| part.text(path).and_then(|id| id.parse().ok());
    if detail.at("resource.accessKeyDetails").is_some() {
        return vec![Caller {
            kind: text(detail, "resource.accessKeyDetails.userType"),
            principal_id: text(detail, "resource.accessKeyDetails.principalId"),
            access_key_id: key(detail, "resource.accessKeyDetails.accessKeyId"),
        }];
    }
    let actors = detail.parts("service.detection.sequence.actors");
    let caller = |part: Detail<'_>| Caller {
        kind: text(part, "user.type"),
        principal_id: text(part, "user.uid"),
        access_key_id: key(part, "user.credentialUid"),
    };
    actors.map(caller).collect()
}

/// The actor with the address and the program that GuardDuty saw.
fn seen(detail: Detail<'_>, callers: &[Caller]) -> Actor {
    const ADDRESS: &str = "service.action.awsApiCallAction.remoteIpDetails";
    let address = |version: &str| detail.text(&format!("{ADDRESS}.{version}"));
    let of_sequence =
        || detail.parts("service.detection.sequence.endpoints").find_map(|part| part.text("ip"));
    let address = address("ipAddressV4").or_else(|| address("ipAddressV6")).or_else(of_sequence);
    Actor {
        source_address: address.map(str::to_owned),
        user_agent: detail.text("service.additionalInfo.userAgent.fullUserAgent").map(str::to_owned),
        ..actor(callers)
    }
}

fn matched(detail: Detail<'_>, severity: &str, callers: &[Caller]) -> Vec<(String, String)> {
    let mut fields = vec![("severity".to_owned(), severity.to_owned())];
    for field in ["title", "service.action.awsApiCallAction.api", "service.count"] {
        if let Some(value) = detail.at(field) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            fields.push((field.to_owned(), text));
        }
    }
    let keys = callers.iter().filter_map(|caller| caller.access_key_id.as_ref());
    fields.extend(keys.map(|key| ("accessKeyId".to_owned(), key.as_str().to_owned())));
    fields
}
