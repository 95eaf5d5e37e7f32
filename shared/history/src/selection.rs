//! What of logs is read.

use crate::file_name::Wanted;
use crate::sieve::{Picked, Sieve};
use trailreflex_model::cloudtrail::Members;

/// Which files are opened, and what of them is read. The default is all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Which files are worth opening.
    pub wanted: Wanted,
    /// A test for the bytes of records: those that fail it are of no use.
    pub sieve: Sieve,
    /// Which members of the others are read.
    pub members: Members,
}

impl Selection {
    /// Returns what of a decompressed file has to be read; single records only if that spares anything.
    #[must_use]
    pub fn pick<'b>(&self, bytes: &'b [u8]) -> Picked<'b> {
        if self.sieve.lets_all_pass() && self.members.are_all() {
            Picked::All
        } else {
            self.sieve.pick(bytes)
        }
    }
}
