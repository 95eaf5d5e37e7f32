//! `trailreflex rules suggest-suppressions`: who fires which rule day after day.

use super::load::load;
use crate::Ended;
use crate::args::Suggest;
use crate::history::{file_of, gather, suggested};
use crate::terminal::Terminal;
use std::io::Write;

/// Runs the command: a file of suppressions without owners goes to standard output.
pub(crate) fn run(options: &Suggest, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = load(&options.rules, terminal)?;
    let history = gather(&options.inputs, &rules, terminal, |_, _| None::<()>, |()| Ok(()))?;
    let (found, refused) = suggested(&history, options.habit, (&rules, &options.rules))?;
    for refused in refused {
        terminal.complain(&format!("not suggested: {refused}"));
    }
    history.counts.complain(terminal);
    if found.is_empty() {
        terminal.complain("nothing to suggest: nobody fires a rule habitually");
        return Ok(history.counts.ended());
    }
    terminal.out.write_all(file_of(&found).as_bytes())?;
    Ok(history.counts.ended())
}
