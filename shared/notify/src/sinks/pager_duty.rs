//! `PagerDuty`'s Events API v2. Source: PagerDuty Developer Documentation, "PD-CEF" and "Send an Alert Event": `summary`
//! has at most 1,024 characters, `dedup_key` 255, a body 512 KB.

use crate::Notice;
use serde_json::{Map, Value, json};
use trailreflex_model::Severity;

/// Where events go.
pub const ENDPOINT: &str = "https://events.pagerduty.com/v2/enqueue";

/// Returns the body for a service's integration key. What is over resolves the incident that its beginning has opened.
#[must_use]
pub fn render(notice: &Notice, routing_key: &str) -> Value {
    let action = if notice.is_over { "resolve" } else { "trigger" };
    let details: Map<String, Value> = notice
        .by_label()
        .into_iter()
        .map(|(label, values)| (label.to_owned(), Value::String(values.join("\n"))))
        .collect();
    let links: Vec<_> = notice.link.iter().map(|link| json!({"href": link.url, "text": link.text})).collect();
    json!({
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": notice.id,
        "client": "Trailreflex",
        "links": links,
        "payload": {
            "summary": notice.headline(),
            "source": notice.about("Account").unwrap_or("AWS"),
            "severity": severity(notice.severity),
            "timestamp": notice.at.to_string(),
            "custom_details": details,
        },
    })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "info",
    }
}
