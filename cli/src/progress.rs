//! How far reading has come, on a terminal; nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Read, stderr};
use std::time::Duration;

/// Bytes done of all, rate, time left, findings so far.
const KNOWN: &str = "{bar:24} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta} left  {msg}";
/// The same while the size of what is read is not known.
const UNKNOWN: &str = "{spinner} {binary_bytes} {binary_bytes_per_sec}  {msg}";
/// How often the line is drawn again.
const TICK: Duration = Duration::from_millis(100);

/// A line at the bottom of the terminal. Copies are about the same line.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// One that shows nothing.
    pub(crate) fn hidden() -> Self {
        Self { bar: ProgressBar::hidden() }
    }

    /// Shows that `total` bytes are to be read; none if that is not known.
    pub(crate) fn of_bytes(total: Option<u64>) -> Self {
        if !stderr().is_terminal() {
            return Self::hidden();
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        // Both templates are good; a bad one would only cost the bar its form.
        if let Ok(style) = ProgressStyle::with_template(if total.is_some() { KNOWN } else { UNKNOWN }) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(TICK);
        Self { bar }
    }

    /// Adds to what is to be read.
    pub(crate) fn expect(&self, bytes: u64) {
        self.bar.inc_length(bytes);
    }

    /// Counts what has been read.
    pub(crate) fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// Returns `source`; what is read from it is counted.
    pub(crate) fn counting<R: Read>(&self, source: R) -> impl Read + use<R> {
        self.bar.wrap_read(source)
    }

    /// Says how many findings there are so far.
    pub(crate) fn found(&self, findings: usize) {
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("findings: {findings}"));
        }
    }

    /// Says how many records were found so far.
    pub(crate) fn found_records(&self, records: usize) {
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("found: {records}"));
        }
    }

    /// Takes the line away while `write` writes.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the line away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
