//! Where the command writes, and how texts are made safe for it.
//!
//! User agents, names and error texts are an attacker's choice. Shown raw, they could recolour, hide or forge lines
//! of a terminal, or change what a later copy and paste does.

use crate::args::Format;
use crate::progress::Progress;
use std::borrow::Cow;
use std::io::{BufWriter, IsTerminal, Stdout, Write, stderr, stdout};
use trailreflex_detection::Level;
pub(crate) use trailreflex_pages::{safe, safe_json};

/// The process's output.
#[derive(Debug)]
pub(crate) struct Terminal {
    /// Standard output, buffered.
    pub(crate) out: BufWriter<Stdout>,
    is_terminal: bool,
    has_colour: bool,
    progress: Progress,
    has_progress: bool,
    is_hushed: bool,
}

/// A way to stress a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Headings.
    Bold,
    /// What matters less.
    Dim,
    /// What went well.
    Good,
    /// As loud as the level.
    Of(Level),
}

impl Terminal {
    /// Colours are for terminals only, and only if `NO_COLOR` is unset or empty (no-color.org).
    #[expect(clippy::disallowed_methods, reason = "the command's only variable, read once")]
    pub(crate) fn of_process() -> Self {
        let is_terminal = stdout().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            out: BufWriter::new(stdout()),
            is_terminal,
            has_colour: is_terminal && !no_colour,
            progress: Progress::hidden(),
            has_progress: true,
            is_hushed: false,
        }
    }

    /// Tells whether results go to a screen.
    #[cfg(feature = "sql")]
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Returns the format that was asked for, else the one that suits the reader.
    pub(crate) fn format(&self, asked: Option<Format>) -> Format {
        asked.unwrap_or(if self.is_terminal { Format::Table } else { Format::Json })
    }

    /// Returns `text`, which must be safe, with the codes for `style` around it.
    pub(crate) fn paint<'t>(&self, style: Style, text: &'t str) -> Cow<'t, str> {
        if !self.has_colour || text.is_empty() {
            return Cow::Borrowed(text);
        }
        let code = match style {
            Style::Bold => "1",
            Style::Dim | Style::Of(Level::Informational) => "2",
            Style::Good => "32",
            Style::Of(Level::Low) => "36",
            Style::Of(Level::Medium) => "33",
            Style::Of(Level::High) => "31",
            Style::Of(Level::Critical) => "1;31",
        };
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
    }

    /// Writes one JSON object as a line.
    pub(crate) fn json_line(&mut self, value: &impl serde::Serialize) -> anyhow::Result<()> {
        let text = serde_json::to_string(value)?;
        self.line(format!("{}\n", safe_json(&text)).as_bytes())
    }

    /// Writes a line, which must be safe and have its end.
    pub(crate) fn line(&mut self, line: &[u8]) -> anyhow::Result<()> {
        let out = &mut self.out;
        if self.is_terminal {
            // Both streams end on the same screen.
            self.progress.aside(|| out.write_all(line).and_then(|()| out.flush()))?;
        } else {
            out.write_all(line)?;
        }
        Ok(())
    }

    /// Shows progress in place of what was shown before.
    pub(crate) fn show(&mut self, progress: Progress) {
        self.progress.end();
        self.progress = progress;
        if !self.has_progress {
            self.progress.end();
        }
    }

    /// Shows no progress any more: somebody else writes to the same screen.
    #[cfg(feature = "sql")]
    pub(crate) fn without_progress(mut self) -> Self {
        self.has_progress = false;
        self
    }

    /// Says how many findings there are so far.
    pub(crate) fn found(&self, findings: usize) {
        self.progress.found(findings);
    }

    /// Says how many records were found so far.
    pub(crate) fn found_records(&self, records: usize) {
        self.progress.found_records(records);
    }

    /// Leaves complaints out that a second reading will repeat, or does so no longer.
    pub(crate) fn hush(&mut self, is_hushed: bool) {
        self.is_hushed = is_hushed;
    }

    /// Writes a line to standard error. If that is closed there is nobody left to tell.
    pub(crate) fn complain(&mut self, text: &str) {
        if self.is_hushed {
            return;
        }
        let _ = self.out.flush(); // keeps both streams in order
        let _ = self.progress.aside(|| writeln!(stderr(), "{}", safe(text)));
    }
}

/// Returns `text`, made safe, in at most `length` characters.
pub(crate) fn short(text: &str, length: usize) -> String {
    let mut signs = text.chars();
    let cut: String = signs.by_ref().take(length).collect();
    let is_whole = signs.next().is_none();
    let safe = safe(&cut);
    if is_whole && safe.chars().count() <= length {
        return safe.into_owned();
    }
    safe.chars().take(length.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(short("abcdef", 6), "abcdef");
        assert_eq!(short("abcdefg", 6), "abcde…");
        assert_eq!(short("\x1b\x1b\x1b", 6), "\\u{1b…");
    }
}
