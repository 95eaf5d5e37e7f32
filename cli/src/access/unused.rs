//! `trailreflex access unused`: roles, keys, passwords, permissions and trust that nobody uses.

use crate::Ended;
use crate::access::usage;
use crate::args::{Format, UnusedOptions};
use crate::input::{name_of, text};
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use serde::Deserialize;
use std::io::Write;
use std::path::Path;
use trailreflex_privilege::{ExternalGrant, Inventory, Window};

/// Runs the command.
pub(crate) fn run(options: &UnusedOptions, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let format = terminal.format(options.format);
    let mut inventory = Inventory::from_details(&text(&options.details)?)
        .with_context(|| format!("{} cannot be used", name_of(&options.details)))?;
    if let Some(path) = &options.credential_report {
        inventory
            .add_credential_report(&text(path)?)
            .with_context(|| format!("{} cannot be used", name_of(path)))?;
    }
    if let Some(path) = &options.external_grants {
        inventory.external_grants.extend(grants(path)?);
    }
    let Some((usage, counts)) = usage::read(&options.inputs, terminal)? else {
        return Ok(Ended::Interrupted);
    };
    // What is after the last record is not in the logs, so it says nothing of what was used then.
    let Some(last) = usage.coverage.records.as_ref().map(|seen| seen.last) else {
        bail!("there is no record in the inputs, and so nothing tells what was used");
    };
    let unused = inventory.unused(&usage, Window::of_days(options.days, last));
    match format {
        Format::Json => terminal.json_line(&unused)?,
        Format::Table => writeln!(terminal.out, "{unused}")?,
    }
    Ok(counts.ended())
}

/// Reads `{"resource": ARN, "account": ID}` in each line.
fn grants(path: &Path) -> anyhow::Result<Vec<ExternalGrant>> {
    #[derive(Deserialize)]
    struct Line {
        resource: String,
        account: String,
    }
    let text = text(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read = |(place, line): (usize, &str)| {
        let Line { resource, account } = serde_json::from_str(line).with_context(|| {
            let line = place.saturating_add(1);
            format!("{}, line {line}: expected {{\"resource\": ARN, \"account\": 12 digits}}", name_of(path))
        })?;
        Ok(ExternalGrant { resource, account })
    };
    lines.map(read).collect()
}
