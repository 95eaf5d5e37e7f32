//! How many calls there were, and what became of them.

use serde::Serialize;

/// Numbers of calls. A denied or throttled call is an error too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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
        for (sum, more) in [
            (&mut self.calls, other.calls),
            (&mut self.writes, other.writes),
            (&mut self.errors, other.errors),
            (&mut self.denied, other.denied),
            (&mut self.throttled, other.throttled),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}
