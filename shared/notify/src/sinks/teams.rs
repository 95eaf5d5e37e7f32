//! Teams' adaptive cards, for a workflow's webhook. Source: Microsoft Learn, "Create and send Adaptive Cards with a
//! webhook", and adaptivecards.io's schema 1.5: a message has at most 28 KB; text blocks read Markdown, facts too.

use crate::Notice;
use serde_json::{Value, json};
use trailreflex_model::Severity;

/// Returns the body for a webhook.
#[must_use]
pub fn render(notice: &Notice) -> Value {
    let facts: Vec<_> =
        notice.facts.iter().map(|fact| json!({"title": fact.label, "value": plain(&fact.value)})).collect();
    let mut body = vec![
        json!({
            "type": "TextBlock", "size": "Large", "weight": "Bolder", "wrap": true, "color": colour(notice.severity),
            "text": format!("{}: {}", notice.severity.as_str().to_uppercase(), plain(&notice.headline())),
        }),
        json!({"type": "FactSet", "facts": facts}),
    ];
    for command in &notice.commands {
        body.push(json!({"type": "TextBlock", "weight": "Bolder", "text": command.label, "wrap": true}));
        body.push(json!({"type": "TextBlock", "fontType": "Monospace", "text": plain(&command.value), "wrap": true}));
    }
    let actions: Vec<_> = notice
        .link
        .iter()
        .map(|link| json!({"type": "Action.OpenUrl", "title": link.text, "url": link.url}))
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.5",
                "body": body, "actions": actions,
            },
        }],
    })
}

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "Attention",
        Severity::Medium => "Warning",
        Severity::Low | Severity::Informational => "Default",
    }
}

/// Takes from a text what Teams reads as markup: links, emphasis and mentions.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '~' | '|' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            '<' => out.push('‹'),
            '>' => out.push('›'),
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        }
    }
    out
}
