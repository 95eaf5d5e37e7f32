//! OCSF's Detection Finding. Source: schema.ocsf.io 1.3.0, class `detection_finding` (2004) in category Findings (2).

use crate::Notice;
use serde_json::{Value, json};
use trailreflex_model::Severity;

/// Version of the schema.
const VERSION: &str = "1.3.0";

/// Returns the event.
#[must_use]
pub fn render(notice: &Notice) -> Value {
    let notice = &notice.for_everybody();
    let (activity, name) = match (notice.is_over, notice.more) {
        (true, _) => (3, "Close"),
        (false, Some(_)) => (2, "Update"),
        (false, None) => (1, "Create"),
    };
    let (severity_id, severity) = severity(notice.severity);
    let (status_id, status) = if notice.is_over { (4, "Resolved") } else { (1, "New") };
    let millisecond = notice.at.as_millisecond();
    let observables: Vec<_> = notice
        .facts
        .iter()
        .map(|fact| json!({"name": fact.label, "type_id": 0, "type": "Unknown", "value": fact.value}))
        .collect();
    json!({
        "activity_id": activity,
        "activity_name": name,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_400 + activity,
        "type_name": format!("Detection Finding: {name}"),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "time": millisecond,
        "message": notice.headline(),
        "count": notice.more.unwrap_or(1),
        "finding_info": finding_info(notice),
        "observables": observables,
        "metadata": {
            "version": VERSION,
            "product": {"name": "Trailreflex", "vendor_name": "Trailreflex"},
        },
    })
}

fn finding_info(notice: &Notice) -> Value {
    let mut info =
        json!({"uid": notice.id, "title": notice.title, "created_time": notice.at.as_millisecond()});
    if let (Some(link), Some(info)) = (&notice.link, info.as_object_mut()) {
        info.insert(String::from("src_url"), json!(link.url));
    }
    info
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}
