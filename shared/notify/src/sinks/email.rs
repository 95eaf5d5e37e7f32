//! Text for people, by way of SNS. Source: SNS API Reference, "Publish": subjects are ASCII, up to 100 characters, begin
//! with a letter, digit or punctuation mark; messages have up to 256 KB.

use crate::Notice;

/// Most characters of a subject.
const MOST_SUBJECT: usize = 100;

/// Returns subject and text.
#[must_use]
pub fn render(notice: &Notice) -> (String, String) {
    let severity = notice.severity.as_str();
    let ascii = |letter: char| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' };
    let subject: String =
        format!("[{severity}] {}", notice.headline()).chars().map(ascii).take(MOST_SUBJECT).collect();
    let mut lines = vec![notice.headline(), String::new(), format!("Severity: {severity}")];
    lines.extend(notice.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value)));
    if let Some(more) = notice.more {
        lines.push(format!("There were {more} more of the same since; the above is the first."));
    }
    for command in &notice.commands {
        lines.extend([String::new(), format!("{}:", command.label), format!("  {}", command.value)]);
    }
    if let Some(link) = &notice.link {
        lines.extend([String::new(), format!("{}: {}", link.text, link.url)]);
    }
    lines.push(String::new());
    (subject.trim_end().to_owned(), lines.join("\n"))
}
