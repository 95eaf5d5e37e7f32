//! What of logs is read.

use crate::file_name::Wanted;
use crate::sieve::Sieve;

/// Which files are opened, and what of them is read. The default is all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Which files are worth opening.
    pub wanted: Wanted,
    /// A test for the bytes of records: those that fail it are of no use.
    pub sieve: Sieve,
}
