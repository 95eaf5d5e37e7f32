//! Runs a query on the command's inputs.

use super::files::Files;
use super::output::Output;
use crate::Ended;
use crate::args::{RowsFormat, Sql};
use crate::input::{name_of, text};
use crate::interrupt;
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use trailreflex_sql::{Engine, Limits, SqlError};

/// Runs the command.
pub(crate) fn run(options: &Sql, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let query = match options.query.strip_prefix('@') {
        Some(path) => Cow::Owned(text(Path::new(path)).with_context(|| path.to_owned())?),
        None => Cow::Borrowed(options.query.as_str()),
    };
    let limits =
        Limits { memory: options.max_memory, spill: options.max_spill, threads: options.inputs.jobs() };
    let format = options.format.unwrap_or_else(|| terminal.format(None).into());
    let waits = matches!(format, RowsFormat::Table | RowsFormat::Parquet) || options.output.is_some();
    interrupt::listen()?;
    let parquet: Vec<_> = options.inputs.paths.iter().filter(|path| is_parquet(path)).collect();
    let files = Arc::new(Files::of(options.inputs.clone(), waits || !terminal.is_terminal()));
    let engine = match parquet.len() {
        0 => Engine::over_logs(Arc::clone(&files) as _, limits)?,
        of_all if of_all == options.inputs.paths.len() => Engine::over_parquet(&places(&parquet)?, limits)?,
        _ => bail!("a query reads logs or Parquet files, not both; export the logs first: --format parquet"),
    };
    let mut output = Output::of(format, options.output.as_deref(), terminal)?;
    match engine.run(&query, &mut output) {
        Ok(()) => {}
        // An output file that has begun is taken away.
        Err(_) if interrupt::check().is_err() => return Ok(Ended::Interrupted),
        Err(SqlError::Taker(error)) => return Err(anyhow::anyhow!(error)),
        Err(error) => return Err(error.into()),
    }
    let rows = output.end()?;
    let counts = files.counts();
    counts.complain(terminal);
    if options.stats {
        let seconds = started.elapsed().as_secs_f64();
        let (inputs, bytes) = (counts.inputs, counts.bytes);
        terminal.complain(&format!("inputs: {inputs}, bytes: {bytes}, seconds: {seconds:.3}, rows: {rows}"));
    }
    Ok(counts.ended())
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

/// Returns the files as the engine takes them: whole paths, so that none is read as an address of something else.
fn places(paths: &[&PathBuf]) -> anyhow::Result<Vec<String>> {
    let place = |path: &&PathBuf| {
        let whole = path.canonicalize().with_context(|| format!("{} cannot be opened", path.display()))?;
        Ok(name_of(&whole))
    };
    paths.iter().map(place).collect()
}
