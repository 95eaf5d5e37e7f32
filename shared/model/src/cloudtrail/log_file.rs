//! The records of one delivered file, in whatever wrapping they come.

use super::record::{NotARecord, Record, check};
use super::salvage::{Damage, Values};
use serde_json::Value;

/// What a file of CloudTrail's holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogFile {
    /// The records, in the file's order, which is not the order of time.
    pub records: Vec<Record>,
    /// What is no record, and why.
    pub rejected: Vec<Rejected>,
}

/// Something in a file that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its place among the file's entries, records included, from 0.
    pub position: usize,
    /// Why it is no record.
    pub reason: Rejection,
}

/// Why something in a file is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A digest file: hashes of log files, delivered to the same bucket. Nothing is missing.
    #[error("a digest file, which holds no records")]
    Digest,
    /// `{"Records": []}`, which CloudTrail does deliver. Nothing is missing.
    #[error("the file says that it has no records")]
    NoRecords,
    /// The file has no bytes but blanks.
    #[error("the file is empty")]
    Empty,
    /// It is JSON, but no record.
    #[error("the entry is not a record")]
    NotARecord(#[source] NotARecord),
    /// It is not JSON. What stands before and, where possible, behind it has been read.
    #[error("not JSON at byte {at_byte}: {cause}")]
    NotJson {
        /// Where the unreadable entry begins.
        at_byte: usize,
        /// What the JSON reader says.
        cause: String,
    },
}

impl LogFile {
    /// Reads a decompressed file: `{"Records": […]}`, an array, single records or EventBridge events,
    /// one after the other with or without line breaks.
    ///
    /// An unreadable entry costs nothing but itself. Of an EventBridge event only the detail is looked at.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        for value in Values::of(bytes) {
            match value {
                Ok(value) => file.take(value),
                Err(Damage { at_byte, cause }) => file.reject(Rejection::NotJson { at_byte, cause }),
            }
        }
        if file.entries() == 0 {
            file.reject(Rejection::Empty);
        }
        file
    }

    fn take(&mut self, mut value: Value) {
        if check(&value).is_ok() {
            self.take_entry(value); // whatever else it has: a record is no wrapping
        } else if let Some(entries) = value.get_mut("Records").and_then(Value::as_array_mut) {
            self.take_all(std::mem::take(entries));
        } else if let Some(entries) = value.as_array_mut() {
            self.take_all(std::mem::take(entries));
        } else if value.get("digestS3Object").is_some() {
            self.reject(Rejection::Digest);
        } else {
            self.take_entry(value);
        }
    }

    fn take_all(&mut self, entries: Vec<Value>) {
        if entries.is_empty() {
            self.reject(Rejection::NoRecords);
        }
        for entry in entries {
            self.take_entry(entry);
        }
    }

    fn take_entry(&mut self, entry: Value) {
        match Record::parse(without_envelope(entry)) {
            Ok(record) => self.records.push(record),
            Err(error) => self.reject(Rejection::NotARecord(error)),
        }
    }

    fn reject(&mut self, reason: Rejection) {
        self.rejected.push(Rejected { position: self.entries(), reason });
    }

    fn entries(&self) -> usize {
        self.records.len().saturating_add(self.rejected.len())
    }
}

/// Takes the record out of an EventBridge event. A malformed envelope is no reason to lose the record in it.
pub(super) fn without_envelope(mut entry: Value) -> Value {
    if check(&entry).is_ok() || entry.get("detail-type").is_none() {
        return entry;
    }
    entry.get_mut("detail").map(Value::take).unwrap_or(entry)
}
