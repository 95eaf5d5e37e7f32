//! What somebody has of a time already: where the event history is to begin, and which of its records are not new.
//!
//! CloudTrail shows a call in its event history up to a quarter of an hour after it, so whatever was written last may lack some
//! of the last quarter of an hour: that is looked up once more.

use crate::input::{log_file, log_files};
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use trailreflex_model::cloudtrail::{EventCategory, Record};

/// How far before the newest record a look-up begins. Source: CloudTrail User Guide, "How CloudTrail works".
const OVERLAP: SignedDuration = SignedDuration::from_mins(15);
/// Most bytes of one file, once decompressed.
const MAX_BYTES: u64 = 1 << 30;

/// Records that are there already.
#[derive(Debug, Default)]
pub(super) struct Gap {
    /// Ids by the time of their records, of as much time as a look-up may bring again.
    known: BTreeMap<Timestamp, HashSet<String>>,
    from: Option<Timestamp>,
}

impl Gap {
    /// Reads what is in a file or folder of records of `region`. A look-up begins at `from` if that is given.
    ///
    /// # Errors
    /// If something there cannot be read, or nothing tells where to begin.
    pub(super) fn read(
        path: &Path,
        from: Option<Timestamp>,
        region: &str,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Self> {
        let mut gap = Self { from, ..Self::default() };
        for found in log_files(&[path.to_owned()]) {
            let found = found
                .map_err(|(path, error)| anyhow::Error::new(error).context(path.display().to_string()))?;
            // What is not read could be taken for missing, and found once more.
            let file = log_file(&found, MAX_BYTES).with_context(|| found.display().to_string())?;
            if !file.rejected.is_empty() {
                let left_out = file.rejected.len();
                terminal.complain(&format!(
                    "{}: {left_out} entries are no records, and left out",
                    found.display()
                ));
            }
            file.records.iter().for_each(|record| gap.note(record, region));
        }
        if gap.since().is_none() {
            bail!(
                "{} has no management event of {region} that tells where to begin; add --from",
                path.display()
            );
        }
        Ok(gap)
    }

    /// Takes a record, if the event history of `region` has such: neither data events nor what was done elsewhere.
    fn note(&mut self, record: &Record, region: &str) {
        let is_here = record.region().is_some_and(|one| one.as_str() == region);
        let is_of_history = is_here && matches!(record.category(), None | Some(EventCategory::Management));
        let (Some(time), Some(id), true) = (record.event_time(), record.event_id(), is_of_history) else {
            return;
        };
        self.known.entry(time).or_default().insert(id.as_str().to_owned());
        if let Some(since) = self.since() {
            self.known = self.known.split_off(&since);
        }
    }

    /// Returns where the event history is to begin.
    pub(super) fn since(&self) -> Option<Timestamp> {
        self.from.or_else(|| self.known.last_key_value()?.0.checked_sub(OVERLAP).ok())
    }

    /// Returns whether a record is there already.
    pub(super) fn has(&self, record: &Value) -> bool {
        let id = record.get("eventID").and_then(Value::as_str);
        let time = super::time_of(record);
        let known = time.and_then(|time| self.known.get(&time));
        known.zip(id).is_some_and(|(ids, id)| ids.contains(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ID: &str = "3038ebd2-c98a-4c65-9b6e-e22506292313";

    fn record(minute: u32, last: u32, region: &str, category: &str) -> Value {
        json!({
            "eventTime": format!("2026-11-24T10:{minute:02}:00Z"), "eventID": id(last), "awsRegion": region,
            "eventCategory": category, "eventSource": "iam.amazonaws.com", "eventName": "CreateUser",
        })
    }

    fn id(last: u32) -> String {
        format!("{}{last}", ID.strip_suffix('3').unwrap())
    }

    fn gap(from: Option<&str>, records: &[Value]) -> Gap {
        let mut gap = Gap { from: from.map(|from| from.parse().unwrap()), ..Gap::default() };
        for raw in records {
            gap.note(&Record::parse(raw.clone()).unwrap(), "us-east-1");
        }
        gap
    }

    fn here(minute: u32, last: u32) -> Value {
        record(minute, last, "us-east-1", "Management")
    }

    #[test]
    fn a_look_up_begins_a_quarter_of_an_hour_before_the_newest_record_that_the_history_may_have() {
        let records = [
            here(20, 1),
            here(5, 2),
            record(50, 3, "eu-west-1", "Management"),
            record(55, 4, "us-east-1", "Data"),
        ];
        let since = gap(None, &records).since().unwrap();
        assert_eq!(since.to_string(), "2026-11-24T10:05:00Z");
        assert_eq!(gap(None, &records[2..]).since(), None);
    }

    #[test]
    fn what_is_there_already_is_known_and_what_no_look_up_brings_is_forgotten() {
        let records = [here(3, 1), here(20, 2), here(6, 3)];
        let trailing = gap(None, &records);
        let known = |gap: &Gap| [1, 2, 3].map(|last| gap.has(&records[if last == 1 { 0 } else { last - 1 }]));
        assert_eq!(known(&trailing), [false, true, true]);
        assert!(!trailing.has(&here(20, 9)), "another call of that second");
        let given = gap(Some("2026-11-24T10:00:00Z"), &records);
        assert_eq!(known(&given), [true, true, true]);
        assert_eq!(given.since().unwrap().to_string(), "2026-11-24T10:00:00Z");
    }
}
