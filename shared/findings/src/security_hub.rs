//! Findings that Security Hub has gathered, in ASFF (AWS Security Finding Format).
//!
//! What came from GuardDuty keeps GuardDuty's id and rule, so that it is one finding whichever way it arrives, and
//! arrives from other Regions and accounts too. Source: Security Hub User Guide, "AWS Security Finding Format".

use crate::detail::{Detail, Malformed};
use crate::guardduty::finding_type::FindingType;
use crate::guardduty::{finding_of, is_sample_title};
use crate::judged::{Ignored, Judged};
use crate::reported::{Caller, actor, evidence, finding, target};
use crate::source_rule::{SECURITY_HUB, with_type_in_title};
use serde_json::Value;
use trailreflex_model::cloudtrail::Envelope;
use trailreflex_model::{EventId, Evidence, Report, Reporter, Severity};

/// How the types of findings begin that are taken for findings. The template's rule delivers them and no others.
/// `Software and Configuration Checks` are not among them: a weakness is no incident.
pub const SECURITY_HUB_TYPES: [&str; 5] = [
    "TTPs/",
    "Unusual Behaviors/",
    "Effects/Data Exfiltration",
    "Effects/Data Exposure",
    "Sensitive Data Identifications/Passwords",
];

/// How the ARN of GuardDuty as a product ends. Nobody but GuardDuty may import under it.
const GUARDDUTY_PRODUCT: &str = ":product/aws/guardduty";
/// How generators of Trailreflex's own findings are called.
const OWN: &str = "trailreflex";

/// Judges the findings of one event: one as a rule.
pub(crate) fn judge(envelope: &Envelope, value: &Value) -> Result<Vec<Judged>, Malformed> {
    let detail = Detail::new("Security Hub finding", value);
    if detail.at("findings").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(detail.missing("findings", "an array with a finding in ASFF"));
    }
    detail.parts("findings").map(|asff| judge_one(envelope, asff)).collect()
}

fn judge_one(envelope: &Envelope, asff: Detail<'_>) -> Result<Judged, Malformed> {
    let product = asff.required("ProductArn", "the product's ARN")?;
    let id = asff.required("Id", "the finding's id")?;
    let is_guarddutys = product.ends_with(GUARDDUTY_PRODUCT);
    if let Some(reason) = left_out(asff, is_guarddutys)? {
        return Ok(Judged::Ignored(reason));
    }
    let types: Vec<&str> = asff.parts("Types").filter_map(|part| part.as_text()).collect();
    let (severity, label) = severity(asff)?;
    let callers = callers(asff);
    let mut fields = vec![("Severity.Label".to_owned(), label)];
    fields.extend(asff.text("Title").map(|title| ("Title".to_owned(), title.to_owned())));
    fields.extend(asff.text("ProductName").map(|name| ("ProductName".to_owned(), name.to_owned())));
    let of_report = |event_id: EventId, kind: String| -> Result<Evidence, Malformed> {
        let report = Report::new(Reporter::SecurityHub, id);
        let mut evidence = evidence(envelope, report, event_id);
        evidence.account = asff.parsed("AwsAccountId", "an account id: 12 digits")?;
        evidence.region = region(asff, id).unwrap_or(evidence.region);
        evidence.event_time = last_seen(asff).or(evidence.event_time);
        evidence.event_name = kind;
        evidence.set_matched(fields);
        Ok(evidence)
    };
    if is_guarddutys {
        let kinds = types.iter().map(|text| FindingType::parse_asff(text));
        let Some(kind) = kinds.into_iter().find(FindingType::is_ours) else {
            return Ok(Judged::Ignored(Ignored::NotOurs));
        };
        let own_id = id.rsplit_once("/finding/").and_then(|(_, own_id)| own_id.parse().ok());
        let own_id = own_id.ok_or_else(|| asff.unexpected("Id", "the ARN of a GuardDuty finding", &id))?;
        let evidence = of_report(own_id, kind.to_string())?;
        return Ok(Judged::Finding(Box::new(finding_of(
            &kind,
            severity,
            evidence,
            (actor(&callers), &callers),
        ))));
    }
    let is_ours = |kind: &&&str| SECURITY_HUB_TYPES.iter().any(|start| kind.starts_with(start));
    let Some(kind) = types.iter().find(is_ours) else {
        return Ok(Judged::Ignored(Ignored::NotOurs));
    };
    let evidence = of_report(EventId::of_content(&format!("{product} {id}")), (*kind).to_owned())?;
    let finding = finding(&SECURITY_HUB, severity, evidence, (actor(&callers), target(&callers)));
    Ok(Judged::Finding(Box::new(with_type_in_title(finding))))
}

