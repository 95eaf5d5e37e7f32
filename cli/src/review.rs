//! `trailreflex review`: who does what, against what they used to do, as a page, as JSON and as CSV.

use crate::Ended;
use crate::args::{Review as Options, in_order};
use crate::interrupt::{self, Interrupted};
use crate::output_file::OutputFile;
use crate::reading::{Counts, read_all};
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use anyhow::{Context, bail};
use std::io::Write;
use std::path::Path;
use trailreflex_activity::{Activity, Call, Read, Review};
use trailreflex_detection::Level;
use trailreflex_pages::{PAGE, ReviewFile, review_files};

/// Most notable things that are shown on a terminal; the page has all.
const MAX_SHOWN: usize = 20;

/// Runs the command.
pub(crate) fn run(options: &Options, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    in_order(options.from, options.to)?;
    std::fs::create_dir_all(&options.out)
        .with_context(|| format!("the folder {} cannot be made", options.out.display()))?;
    interrupt::listen()?;
    let mut activity = Activity::default();
    let read = read_all(&options.inputs, terminal, Call::of, |seen, _| {
        for (_, call) in &seen.found {
            activity.add(call);
        }
        Ok(interrupt::check()?)
    });
    let counts = match read {
        Ok(counts) => counts,
        Err(error) if error.is::<Interrupted>() => {
            terminal.show(crate::progress::Progress::hidden());
            return Ok(Ended::Interrupted);
        }
        Err(error) => return Err(error),
    };
    counts.complain(terminal);
    let Some(review) = activity.review(options.from, options.to) else {
        bail!(
            "no call was made on the days to be reviewed, so there is nothing to review; is it in the inputs?"
        );
    };
    write_all(&options.out, &review, &counts)?;
    show(&options.out, &review, terminal)?;
    Ok(counts.ended())
}

/// Writes all files; each is there when it is whole, and not before.
fn write_all(folder: &Path, review: &Review, counts: &Counts) -> anyhow::Result<()> {
    let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let read = Read {
        inputs: number(counts.inputs),
        records: number(counts.records),
        unreadable: number(counts.unreadable),
        malformed: number(counts.malformed),
        ..Read::default()
    };
    for ReviewFile { name, content, .. } in review_files(review, read, None)? {
        let mut file = OutputFile::begin(&folder.join(name))?;
        file.write_all(&content)?;
        file.finish()?;
    }
    Ok(())
}

fn show(folder: &Path, review: &Review, terminal: &mut Terminal) -> anyhow::Result<()> {
    let mut table = Table::new(["what", "calls", "since", "who", "which"]);
    for one in review.notable.iter().take(MAX_SHOWN) {
        let count = one.count.to_string();
        let time = one.time.to_string();
        let cells = [one.kind.title(), &count, &time, &one.principal, &one.values.join(", ")];
        table.add(Style::Of(Level::Medium), cells);
    }
    table.write(terminal)?;
    let hidden = review.notable.len().saturating_sub(MAX_SHOWN);
    if hidden > 0 {
        terminal.complain(&format!("and {hidden} more"));
    }
    terminal.complain(&format!(
        "{} to {}: {} calls, {} notable; the page is {}",
        review.period.from,
        review.period.to,
        review.totals.counts.calls,
        review.notable.len(),
        folder.join(PAGE).display()
    ));
    Ok(())
}
