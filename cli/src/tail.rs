//! `trailreflex tail`: records as they are delivered to a folder, or what passes the findings bus of a stack.

mod bus;
mod followed;
mod queue;

use crate::Ended;
use crate::args::{Format, Tail};
use crate::input::{log_files, name_of};
use crate::interrupt;
use crate::record_cells::cells;
use crate::terminal::{Style, Terminal, safe, safe_json};
use anyhow::bail;
use followed::{Followed, New};
use std::io::Write;
use std::time::Duration;
use trailreflex_detection::Level;
use trailreflex_history::{Picked, Query, Sieve};
use trailreflex_model::cloudtrail::{LogFile, Record};

/// How long an interruption may go unnoticed.
const STEP: Duration = Duration::from_millis(50);

/// Runs the command, until it is interrupted.
pub(crate) fn run(options: &Tail, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let format = terminal.format(options.format);
    // What a folder stands in conflict with is not demanded by the arguments themselves.
    if options.delete && options.queue.is_none() {
        bail!("--delete is for a --queue");
    }
    if let Some(stack) = &options.stack {
        return bus::follow(stack, format, terminal);
    }
    if let Some(url) = &options.queue {
        return queue::follow(url, options.delete, format, terminal);
    }
    let Some(folder) = &options.folder else { bail!("name a folder, a --stack or a --queue") };
    if !folder.is_dir() {
        bail!("{} is no folder; `search` reads files and buckets", folder.display());
    }
    let query = options.filters.query()?;
    let (sieve, wanted) = (Sieve::of(&query), query.wanted());
    interrupt::listen()?;
    let mut followed = Followed::new(options.limit.max_bytes);
    let mut is_first = true;
    loop {
        for found in log_files(std::slice::from_ref(folder)) {
            let Ok(path) = found else { continue }; // a folder that is just being deleted, or will be met again
            if !wanted.may_be_in(&name_of(&path)) {
                continue;
            }
            let (is_shown, is_old) = (options.all || !is_first, is_first);
            match followed.look(&path, is_old && !options.all) {
                New::Nothing => {}
                New::Unreadable(reason) => terminal.complain(&format!("{}: {reason}", name_of(&path))),
                New::Bytes(bytes) if is_shown => show(&bytes, (&query, &sieve), format, terminal)?,
                New::Bytes(_) => {}
            }
            if interrupt::check().is_err() {
                return Ok(Ended::Well);
            }
        }
        terminal.out.flush()?;
        is_first = false;
        let mut left = Duration::from_millis(options.every.get());
        while !left.is_zero() {
            if interrupt::check().is_err() {
                return Ok(Ended::Well); // there is no other way to end it
            }
            let step = left.min(STEP);
            std::thread::sleep(step);
            left = left.saturating_sub(step);
        }
    }
}

fn show(
    bytes: &[u8],
    (query, sieve): (&Query, &Sieve),
    format: Format,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let mut show_all = |bytes: &[u8]| {
        let file = LogFile::read(bytes);
        let mut meant = file.records.iter().filter(|record| query.matches(record));
        meant.try_for_each(|record| show_one(record, format, terminal))
    };
    match sieve.pick(bytes) {
        Picked::All => show_all(bytes),
        Picked::Some { records } => records.into_iter().try_for_each(show_all),
    }
}

fn show_one(record: &Record, format: Format, terminal: &mut Terminal) -> anyhow::Result<()> {
    let line = match format {
        Format::Json => safe_json(&record.raw().to_string()).into_owned(),
        Format::Table => {
            let [time, _, source, name, outcome, _, region, caller, _, address, ..] = cells(record);
            let service = source.strip_suffix(".amazonaws.com").unwrap_or(&source);
            let style = if outcome.is_empty() { Style::Bold } else { Style::Of(Level::Medium) };
            let call = safe(&format!("{service} {name}")).into_owned();
            let rest = safe(&format!("by {caller} from {address} in {region}")).into_owned();
            format!("{time}  {}  {rest}  {}", terminal.paint(style, &call), safe(&outcome))
        }
    };
    terminal.line(format!("{}\n", line.trim_end()).as_bytes())
}