fn left_out(asff: Detail<'_>, is_guarddutys: bool) -> Result<Option<Ignored>, Malformed> {
    let is_own = |field| asff.text(field).is_some_and(|text| text.to_ascii_lowercase().starts_with(OWN));
    if is_own("GeneratorId") || is_own("ProductName") {
        return Ok(Some(Ignored::OwnFinding));
    }
    if asff.says("Sample") || (is_guarddutys && is_sample_title(asff.text("Title"))) {
        return Ok(Some(Ignored::Sample));
    }
    match asff.required("RecordState", "ACTIVE or ARCHIVED")? {
        "ACTIVE" => {}
        "ARCHIVED" => return Ok(Some(Ignored::Archived)),
        found => return Err(asff.unexpected("RecordState", "ACTIVE or ARCHIVED", &found)),
    }
    match asff.text("Workflow.Status") {
        None | Some("NEW" | "NOTIFIED") => Ok(None),
        Some("RESOLVED" | "SUPPRESSED") => Ok(Some(Ignored::Settled)),
        Some(found) => {
            let expected = "NEW, NOTIFIED, RESOLVED or SUPPRESSED";
            Err(asff.unexpected("Workflow.Status", expected, &found))
        }
    }
}

fn severity(asff: Detail<'_>) -> Result<(Severity, String), Malformed> {
    let (field, expected) = ("Severity.Label", "INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL");
    let label = asff.required(field, expected)?;
    let severity = match label {
        "INFORMATIONAL" => Severity::Informational,
        "LOW" => Severity::Low,
        "MEDIUM" => Severity::Medium,
        "HIGH" => Severity::High,
        "CRITICAL" => Severity::Critical,
        found => return Err(asff.unexpected(field, expected, &found)),
    };
    Ok((severity, label.to_owned()))
}

fn region(asff: Detail<'_>, id: &str) -> Option<trailreflex_model::Region> {
    let named = asff.text("Region").and_then(|region| region.parse().ok());
    // Older findings do not say it; their ids are ARNs.
    named.or_else(|| id.strip_prefix("arn:")?.split(':').nth(2)?.parse().ok())
}

fn last_seen(asff: Detail<'_>) -> Option<jiff::Timestamp> {
    ["LastObservedAt", "UpdatedAt"].into_iter().find_map(|field| asff.text(field)?.parse().ok())
}

/// Who used credentials: the access keys among the resources.
fn callers(asff: Detail<'_>) -> Vec<Caller> {
    let keys = asff.parts("Resources").filter(|part| part.text("Type") == Some("AwsIamAccessKey"));
    let caller = |part: Detail<'_>| {
        let of_key = |field: &str| part.text(&format!("Details.AwsIamAccessKey.{field}"));
        // `AWS::IAM::AccessKey:AKIA…`
        let in_id = || part.text("Id").and_then(|id| id.rsplit(':').next());
        Caller {
            kind: of_key("PrincipalType").map(str::to_owned),
            principal_id: of_key("PrincipalId").map(str::to_owned),
            access_key_id: of_key("AccessKeyId").or_else(in_id).and_then(|id| id.parse().ok()),
        }
    };
    keys.map(caller).collect()
}
