//! `trailreflex rules patterns`: what EventBridge must deliver for rules to work.

mod account;

pub(crate) use account::delivers_to_detect;

use super::load::load;
use crate::Ended;
use crate::args::{Format, Patterns};
use crate::terminal::{Style, Terminal, safe};
use std::io::Write;
use trailreflex_delivery::{EventPattern, MAX_PATTERN, NeededCalls, STATE, event_patterns, needed_calls};

/// Runs the command.
pub(crate) fn run(options: &Patterns, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = load(&options.rules, terminal)?;
    let needed = needed_calls(&rules);
    for (rule, invalid) in &needed.invalid {
        terminal.complain(&format!("warning: rule `{rule}`: {invalid}"));
    }
    if let Some(stack) = &options.stack {
        return match &options.put {
            Some(function) => {
                account::put(&needed, (stack, function, options.dead_letters.as_ref()), terminal)
            }
            None => account::check(&needed, &rules, stack, terminal),
        };
    }
    print(&needed, options, terminal)
}

fn print(needed: &NeededCalls, options: &Patterns, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    for rule in &needed.unpinned {
        let says = "names no call, so these patterns cannot deliver to it; write one about the caller";
        terminal.complain(&format!("warning: rule `{rule}` {says}"));
    }
    let patterns = event_patterns(needed);
    for (number, pattern) in (1_usize..).zip(&patterns) {
        match terminal.format(options.format) {
            Format::Table => {
                let heading = format!("pattern {number} ({} of {MAX_PATTERN} characters)", pattern.length());
                let heading = terminal.paint(Style::Bold, &heading).into_owned();
                writeln!(terminal.out, "{heading}\n{}\n", safe(&pattern.to_json().to_string()))?;
            }
            _ => terminal.json_line(&serde_json::json!({
                "number": number, "state": STATE, "eventPattern": pattern.to_json(),
            }))?,
        }
    }
    let (calls, slow) = (needed.calls.len(), needed.slow.len());
    terminal.complain(&format!(
        "patterns: {}, calls: {calls}, rules that read log files only: {slow}; each event rule needs the state {STATE}",
        patterns.len()
    ));
    Ok(if complain_of_length(&patterns, terminal) { Ended::WithRejections } else { Ended::Well })
}

/// Names patterns that EventBridge would refuse; only a single call of extreme length makes one.
fn complain_of_length(patterns: &[EventPattern], terminal: &mut Terminal) -> bool {
    let too_long: Vec<_> = (1_usize..)
        .zip(patterns)
        .filter(|(_, pattern)| pattern.length() > MAX_PATTERN)
        .map(|(number, _)| number)
        .collect();
    for number in &too_long {
        terminal.complain(&format!("pattern {number} is longer than EventBridge's {MAX_PATTERN} characters"));
    }
    !too_long.is_empty()
}
