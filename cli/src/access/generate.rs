//! `trailreflex access generate`: least-privilege policies of what principals have used.

use crate::Ended;
use crate::access::usage;
use crate::args::{Format, Generate, PlacementOption};
use crate::input::{name_of, text};
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use serde_json::Value;
use std::io::Write;
use trailreflex_privilege::{Attached, Placement};

/// Most principals that are named if none of them is the one that was asked for.
const MAX_NAMED: usize = 10;

/// Runs the command.
pub(crate) fn run(options: &Generate, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let format = terminal.format(options.format);
    let old = options.old_policies.iter().map(|path| {
        let name = name_of(path);
        Attached::read(&name, &Value::String(text(path)?)).with_context(|| format!("{name} is no policy"))
    });
    let old = old.collect::<anyhow::Result<Vec<_>>>()?;
    let Some((usage, counts)) = usage::read(&options.inputs, terminal)? else {
        return Ok(Ended::Interrupted);
    };
    let known = || usage.principals.iter().map(|(arn, _)| arn.clone());
    let wanted: Vec<String> =
        if options.principals.is_empty() { known().collect() } else { options.principals.clone() };
    for principal in &wanted {
        let placement = placement(options.placement, principal);
        let made = if old.is_empty() {
            usage.recommendation(principal, placement)
        } else {
            usage.narrowed(principal, placement, &old)
        };
        let Some(made) = made else {
            let names: Vec<_> = known().take(MAX_NAMED).collect();
            bail!("the logs have no call of {principal}; they have calls of: {}", names.join(", "));
        };
        match format {
            Format::Json => terminal.json_line(&made)?,
            Format::Table => writeln!(terminal.out, "{made}")?,
        }
    }
    if wanted.is_empty() {
        bail!("the logs have no call of a user or role, so there is nothing to make policies of");
    }
    Ok(counts.ended())
}

fn placement(wanted: PlacementOption, principal: &str) -> Placement {
    match wanted {
        PlacementOption::Managed => Placement::Managed,
        PlacementOption::Inline if principal.contains(":user/") => Placement::InlineUser,
        PlacementOption::Inline => Placement::InlineRole,
    }
}
