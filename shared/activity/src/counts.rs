//! How many calls there were, and what became of them.

use serde::{Deserialize, Serialize};

/// Numbers of calls. A denied or throttled call is an error too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All calls.
    pub calls: u64,
    /// Those that change something.
    pub writes: u64,
    /// Those that failed, for whatever reason.
    pub errors: u64,
    /// Those that permissions did not allow.
    pub denied: u64,
    /// Those that were too many.
    pub throttled: u64,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.writes = self.writes.saturating_add(other.writes);
        self.errors = self.errors.saturating_add(other.errors);
        self.denied = self.denied.saturating_add(other.denied);
        self.throttled = self.throttled.saturating_add(other.throttled);
    }
}
