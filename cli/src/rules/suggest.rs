//! `trailreflex rules suggest-suppressions`: who fires which rule day after day.

use super::load::load;
use crate::Ended;
use crate::args::Suggest;
use crate::history::{gather, suggestions, validated};
use crate::suppressing::{built_in_proofs, firings, now, proofs_of};
use crate::terminal::Terminal;
use std::io::Write;

/// Runs the command: a file of suppressions without owners goes to standard output.
pub(crate) fn run(options: &Suggest, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = load(&options.rules, terminal)?;
    let history = gather(&options.inputs, &rules, terminal, |_, _| (), |()| Ok(()))?;
    let mut proofs = if options.rules.only_rules_given { Vec::new() } else { built_in_proofs()? };
    proofs.extend(proofs_of(&options.rules.paths)?);
    let now = now();
    let found = suggestions(&history, options.habit, now);
    let (found, refused) = validated(found, &rules, &firings(&proofs), now);
    for refused in refused {
        terminal.complain(&format!("not suggested: {refused}"));
    }
    history.counts.complain(terminal);
    if found.is_empty() {
        terminal.complain("nothing to suggest: nobody fires a rule habitually");
        return Ok(history.counts.ended());
    }
    writeln!(terminal.out, "suppressions:")?;
    for suggestion in &found {
        let (hides, of) = (suggestion.hides, suggestion.of);
        writeln!(terminal.out, "    # would have hidden {hides} of {of}\n{}", suggestion.to_yaml())?;
    }
    Ok(history.counts.ended())
}
