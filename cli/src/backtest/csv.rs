//! A backtest as CSV, for spreadsheets: one row per rule.

use super::OfRule;
use crate::terminal::safe_json;
use serde::Serialize;
use trailreflex_pages::row;

/// The columns.
const HEADINGS: [&str; 12] = [
    "level",
    "rule",
    "name",
    "title",
    "kind",
    "findings",
    "days",
    "first",
    "last",
    "topPrincipals",
    "suggestions",
    "responses",
];

/// Returns the headings and all rules. What lists a rule has are JSON in their cell.
pub(super) fn sheet(all: &[OfRule<'_>]) -> anyhow::Result<Vec<u8>> {
    let mut sheet = row(&HEADINGS.map(str::to_owned))?;
    for one in all {
        sheet.append(&mut row(&[
            one.level.name().to_owned(),
            one.rule.to_owned(),
            one.name.unwrap_or_default().to_owned(),
            one.title.to_owned(),
            one.kind.to_owned(),
            one.findings.to_string(),
            one.days.to_string(),
            one.first.clone().unwrap_or_default(),
            one.last.clone().unwrap_or_default(),
            json(&one.top_principals)?,
            json(&one.suggestions)?,
            json(&one.responses)?,
        ])?);
    }
    Ok(sheet)
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    Ok(safe_json(&serde_json::to_string(value)?).into_owned())
}
