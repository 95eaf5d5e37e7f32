//! What IAM Access Analyzer reports: access from outside, unused access, access from inside, and previews that fail.
//!
//! Whatever a report leaves out it may leave out, but for its id: error findings name no principal, and the four kinds differ.
//! A report may be half an hour old and does not say what has changed, so it names no target.
//! Source: IAM User Guide, "Monitoring AWS Identity and Access Management Access Analyzer with Amazon EventBridge".

use crate::detail::{Detail, Malformed};
use crate::judged::{Ignored, Judged};
use crate::reported::{actor, evidence, finding};
use crate::source_rule::{
    ACCESS_PREVIEW_FAILED, EXTERNAL_ACCESS, INTERNAL_ACCESS, SourceRule, UNUSED_ACCESS,
};
use serde_json::Value;
use trailreflex_model::cloudtrail::{DetailKind, Envelope};
use trailreflex_model::{EventId, Evidence, Report, Reporter, Severity};

/// What a finding tells of a report.
const TOLD: [&str; 13] = [
    "resource",
    "resourceType",
    "principal.AWS",
    "principal.Federated",
    "principal.CanonicalUser",
    "action",
    "condition",
    "isPublic",
    "accessType",
    "numberOfUnusedServices",
    "numberOfUnusedActions",
    "error",
    "statusReason.code",
];

/// Judges one report.
pub(crate) fn judge(envelope: &Envelope, value: &Value) -> Result<Judged, Malformed> {
    let detail = Detail::new("Access Analyzer finding", value);
    let id = match detail.text("findingId").or_else(|| detail.text("accessPreviewId")) {
        Some(id) => id,
        None => detail.required("id", "the finding's id")?,
    };
    let status = detail.text("status").unwrap_or_default();
    let Some((rule, severity, kind)) = of_kind(&envelope.kind, detail, status) else {
        return Ok(Judged::Ignored(Ignored::Proposed));
    };
    if let Some(reason) = left_out(detail, status) {
        return Ok(Judged::Ignored(reason));
    }
    let evidence = told(envelope, detail, (id, status), kind);
    Ok(Judged::Finding(Box::new(finding(rule, severity, evidence, (actor(&[]), None)))))
}

/// The rule, how bad it is, and the type of finding; nothing for a preview that did not fail.
fn of_kind<'a>(
    kind: &DetailKind,
    detail: Detail<'a>,
    status: &str,
) -> Option<(&'static SourceRule, Severity, &'a str)> {
    let named = |otherwise: &'static str| detail.text("findingType").unwrap_or(otherwise);
    match kind {
        DetailKind::UnusedAccessFinding => Some((&UNUSED_ACCESS, Severity::Low, named("UnusedAccess"))),
        DetailKind::InternalAccessFinding => Some((&INTERNAL_ACCESS, Severity::Low, named("InternalAccess"))),
        DetailKind::AccessPreview => (status == "FAILED").then_some((
            &ACCESS_PREVIEW_FAILED,
            Severity::Informational,
            "AccessPreviewFailed",
        )),
        DetailKind::AccessAnalyzerFinding
        | DetailKind::ApiCall
        | DetailKind::ConsoleSignIn
        | DetailKind::ConsoleAction
        | DetailKind::ServiceEvent
        | DetailKind::InsightEvent
        | DetailKind::HealthEvent
        | DetailKind::HealthAbuseEvent
        | DetailKind::GuardDutyFinding
        | DetailKind::SecurityHubFindings
        | DetailKind::SecurityHubCustomAction
        | DetailKind::SecurityHubInsightResults
        | DetailKind::SecurityHubFindingsV2
        | DetailKind::Other(_) => {
            let severity = if detail.says("isPublic") { Severity::High } else { Severity::Medium };
            Some((&EXTERNAL_ACCESS, severity, named("ExternalAccess")))
        }
    }
}

/// A status that is not known here is taken for an active one. What is deleted keeps the status that it had.
fn left_out(detail: Detail<'_>, status: &str) -> Option<Ignored> {
    if detail.says("isDeleted") {
        return Some(Ignored::Settled);
    }
    match status {
        "ARCHIVED" => Some(Ignored::Archived),
        "RESOLVED" => Some(Ignored::Settled),
        _ => None,
    }
}

fn told(envelope: &Envelope, detail: Detail<'_>, (id, status): (&str, &str), kind: &str) -> Evidence {
    let analyzer = envelope.resources.first().map_or("", String::as_str);
    let updated = detail.text("updatedAt").unwrap_or_default();
    // The same in each copy of a report, and another one once the finding has changed.
    let event_id = EventId::of_content(
        &[analyzer, id, updated, status, &detail.says("isDeleted").to_string()].join(" "),
    );
    let report = Report::new(Reporter::AccessAnalyzer, &format!("{analyzer} {id}"));
    let mut evidence = Evidence { event_name: kind.to_owned(), ..evidence(envelope, report, event_id) };
    if let Some(account) = detail.text("accountId").and_then(|account| account.parse().ok()) {
        evidence.account = account;
    }
    if let Some(region) = detail.text("region").and_then(|region| region.parse().ok()) {
        evidence.region = region;
    }
    let times = ["updatedAt", "analyzedAt"].into_iter();
    let time = times.filter_map(|field| detail.text(field)?.parse().ok()).next();
    evidence.event_time = time.or(evidence.event_time);
    let field = |path: &str| Some((path.to_owned(), crate::text_of(std::slice::from_ref(detail.at(path)?))));
    evidence.set_matched(TOLD.into_iter().filter_map(field));
    evidence
}
