//! The command's inputs as the query engine reads them.

use crate::args::Inputs;
use crate::interrupt;
use crate::reading::{Counts, read_pieces};
use crate::terminal::Terminal;
use anyhow::bail;
use std::sync::{Mutex, MutexGuard, PoisonError};
use trailreflex_model::cloudtrail::Record;
use trailreflex_sql::{Flow, Logs, Origin, ReadError, RecordBatch, Scan};

/// Log files, in folders or in buckets.
#[derive(Debug)]
pub(super) struct Files {
    inputs: Inputs,
    shows_progress: bool,
    /// What the first reading has met; later ones of the same query meet the same.
    met: Mutex<Option<Counts>>,
}

/// Says that the query has rows enough.
#[derive(Debug, thiserror::Error)]
#[error("enough was read")]
struct Enough;

impl Files {
    /// Reads these; progress must not be shown where rows are shown at the same time.
    pub(super) fn of(inputs: Inputs, shows_progress: bool) -> Self {
        Self { inputs, shows_progress, met: Mutex::new(None) }
    }

    /// Returns what was read, as far as a reading has ended.
    pub(super) fn counts(&self) -> Counts {
        self.met().clone().unwrap_or_default()
    }

    fn met(&self) -> MutexGuard<'_, Option<Counts>> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> Terminal {
        let mut met = self.met();
        let terminal = Terminal::of_process();
        let mut terminal = if self.shows_progress { terminal } else { terminal.without_progress() };
        terminal.hush(met.is_some());
        met.get_or_insert_default();
        terminal
    }
}

impl Logs for Files {
    fn read(&self, scan: &Scan, take: &mut dyn FnMut(RecordBatch) -> Flow) -> Result<(), ReadError> {
        let mut terminal = self.begin();
        let rows = |name: &str, records: &[(usize, Record)]| {
            let records = records.iter().map(|(_, record)| record);
            vec![(0, scan.rows(records, &Origin::of(name)))]
        };
        let read = read_pieces(&self.inputs, scan.selection(), &mut terminal, rows, |seen, _| {
            for (_, rows) in seen.found {
                interrupt::check()?;
                let rows = rows.map_err(|error| anyhow::anyhow!("{}: {error}", seen.name))?;
                if rows.into_iter().any(|rows| take(rows) == Flow::Enough) {
                    bail!(Enough);
                }
            }
            Ok(interrupt::check()?)
        });
        match read {
            Ok(counts) => {
                *self.met() = Some(counts);
                Ok(())
            }
            Err(error) if error.is::<Enough>() => Ok(()),
            // Half of the records would give a wrong sum, and nobody would see it.
            Err(error) => Err(error.into()),
        }
    }
}
