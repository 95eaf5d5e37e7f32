//! `trailreflex review`: who does what, against what they used to do, as a page, as JSON and as CSV.

use crate::Ended;
use crate::args::{Review as Options, in_order};
use crate::history::{Suggestion, file_of, gather, suggested};
use crate::interrupt::{self, Interrupted};
use crate::locator::Locator;
use crate::output_file::OutputFile;
use crate::reading::Counts;
use crate::rules::load::load;
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use anyhow::{Context, bail};
use std::io::Write;
use std::path::Path;
use trailreflex_activity::{Activity, Added, Call, Read, Review, Sighting, Travels};
use trailreflex_detection::{Level, Rule, RuleSet};
use trailreflex_model::cloudtrail::Record;
use trailreflex_pages::{Beside, PAGE, ReviewFile, review_files, unit};

/// Most notable things that are shown on a terminal; the page has all.
const MAX_SHOWN: usize = 20;

/// Runs the command.
pub(crate) fn run(options: &Options, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    in_order(options.from, options.to)?;
    std::fs::create_dir_all(&options.out)
        .with_context(|| format!("the folder {} cannot be made", options.out.display()))?;
    interrupt::listen()?;
    let locator = options.locations.as_deref().map(Locator::open).transpose()?;
    let rules = if options.no_rules { RuleSet::load([]).rules } else { load(&options.rules, terminal)? };
    let mut activity = Activity::default();
    let mut travels = Travels::default();
    let look = |record: &Record, _: &[&Rule]| {
        let sighting =
            locator.as_ref().and_then(|locator| Sighting::of(record, |address| locator.place(address)));
        Call::of(record).map(|call| (call, sighting))
    };
    let gathered = gather(&options.inputs, &rules, terminal, look, |(call, sighting)| {
        if activity.add(&call) == Added::New
            && let Some(sighting) = sighting
        {
            travels.add(sighting);
        }
        Ok(interrupt::check()?)
    });
    let history = match gathered {
        Ok(history) => history,
        Err(error) if error.is::<Interrupted>() => {
            terminal.show(crate::progress::Progress::hidden());
            return Ok(Ended::Interrupted);
        }
        Err(error) => return Err(error),
    };
    history.counts.complain(terminal);
    if let Some(complaint) = locator.as_ref().and_then(Locator::complaint) {
        terminal.complain(&complaint);
    }
    let Some(review) = activity.review(options.from, options.to) else {
        bail!(
            "no call was made on the days to be reviewed, so there is nothing to review; is it in the inputs?"
        );
    };
    let review = review.with_travels(&travels);
    let (suggested, _) = suggested(&history, options.habit, (&rules, &options.rules))?;
    write_all(&options.out, &review, &history.counts, &suggested)?;
    show(&options.out, &review, terminal)?;
    Ok(history.counts.ended())
}

/// Writes all files; each is there when it is whole, and not before.
fn write_all(
    folder: &Path,
    review: &Review,
    counts: &Counts,
    suggested: &[Suggestion],
) -> anyhow::Result<()> {
    let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let read = Read {
        inputs: number(counts.inputs),
        records: number(counts.records),
        unreadable: number(counts.unreadable),
        malformed: number(counts.malformed),
        ..Read::default()
    };
    let suppressions: Vec<_> = suggested.iter().map(Suggestion::for_page).collect();
    let files = review_files(review, read, Beside { suppressions: &suppressions, ..Beside::default() })?;
    let suppressions = (!suggested.is_empty()).then(|| ("suppressions.yml", file_of(suggested).into_bytes()));
    let files = files.into_iter().map(|ReviewFile { name, content, .. }| (name, content));
    for (name, content) in suppressions.into_iter().chain(files) {
        let mut file = OutputFile::begin(&folder.join(name))?;
        file.write_all(&content)?;
        file.finish()?;
    }
    Ok(())
}

fn show(folder: &Path, review: &Review, terminal: &mut Terminal) -> anyhow::Result<()> {
    let mut table = Table::new(["what", "how much", "since", "who", "which"]);
    for one in review.notable.iter().take(MAX_SHOWN) {
        let count = format!("{} {}", one.count, unit(one.kind, one.count == 1));
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
