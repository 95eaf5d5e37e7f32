//! A backtest for people.

use super::OfRule;
use super::response::{Decided, Decision};
use crate::history::History;
use crate::table::Table;
use crate::terminal::{Style, Terminal, safe};
use std::io::Write;
use trailreflex_response::Mode;

/// Said of every response.
pub(super) const NOTICE: &str =
    "Responses were decided on simulated accounts: nothing was read from or changed in AWS.";

/// Writes a table of rules, and what there is to say of each behind it.
pub(super) fn write(
    all: &[OfRule<'_>],
    history: &History<'_>,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let mut table = Table::new(["LEVEL", "FINDINGS", "DAYS", "FIRST", "LAST", "RULE"]);
    for one in all {
        let (findings, days) = (one.findings.to_string(), one.days.to_string());
        let name = one.name.unwrap_or(one.rule);
        let cells =
            [one.level.name(), &findings, &days, &day(one.first.as_deref()), &day(one.last.as_deref()), name];
        table.add(Style::Of(one.level), cells);
    }
    table.write(terminal)?;
    for one in all {
        detail(one, terminal)?;
    }
    let findings: usize = all.iter().map(|one| one.findings).sum();
    let records = history.counts.records;
    let period = history.period.map(|(first, last)| format!(" from {first} to {last}")).unwrap_or_default();
    writeln!(terminal.out, "\n{findings} findings in {records} records{period}")?;
    if all.iter().any(|one| !one.responses.is_empty()) {
        let notice = terminal.paint(Style::Dim, NOTICE).into_owned();
        writeln!(terminal.out, "{notice}")?;
    }
    Ok(())
}

fn detail(one: &OfRule<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
    let name = safe(one.name.unwrap_or(one.rule)).into_owned();
    let heading = terminal.paint(Style::Of(one.level), &name).into_owned();
    writeln!(terminal.out, "\n{heading}  {}", safe(one.title))?;
    for principal in &one.top_principals {
        let (count, days) = (principal.findings, principal.days);
        writeln!(terminal.out, "  by     {count} on {days} days  {}", safe(&principal.display))?;
    }
    for suggested in &one.suggestions {
        let (hides, of) = (suggested.hides, one.findings);
        let id = safe(&suggested.id).into_owned();
        writeln!(
            terminal.out,
            "  noise  suppression `{id}` would hide {hides} of {of}; see `rules suggest-suppressions`"
        )?;
    }
    for Decided { decision, findings } in &one.responses {
        writeln!(
            terminal.out,
            "  does   {findings} times by playbook `{}`: {}",
            safe(&decision.playbook),
            safe(&does(decision))
        )?;
    }
    Ok(())
}

/// Returns the day of a time as text, which begins with it.
pub(super) fn day(time: Option<&str>) -> String {
    time.unwrap_or_default().chars().take(10).collect()
}

/// Returns what would have been done, in words.
pub(super) fn does(decision: &Decision) -> String {
    match (&decision.refused, decision.mode) {
        (Some(reason), _) => format!("refused: {reason}"),
        (None, Mode::Act) => {
            format!("{}, carried out if the stack's mode is `act`", decision.actions.join(", "))
        }
        (None, Mode::Approve) => {
            let actions = decision.actions.join(", ");
            format!("{actions}, carried out once a person approves")
        }
        (None, Mode::Plan | Mode::Observe) => format!("{}, only planned", decision.actions.join(", ")),
    }
}
