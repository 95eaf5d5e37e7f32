//! `trailreflex access actions`: which actions of IAM authorise a call that CloudTrail shows?

use crate::Ended;
use crate::args::{Actions, Format};
use crate::terminal::{Style, Terminal, safe};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, Write};
use trailreflex_actions::{AccessLevel, Action, Called, called};

/// What a line names.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    event_source: String,
    event_name: String,
}

/// What is answered.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'l> {
    event_source: &'l str,
    event_name: &'l str,
    /// None if no permission is needed; absent if it is not known.
    actions: Option<Vec<String>>,
}

/// Runs the command.
pub(crate) fn run(options: &Actions, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let format = terminal.format(options.format);
    if !options.jsonl {
        for name in &options.names {
            tell(options.source.as_deref().unwrap_or_default(), name, format, terminal)?;
        }
        return Ok(Ended::Well);
    }
    let mut ended = Ended::Well;
    for (place, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.context("-: cannot be read")?;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Named>(&line) {
            Ok(named) => tell(&named.event_source, &named.event_name, Format::Json, terminal)?,
            Err(error) => {
                let place = place.saturating_add(1);
                terminal.complain(&format!("-:{place}: no object with eventSource and eventName: {error}"));
                ended = Ended::WithUnreadableInput;
            }
        }
    }
    Ok(ended)
}

fn tell(source: &str, name: &str, format: Format, terminal: &mut Terminal) -> anyhow::Result<()> {
    let called = called(source, name);
    match format {
        Format::Json => {
            let actions = match &called {
                Called::Actions(actions) => Some(actions.iter().map(ToString::to_string).collect()),
                Called::Nothing => Some(Vec::new()),
                Called::Unknown => None,
            };
            terminal.json_line(&Line { event_source: source, event_name: name, actions })
        }
        Format::Table => show(source, name, &called, terminal),
    }
}

fn show(source: &str, name: &str, called: &Called, terminal: &mut Terminal) -> anyhow::Result<()> {
    let call = format!("{} {}", safe(source), safe(name));
    match called {
        Called::Nothing => writeln!(terminal.out, "{call}  needs no permission")?,
        Called::Unknown => {
            writeln!(terminal.out, "{call}  not known: newer than the table, or no call of a public API")?;
        }
        Called::Actions(actions) => {
            for action in actions {
                let word = terminal.paint(Style::Bold, &action.to_string()).into_owned();
                writeln!(terminal.out, "{call}  {word}  {}", what(*action))?;
            }
        }
    }
    Ok(())
}

/// Level, resources and what else may be needed, in a line.
fn what(action: Action) -> String {
    let levels: Vec<_> = action.levels().map(AccessLevel::as_str).collect();
    let resources: Vec<_> = action.resource_types().map(|kind| kind.arn()).collect();
    let on = if resources.is_empty() { "*".to_owned() } else { resources.join(" or ") };
    let dependents: Vec<_> = action.dependents().map(|one| one.to_string()).collect();
    let also =
        if dependents.is_empty() { String::new() } else { format!("; may need {}", dependents.join(", ")) };
    format!("{} on {on}{also}", levels.join(", "))
}
