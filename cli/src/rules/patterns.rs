//! `trailreflex rules patterns`: what EventBridge must deliver for rules to work.

use super::load::load;
use crate::Ended;
use crate::args::{Format, Patterns};
use crate::terminal::{Style, Terminal, safe};
use std::io::Write;
use trailreflex_delivery::{MAX_PATTERN, STATE, event_patterns, needed_calls};

/// Runs the command.
pub(crate) fn run(options: &Patterns, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = load(&options.rules, terminal)?;
    let needed = needed_calls(&rules);
    for (rule, invalid) in &needed.invalid {
        terminal.complain(&format!("warning: rule `{rule}`: {invalid}"));
    }
    for rule in &needed.unpinned {
        let says = "names no call, so these patterns cannot deliver to it; write one about the caller";
        terminal.complain(&format!("warning: rule `{rule}` {says}"));
    }
    let mut ended = Ended::Well;
    let patterns = event_patterns(&needed);
    for (number, pattern) in (1..).zip(&patterns) {
        if pattern.length() > MAX_PATTERN {
            ended = Ended::WithRejections;
            terminal
                .complain(&format!("pattern {number} is longer than EventBridge's {MAX_PATTERN} characters"));
        }
        match terminal.format(options.format) {
            Format::Json => terminal.json_line(&serde_json::json!({
                "number": number, "state": STATE, "eventPattern": pattern.to_json(),
            }))?,
            Format::Table => {
                let heading = format!("pattern {number} ({} of {MAX_PATTERN} characters)", pattern.length());
                let heading = terminal.paint(Style::Bold, &heading).into_owned();
                writeln!(terminal.out, "{heading}\n{}\n", safe(&pattern.to_json().to_string()))?;
            }
        }
    }
    let (calls, slow) = (needed.calls.len(), needed.slow.len());
    terminal.complain(&format!(
        "patterns: {}, calls: {calls}, rules that read log files only: {slow}; each rule needs the state {STATE}",
        patterns.len()
    ));
    Ok(ended)
}
