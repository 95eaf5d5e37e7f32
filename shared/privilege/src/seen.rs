//! When something was seen, and how often.

use jiff::Timestamp;

/// When something was seen first and last, and in how many calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The first time.
    pub first: Timestamp,
    /// The last time.
    pub last: Timestamp,
    /// Calls; a record that comes twice counts twice if the copies are far apart.
    pub calls: u64,
}

impl Seen {
    pub(crate) fn at(time: Timestamp, calls: u64) -> Self {
        Self { first: time, last: time, calls }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.calls = self.calls.saturating_add(other.calls);
    }
}

/// Adds to what may not have been seen yet.
pub(crate) fn add(to: &mut Option<Seen>, seen: Option<Seen>) {
    match (to.as_mut(), seen) {
        (Some(known), Some(more)) => known.add(more),
        (None, more) => *to = more,
        (Some(_), None) => {}
    }
}
