//! `trailreflex timeline`: what somebody did, and everybody whom they became or made.

mod graph;
mod html;
mod show;

use crate::Ended;
use crate::args::Timeline;
use crate::interrupt::{self, Interrupted};
use crate::output_file::OutputFile;
use crate::reading::{Counts, read_picked};
use crate::record_cells::cells;
use crate::terminal::Terminal;
use anyhow::bail;
use std::io::Write;
use std::path::Path;
use trailreflex_history::{Lineage, Link, Selection, Sieve};
use trailreflex_model::cloudtrail::Record;

/// Most calls of a timeline: they are sorted, so all of them are in memory, and nobody reads more.
const MAX_CALLS: usize = 100_000;

/// A call of one of the identities.
#[derive(Debug)]
struct Call {
    /// The identity's place in the lineage.
    node: usize,
    cells: [String; 12],
}

/// All calls, in the order of time.
#[derive(Debug)]
struct Found {
    lineage: Lineage,
    calls: Vec<Call>,
    counts: Counts,
}

/// Runs the command.
pub(crate) fn run(options: &Timeline, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    if options.inputs.paths.iter().any(|path| path == Path::new("-")) {
        bail!("a timeline reads its inputs twice, which `-` cannot be; write the records to a file first");
    }
    let format = options.format.unwrap_or_else(|| terminal.format(None).into());
    interrupt::listen()?;
    let mut file = options.output.as_deref().map(OutputFile::begin).transpose()?;
    let found = match find(options, terminal) {
        Ok(found) => found,
        Err(error) if error.is::<Interrupted>() => {
            terminal.show(crate::progress::Progress::hidden());
            return Ok(Ended::Interrupted);
        }
        Err(error) => return Err(error),
    };
    match &mut file {
        Some(file) => show::show(&found, format, (terminal, Some(file)))?,
        None => show::show::<OutputFile>(&found, format, (terminal, None))?,
    }
    file.map_or(Ok(()), OutputFile::finish)?;
    found.counts.complain(terminal);
    if found.calls.is_empty() {
        terminal.complain(&format!("no call of {} was found", found.lineage.start()));
    }
    Ok(found.counts.ended())
}

fn find(options: &Timeline, terminal: &mut Terminal) -> anyhow::Result<Found> {
    let lineage = Lineage::follow(options.start.clone(), links(options, terminal)?);
    let selection = Selection { sieve: lineage.sieve(), ..Selection::default() };
    let look = |record: &Record| lineage.whose(record).map(|node| Call { node, cells: cells(record) });
    let mut calls = Vec::new();
    let counts = read_picked(&options.inputs, &selection, terminal, look, |seen, terminal| {
        calls.extend(seen.found.into_iter().map(|(_, call)| call));
        if calls.len() > MAX_CALLS {
            bail!(
                "more than {MAX_CALLS} calls belong to it; begin with one key or session, give fewer inputs, or use `search`"
            );
        }
        terminal.found_records(calls.len());
        Ok(interrupt::check()?)
    })?;
    let order = |call: &Call| {
        let [time, id, ..] = &call.cells;
        (time.clone(), id.clone())
    };
    calls.sort_by_cached_key(order);
    // The same record may stand in two files.
    calls.dedup_by(|one, other| one.cells == other.cells && one.node == other.node);
    Ok(Found { lineage, calls, counts })
}

/// Reads all calls by which somebody became or made somebody else. What cannot be read is told the second time.
fn links(options: &Timeline, terminal: &mut Terminal) -> anyhow::Result<Vec<Link>> {
    let selection = Selection { sieve: Sieve::of_any(vec![Link::calls()]), ..Selection::default() };
    let mut links = Vec::new();
    terminal.hush(true);
    let read = read_picked(&options.inputs, &selection, terminal, Link::of, |seen, _| {
        links.extend(seen.found.into_iter().map(|(_, link)| link));
        Ok(interrupt::check()?)
    });
    terminal.hush(false);
    read.map(|_| links)
}

/// Writes to a file if there is one, else to standard output.
fn write<W: Write>(
    bytes: &[u8],
    (terminal, file): &mut (&mut Terminal, Option<&mut W>),
) -> anyhow::Result<()> {
    match file {
        Some(file) => Ok(file.write_all(bytes)?),
        None => terminal.line(bytes),
    }
}
