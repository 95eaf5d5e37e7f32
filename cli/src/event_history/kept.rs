//! A file of records that grows from run to run until it is whole.
//!
//! The event history comes newest first. What was written tells how far it got: the time of the oldest record, and the ids of
//! all that were made in that second, as another look-up begins with that second again.

use super::time_of;
use crate::terminal::safe_json;
use anyhow::{Context, bail};
use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, Write};
use std::path::{Path, PathBuf};

/// A file on its way, under another name beside its own.
pub(super) struct Kept {
    file: File,
    partial: PathBuf,
    path: PathBuf,
    records: usize,
    oldest: Option<Timestamp>,
    /// Ids of the records of that second.
    ids: HashSet<String>,
}

impl Kept {
    /// Goes on with what an earlier run of the same command has left, or begins. `command` tells commands apart.
    ///
    /// # Errors
    /// If there is such a file already, or it cannot be written.
    pub(super) fn open(path: &Path, command: &str) -> anyhow::Result<Self> {
        if path.exists() {
            bail!("{} is there already; remove it, or name another --output", path.display());
        }
        let name = path.file_name().context("--output names no file")?.to_string_lossy();
        let digest = Sha256::digest(command.as_bytes());
        let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let partial = path.with_file_name(format!(".{name}.{digest}.partial"));
        let open = OpenOptions::new().read(true).append(true).create(true).open(&partial);
        let file = open.with_context(|| format!("{} cannot be written", partial.display()))?;
        file.try_lock().with_context(|| format!("another run writes {}", path.display()))?;
        let mut kept =
            Self { file, partial, path: path.to_owned(), records: 0, oldest: None, ids: HashSet::new() };
        kept.read()?;
        Ok(kept)
    }

    /// Takes what is there; a line that was cut off is taken away.
    fn read(&mut self) -> anyhow::Result<()> {
        let mut reader = BufReader::new(self.file.try_clone()?);
        reader.rewind()?;
        let (mut line, mut whole) = (Vec::new(), 0_u64);
        loop {
            line.clear();
            let length = reader.read_until(b'\n', &mut line)?;
            let record = line.strip_suffix(b"\n").and_then(|line| serde_json::from_slice::<Value>(line).ok());
            let Some(record) = record else { break };
            whole = whole.saturating_add(length as u64);
            self.note(&record);
        }
        self.file.set_len(whole)?;
        Ok(())
    }

    /// The time of the oldest record, if there is one.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// How many records there are.
    pub(super) fn records(&self) -> usize {
        self.records
    }

    /// Adds what is not there yet.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn add(&mut self, records: &[Value]) -> anyhow::Result<()> {
        let mut lines = String::new();
        for record in records {
            if self.is_known(record) {
                continue;
            }
            lines.push_str(&safe_json(&record.to_string()));
            lines.push('\n');
            self.note(record);
        }
        self.file
            .write_all(lines.as_bytes())
            .with_context(|| format!("{} cannot be written", self.partial.display()))
    }

    fn is_known(&self, record: &Value) -> bool {
        let id = record.get("eventID").and_then(Value::as_str);
        time_of(record) == self.oldest && id.is_some_and(|id| self.ids.contains(id))
    }

    fn note(&mut self, record: &Value) {
        self.records = self.records.saturating_add(1);
        let Some(time) = time_of(record) else { return };
        if self.oldest.is_none_or(|oldest| time < oldest) {
            self.oldest = Some(time);
            self.ids.clear();
        }
        if self.oldest == Some(time)
            && let Some(id) = record.get("eventID").and_then(Value::as_str)
        {
            self.ids.insert(id.to_owned());
        }
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// If that cannot be done.
    pub(super) fn finish(self) -> anyhow::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.partial, &self.path)
            .with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(second: u32, id: &str) -> Value {
        json!({"eventTime": format!("2026-11-24T10:00:{second:02}Z"), "eventID": id})
    }

    fn fresh(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("trailreflex-kept-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder.join("history.jsonl")
    }

    #[test]
    fn a_run_goes_on_where_the_one_before_has_stopped_even_within_a_line() {
        let path = fresh("goes-on");
        let mut first = Kept::open(&path, "command").unwrap();
        first.add(&[record(9, "a"), record(5, "b"), record(5, "c")]).unwrap();
        first.file.write_all(b"{\"eventTime\": \"2026").unwrap();
        drop(first);
        assert!(!path.exists(), "it is not whole");

        let mut second = Kept::open(&path, "command").unwrap();
        assert_eq!(
            (second.records(), second.oldest().map(|time| time.to_string())),
            (3, Some("2026-11-24T10:00:05Z".into()))
        );
        second.add(&[record(5, "c"), record(5, "b"), record(5, "d"), record(2, "e")]).unwrap();
        assert_eq!(second.records(), 5);
        second.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let ids: Vec<_> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["eventID"].clone())
            .collect();
        assert_eq!(ids, ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn another_command_begins_anew_and_no_file_is_written_over() {
        let path = fresh("other");
        let mut first = Kept::open(&path, "one").unwrap();
        first.add(&[record(9, "a")]).unwrap();
        assert_eq!(Kept::open(&path, "other").unwrap().records(), 0);
        let twice = Kept::open(&path, "one").err().unwrap();
        assert!(twice.to_string().contains("another run writes"), "{twice:#}");
        first.finish().unwrap();
        assert!(Kept::open(&path, "one").err().unwrap().to_string().contains("is there already"));
    }
}
