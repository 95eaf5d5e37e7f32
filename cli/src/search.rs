//! `trailreflex search`: the records of logs that filters and rules mean.

mod output;

use crate::Ended;
use crate::args::Search;
use crate::interrupt::{self, Interrupted};
use crate::reading::{Counts, read_picked};
use crate::rules::load::read;
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use output::{Found, Output};
use std::path::Path;
use std::time::Instant;
use trailreflex_detection::RuleSet;
use trailreflex_history::{Selection, Sieve};
use trailreflex_model::cloudtrail::Record;

/// Says that as many records as were asked for have been found.
#[derive(Debug, thiserror::Error)]
#[error("enough was found")]
struct Enough;

/// Runs the command.
pub(crate) fn run(options: &Search, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let query = options.filters.query()?;
    let rules = options.rule.as_deref().map(rules).transpose()?;
    let format = options.format.unwrap_or_else(|| terminal.format(None).into());
    interrupt::listen()?;
    let mut output = Output::begin(format, options.output.as_deref(), terminal)?;
    let selection = Selection { wanted: query.wanted(), sieve: Sieve::of(&query), ..Selection::default() };
    let is_meant = |record: &Record| {
        let fires = |rules: &RuleSet| !rules.evaluate(record.raw()).is_empty();
        query.matches(record) && rules.as_ref().is_none_or(fires)
    };
    let look = |record: &Record| is_meant(record).then(|| Found::of(record, format));
    let mut found = 0_usize;
    let read = read_picked(&options.inputs, &selection, terminal, look, |seen, terminal| {
        for (_, one) in seen.found {
            interrupt::check()?;
            if options.limit.is_some_and(|limit| found >= limit) {
                bail!(Enough);
            }
            output.add(one, &seen.name, terminal)?;
            found = found.saturating_add(1);
        }
        terminal.found_records(found);
        Ok(interrupt::check()?)
    });
    let counts = match read {
        Ok(counts) => Some(counts),
        Err(error) if error.is::<Enough>() => None,
        Err(error) if error.is::<Interrupted>() => {
            terminal.show(crate::progress::Progress::hidden());
            return Ok(Ended::Interrupted); // an output file that has begun is taken away
        }
        Err(error) => return Err(error),
    };
    output.end(terminal)?;
    let Some(counts) = counts else {
        terminal.complain(&format!("stopped after {found} records, as --limit says; there may be more"));
        return Ok(Ended::Well);
    };
    counts.complain(terminal);
    if options.stats {
        let (Counts { inputs, bytes, .. }, seconds) = (&counts, started.elapsed().as_secs_f64());
        terminal
            .complain(&format!("inputs: {inputs}, bytes: {bytes}, seconds: {seconds:.3}, found: {found}"));
    }
    Ok(counts.ended())
}

/// Reads the rules of a file.
///
/// # Errors
/// If one of them cannot be honoured, or all are correlations: those are about many records.
fn rules(path: &Path) -> anyhow::Result<RuleSet> {
    let name = || format!("--rule {}", path.display());
    let (documents, mut rejected) = read(path).with_context(name)?;
    let loaded = RuleSet::load(documents);
    rejected.extend(loaded.rejected);
    if let Some(first) = rejected.first() {
        bail!("{}: {}", name(), first);
    }
    if loaded.rules.rules().len() == 0 {
        bail!("{}: holds no rule about single records; `evaluate --rules` judges correlations", name());
    }
    Ok(loaded.rules)
}
