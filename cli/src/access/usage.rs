//! Who used what, read from logs by all threads at once.

use crate::args::Inputs;
use crate::interrupt::{self, Interrupted};
use crate::progress::Progress;
use crate::reading::{Counts, read_all};
use crate::terminal::Terminal;
use std::sync::{Mutex, PoisonError};
use trailreflex_model::cloudtrail::Record;
use trailreflex_privilege::Usage;

/// Reads all inputs; nothing if the person has ended it.
///
/// Each thread adds to a usage of its own: what they come to together does not depend on which records are in which.
pub(crate) fn read(inputs: &Inputs, terminal: &mut Terminal) -> anyhow::Result<Option<(Usage, Counts)>> {
    interrupt::listen()?;
    let idle: Mutex<Vec<Usage>> = Mutex::default();
    let lock = || idle.lock().unwrap_or_else(PoisonError::into_inner);
    let look = |record: &Record| {
        let taken = lock().pop();
        let mut usage = taken.unwrap_or_default();
        usage.add(record);
        lock().push(usage);
        None::<()>
    };
    let counts = match read_all(inputs, terminal, look, |_, _| Ok(interrupt::check()?)) {
        Ok(counts) => counts,
        Err(error) if error.is::<Interrupted>() => {
            terminal.show(Progress::hidden());
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    counts.complain(terminal);
    let mut whole = Usage::default();
    for part in idle.into_inner().unwrap_or_else(PoisonError::into_inner) {
        whole.merge(part);
    }
    Ok(Some((whole, counts)))
}
