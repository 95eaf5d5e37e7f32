//! What a rehearsal tells while it goes on.

use crate::args::Format;
use crate::terminal::{Style, Terminal, safe};
use serde::Serialize;
use std::time::Instant;
use trailreflex_detection::Level;

/// A stage of a rehearsal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Stage {
    /// There is a user with a key.
    Made,
    /// The key was leaked, as it were.
    Leaked,
    /// The stack has found that.
    Detected,
    /// The stack has decided, and maybe acted.
    Answered,
    /// The user and the key are as they should be after that.
    Verified,
    /// The stack has taken it back.
    Undone,
    /// The user and the key are gone.
    Removed,
    /// It did not go as it should.
    Wrong,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Self::Made => "MADE",
            Self::Leaked => "LEAKED",
            Self::Detected => "DETECTED",
            Self::Answered => "ANSWERED",
            Self::Verified => "VERIFIED",
            Self::Undone => "UNDONE",
            Self::Removed => "REMOVED",
            Self::Wrong => "WRONG",
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Made | Self::Removed => Style::Dim,
            Self::Leaked | Self::Wrong => Style::Of(Level::High),
            Self::Detected => Style::Of(Level::Medium),
            Self::Answered | Self::Undone => Style::Bold,
            Self::Verified => Style::Good,
        }
    }
}

/// A line, as JSON shows it.
#[derive(Debug, Serialize)]
struct Line<'t> {
    stage: Stage,
    /// Since the leak; none before it.
    seconds: Option<f64>,
    what: &'t str,
}

/// Tells each stage with the seconds since the leak.
#[derive(Debug)]
pub(super) struct Teller {
    format: Format,
    leaked: Option<Instant>,
}

impl Teller {
    pub(super) fn new(format: Format) -> Self {
        Self { format, leaked: None }
    }

    /// Seconds count from now on.
    pub(super) fn begin(&mut self) {
        self.leaked = Some(Instant::now());
    }

    pub(super) fn tell(&self, stage: Stage, what: &str, terminal: &mut Terminal) -> anyhow::Result<()> {
        let seconds = self.leaked.map(|leaked| leaked.elapsed().as_secs_f64());
        match self.format {
            Format::Json => {
                let seconds = seconds.map(|seconds| (seconds * 10.0).round() / 10.0);
                terminal.json_line(&Line { stage, seconds, what })?;
            }
            Format::Table => {
                let since = seconds.map(|seconds| format!("{seconds:.1} s")).unwrap_or_default();
                let word = terminal.paint(stage.style(), &format!("{:<10}", stage.word())).into_owned();
                terminal.line(format!("{since:>8}  {word}{}\n", safe(what)).as_bytes())?;
            }
        }
        // Each takes its time, and somebody waits.
        Ok(std::io::Write::flush(&mut terminal.out)?)
    }
}
