//! Reads every record under a folder and says whether each was parsed and kept whole.
//!
//! `cargo run -p trailreflex-model --example corpus -- FOLDER`. Ends with an error if a record was not.
#![expect(clippy::print_stdout, reason = "a command's report")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use trailreflex_model::cloudtrail::{LogFile, Record};

/// What was seen in one file.
#[derive(Default)]
struct Tally {
    entries: usize,
    parsed: usize,
    whole: usize,
    failures: Vec<String>,
    kinds: BTreeMap<String, usize>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: corpus FOLDER")?;
    let mut total = Tally::default();
    for path in files_under(Path::new(&folder))? {
        let tally = read_file(&std::fs::read(&path)?);
        print(&path.display().to_string(), &tally);
        total.add(tally);
    }
    print("all", &total);
    let is_complete = total.entries > 0 && total.failures.is_empty() && total.whole == total.entries;
    if is_complete { Ok(()) } else { Err("not every entry was parsed and kept whole".into()) }
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

fn read_file(bytes: &[u8]) -> Tally {
    let unwrapped = without_notes(bytes);
    let bytes = unwrapped.as_deref().unwrap_or(bytes);
    let file = LogFile::read(bytes);
    let originals = originals_in(bytes);
    let mut tally = Tally { entries: originals.len(), ..Tally::default() };
    for rejected in &file.rejected {
        tally.failures.push(format!("entry {}: {:?}", rejected.position, rejected.reason));
    }
    for (record, original) in file.records.iter().zip(&originals) {
        tally.count(record, original);
    }
    tally
}

/// Reads the entries a second time, without the reader that is being checked.
fn originals_in(bytes: &[u8]) -> Vec<Value> {
    let values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>().map_while(Result::ok);
    values
        .flat_map(|value| match value.get("Records") {
            Some(Value::Array(records)) => records.clone(),
            Some(_) | None => vec![value],
        })
        .collect()
}

/// Takes the records out of lines `{"why": …, "event": {…}}`, a collection of oddities with notes.
fn without_notes(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut events = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let note: Value = serde_json::from_slice(line).ok()?;
        events.extend_from_slice(note.get("why").and(note.get("event"))?.to_string().as_bytes());
        events.push(b'\n');
    }
    Some(events)
}

impl Tally {
    fn count(&mut self, record: &Record, original: &Value) {
        self.parsed += 1;
        *self.kinds.entry(format!("{:?}", record.identity().kind)).or_default() += 1;
        let written = serde_json::to_string(record).ok();
        if record.raw() == original && written == Some(original.to_string()) {
            self.whole += 1;
        } else {
            self.failures.push(format!("{record:?} was not kept whole"));
        }
    }

    fn add(&mut self, other: Self) {
        self.entries += other.entries;
        self.parsed += other.parsed;
        self.whole += other.whole;
        self.failures.extend(other.failures);
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
    }
}

fn print(name: &str, tally: &Tally) {
    println!("{name}: {} entries, {} parsed, {} kept whole", tally.entries, tally.parsed, tally.whole);
    println!("  kinds: {:?}", tally.kinds);
    for failure in &tally.failures {
        println!("  {failure}");
    }
}
