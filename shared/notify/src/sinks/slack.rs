//! Slack's blocks. Source: Slack API, "Reference: blocks" and "Formatting text for app surfaces": a header has at most 150
//! characters, a section 3,000 and ten fields of 2,000; `&`, `<` and `>` are written as entities.

use crate::Notice;
use serde_json::{Value, json};
use trailreflex_model::Severity;

/// Most characters of a header, and of a field after escaping.
const MOST: (usize, usize) = (150, 2000);
/// Most fields of a section.
const MOST_FIELDS: usize = 10;

/// Returns the body for an incoming webhook. Nothing in it mentions anybody or links anywhere but to the console:
/// texts that somebody else chose are escaped.
#[must_use]
pub fn render(notice: &Notice) -> Value {
    let headline = format!("{} {}", mark(notice.severity), notice.headline());
    let header: String = headline.chars().take(MOST.0).collect();
    let mut blocks =
        vec![json!({"type": "header", "text": {"type": "plain_text", "text": header, "emoji": false}})];
    let fields: Vec<Value> = notice.facts.iter().map(|fact| text(&fact.label, &fact.value, false)).collect();
    let sections = fields.chunks(MOST_FIELDS).map(|fields| json!({"type": "section", "fields": fields}));
    blocks.extend(sections);
    for command in &notice.commands {
        blocks.push(json!({"type": "section", "text": text(&command.label, &command.value, true)}));
    }
    if let Some(link) = &notice.link {
        blocks.push(json!({
            "type": "actions",
            "elements": [{"type": "button", "text": {"type": "plain_text", "text": link.text}, "url": link.url}],
        }));
    }
    // What notifications show; Slack reads it as its markup too.
    json!({"text": escaped(&headline), "blocks": blocks, "unfurl_links": false, "unfurl_media": false})
}

fn text(label: &str, value: &str, is_code: bool) -> Value {
    let budget = MOST.1.saturating_sub(label.len()).saturating_sub(16);
    let mut value = escaped_within(value, budget);
    if is_code {
        // A backtick would end the code; there is no way to escape it.
        value = format!("```{}```", value.replace('`', "'"));
    }
    json!({"type": "mrkdwn", "text": format!("*{}*\n{value}", escaped(label)), "verbatim": true})
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL:",
        Severity::High => "HIGH:",
        Severity::Medium => "MEDIUM:",
        Severity::Low => "LOW:",
        Severity::Informational => "INFO:",
    }
}

fn escaped(text: &str) -> String {
    escaped_within(text, usize::MAX)
}

/// Escapes what is markup, and cuts at `most` bytes, never within an entity. `verbatim` leaves names, links and channels
/// alone, but not the marks of bold, italic, struck and code text: a zero-width joiner before them would hide what is
/// searched for, so they stay; they change no meaning.
fn escaped_within(text: &str, most: usize) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        let mut buffer = [0; 4];
        let piece = match letter {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            other => other.encode_utf8(&mut buffer),
        };
        if out.len().saturating_add(piece.len()) > most {
            break;
        }
        out.push_str(piece);
    }
    out
}
