//! Reads every record under a folder and says of how many calls the authorising actions are known.
//!
//! `cargo run -p trailreflex-actions --example known_calls -- FOLDER`. Ends with an error if less than 98 % are known.
#![expect(clippy::print_stdout, reason = "a command's report")]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use trailreflex_actions::{Called, called};
use trailreflex_model::cloudtrail::{EventType, LogFile, Record};

/// How many of a hundred different calls have to be known.
const LEAST_PERCENT: usize = 98;

/// A call of an API: `eventSource` and `eventName`.
type Call = (String, String);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: corpus FOLDER")?;
    let mut calls = BTreeSet::new();
    for path in files_under(Path::new(&folder))? {
        let file = LogFile::read(&std::fs::read(&path)?);
        calls.extend(file.records.iter().filter_map(call));
    }
    let (mut known, mut free, mut unknown) = (0, 0, Vec::new());
    for (event_source, event_name) in &calls {
        match called(event_source, event_name) {
            Called::Actions(_) => known += 1,
            Called::Nothing => free += 1,
            Called::Unknown => unknown.push(format!("{event_source} {event_name}")),
        }
    }
    println!(
        "{} different calls: {known} with known actions, {free} need no permission, {} unknown",
        calls.len(),
        unknown.len()
    );
    for call in &unknown {
        println!("  {call}");
    }
    if calls.is_empty() {
        return Err("there is no call".into());
    }
    let is_enough = (known + free) * 100 >= calls.len() * LEAST_PERCENT;
    if is_enough { Ok(()) } else { Err(format!("less than {LEAST_PERCENT} % are known").into()) }
}

/// Returns the call that a record tells of; records of other types tell of none, or of no public API.
///
/// Lines `{"why": …, "event": {…}}`, a collection of oddities with notes, count as the record in them.
fn call(record: &Record) -> Option<Call> {
    let noted = record.raw().get("event").and_then(|event| Record::parse(event.clone()).ok());
    let record = noted.as_ref().unwrap_or(record);
    let is_call = record.event_type() == Some(&EventType::ApiCall);
    let (event_source, event_name) = (record.event_source()?, record.event_name()?);
    is_call.then(|| (event_source.to_owned(), event_name.to_owned()))
}

fn files_under(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_under(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "json" || ending == "ndjson") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
