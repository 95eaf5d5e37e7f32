//! `trailreflex history`: CloudTrail's event history as lines of records, which every other command reads.

mod gap;
mod kept;

use crate::Ended;
use crate::args::{EventHistory as Options, in_order};
use crate::interrupt;
use crate::progress::Progress;
use crate::terminal::{Terminal, safe_json};
use anyhow::Context;
use gap::Gap;
use jiff::Timestamp;
use kept::Kept;
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::Runtime;
use trailreflex_aws::{EventHistory, HistoryPage, LookedUp, load_for_a_person_in};

/// How often in a row CloudTrail may refuse to answer for now, besides what the SDK tries by itself.
const ATTEMPTS: u32 = 5;
/// How long is waited then.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the command.
pub(crate) fn run(options: &Options, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    in_order(options.from, options.to)?;
    interrupt::listen()?;
    let attribute = options.by.attribute();
    let until = options.to.unwrap_or_else(crate::suppressing::now);
    let runtime = crate::operate::runtime()?;
    let config = runtime.block_on(load_for_a_person_in(options.region.clone()));
    let gap = match &options.since_gap {
        Some(path) => {
            let region = config.region().map(ToString::to_string).unwrap_or_default();
            Some(Gap::read(path, options.from, &region, terminal)?)
        }
        None => None,
    };
    let since = gap.as_ref().map_or(options.from, Gap::since);
    if let (Some(since), Some(_)) = (since, &gap) {
        in_order(Some(since), options.to)?;
        terminal.complain(&format!("looking from {since}"));
    }
    let mut to = match &options.output {
        Some(path) => To::File(Kept::open(path, &key(options, attribute.as_ref(), since))?),
        None => To::Terminal,
    };
    let mut looked_up = LookedUp { attribute, since, until };
    if let To::File(kept) = &to
        && let Some(oldest) = kept.oldest()
    {
        looked_up.until = oldest.min(until);
        terminal.complain(&format!("going on from {oldest}, with {} records written before", kept.records()));
    }
    let history = EventHistory::new(&config);
    let ended = follow((&history, &runtime), (&looked_up, gap.as_ref()), &mut to, terminal)?;
    match (to, ended) {
        (To::File(kept), Ended::Well) => {
            let records = kept.records();
            kept.finish()?;
            terminal.complain(&format!("{records} records"));
        }
        (To::File(kept), _) => terminal.complain(&format!(
            "interrupted after {} records; the same command goes on from there",
            kept.records()
        )),
        (To::Terminal, _) => {}
    }
    Ok(ended)
}

/// Where records go.
enum To {
    Terminal,
    File(Kept),
}

/// What makes two commands the same, so that one goes on where the other has stopped.
fn key(options: &Options, attribute: Option<&(&'static str, String)>, since: Option<Timestamp>) -> String {
    // Without --to each run has another end, and what is older than its beginning is the same.
    format!("{attribute:?} {since:?} {:?} {:?}", options.to, options.region)
}

fn follow(
    (history, runtime): (&EventHistory, &Runtime),
    (looked_up, gap): (&LookedUp, Option<&Gap>),
    to: &mut To,
    terminal: &mut Terminal,
) -> anyhow::Result<Ended> {
    let progress = Progress::of_bytes(None);
    terminal.show(progress.clone());
    let (mut next, mut refused, mut found) = (None, 0, 0_usize);
    loop {
        if interrupt::check().is_err() {
            terminal.show(Progress::hidden());
            return Ok(Ended::Interrupted);
        }
        let page = match runtime.block_on(history.page(looked_up, next.clone())) {
            Ok(page) => page,
            Err(error) if error.is_transient && refused < ATTEMPTS => {
                refused += 1;
                std::thread::sleep(PATIENCE);
                continue;
            }
            Err(error) => {
                terminal.show(Progress::hidden());
                return Err(error).context(
                    "the event history cannot be read; is there a profile (AWS_PROFILE) that may call \
                     cloudtrail:LookupEvents, and a Region? What was written is kept, and the same command goes on from there",
                );
            }
        };
        refused = 0;
        let HistoryPage { mut records, unreadable, next: more } = page;
        records.retain(|record| !gap.is_some_and(|gap| gap.has(record)));
        if unreadable > 0 {
            terminal.complain(&format!("{unreadable} records are no JSON, and left out"));
        }
        found = found.saturating_add(records.len());
        progress.found_records(found);
        write(&records, to, terminal)?;
        match more {
            Some(more) => next = Some(more),
            None => {
                terminal.show(Progress::hidden());
                return Ok(Ended::Well);
            }
        }
    }
}

fn write(records: &[Value], to: &mut To, terminal: &mut Terminal) -> anyhow::Result<()> {
    match to {
        To::Terminal => records
            .iter()
            .try_for_each(|record| terminal.line(format!("{}\n", safe_json(&record.to_string())).as_bytes())),
        To::File(kept) => kept.add(records),
    }
}

/// When a record was made, as it says.
fn time_of(record: &Value) -> Option<Timestamp> {
    record.get("eventTime")?.as_str()?.parse().ok()
}
