//! Findings as CSV, for spreadsheets.

use super::line::{Line, Subject};
use crate::terminal::safe_json;
use trailreflex_pages::row;

/// The columns.
const HEADINGS: [&str; 20] = [
    "level",
    "time",
    "rule",
    "name",
    "title",
    "kind",
    "eventID",
    "eventSource",
    "eventName",
    "succeeded",
    "account",
    "region",
    "caller",
    "sourceIPAddress",
    "userAgent",
    "input",
    "record",
    "matched",
    "tags",
    "suppressedBy",
];

/// Returns the line of headings.
pub(super) fn heading() -> anyhow::Result<Vec<u8>> {
    Ok(row(&HEADINGS.map(str::to_owned))?)
}

/// Returns a finding as a line. What lists and objects it has are JSON in their cell.
pub(super) fn line(line: &Line<'_>) -> anyhow::Result<Vec<u8>> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let [source, name, succeeded, account, region, caller, address, agent] = match &line.subject {
        Subject::Call {
            event_source,
            event_name,
            succeeded,
            account,
            region,
            caller,
            source_ip_address,
            user_agent,
        } => [
            text(event_source),
            text(event_name),
            succeeded.to_string(),
            text(account),
            text(region),
            caller.clone(),
            text(source_ip_address),
            text(user_agent),
        ],
        Subject::Events { event_count, .. } => {
            let mut cells: [String; 8] = Default::default();
            let [_, name, _, _, _, caller, _, _] = &mut cells;
            *name = format!("{event_count} events");
            *caller = line.group();
            cells
        }
    };
    Ok(row(&[
        line.level.name().to_owned(),
        text(&line.event_time),
        line.rule.to_owned(),
        line.name.unwrap_or_default().to_owned(),
        line.title.to_owned(),
        line.kind.name().to_owned(),
        text(&line.event_id),
        source,
        name,
        succeeded,
        account,
        region,
        caller,
        address,
        agent,
        text(&line.input),
        line.record.map(|record| record.to_string()).unwrap_or_default(),
        safe_json(&serde_json::to_string(&line.matched)?).into_owned(),
        line.tags.join(" "),
        text(&line.suppressed_by),
    ])?)
}
