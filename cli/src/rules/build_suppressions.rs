//! `trailreflex rules build-suppressions`: suppressions in one file, for the functions.

use super::load::load;
use crate::Ended;
use crate::args::BuildSuppressions;
use crate::input::name_of;
use crate::suppressing::{expired, judged, now};
use crate::terminal::Terminal;
use anyhow::{Context, bail};

/// How the name of a file ends that functions read suppressions from.
const ENDING: &str = "suppressions";

/// Runs the command. Nothing is written if a suppression is refused: a function cannot judge them again.
///
/// # Errors
/// If the output has a name that functions do not read, or something cannot be read or written.
pub(crate) fn run(options: &BuildSuppressions, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let output = name_of(&options.output);
    if options.output.extension().is_none_or(|ending| ending != ENDING) {
        bail!("{output} must end with `.{ENDING}`: functions read no other file of suppressions");
    }
    let rules = load(&options.rules, terminal)?;
    let now = now();
    let (suppressions, refused) = judged(&options.suppressions, (&rules, &options.rules), now)?;
    for refused in &refused {
        terminal.complain(&refused.to_string());
    }
    if !refused.is_empty() {
        terminal.complain(&format!("{output} is not written: {} suppressions are refused", refused.len()));
        return Ok(Ended::WithRejections);
    }
    for one in suppressions.expired(now) {
        terminal.complain(&expired(one));
    }
    let text = serde_json::to_string(suppressions.accepted())?;
    std::fs::write(&options.output, text).with_context(|| output.clone())?;
    terminal.complain(&format!("{output}: {} suppressions", suppressions.all().len()));
    Ok(Ended::Well)
}
