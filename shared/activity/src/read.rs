//! What was read for a review, and what could not be.

use serde::{Deserialize, Serialize};

/// Numbers of what was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Read {
    /// Files or other inputs.
    pub inputs: u64,
    /// Records.
    pub records: u64,
    /// Inputs that could not be read at all.
    pub unreadable: u64,
    /// Entries that should be records and are not, or that claim a time later than their file.
    pub malformed: u64,
    /// Records that came when the review of their day had been written: they are in none.
    pub late: u64,
    /// Records of which it is not known any more whether they were there twice: there were too many.
    pub unchecked: u64,
}

impl Read {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.inputs, other.inputs),
            (&mut self.records, other.records),
            (&mut self.unreadable, other.unreadable),
            (&mut self.malformed, other.malformed),
            (&mut self.late, other.late),
            (&mut self.unchecked, other.unchecked),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}
