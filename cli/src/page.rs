//! What all HTML pages share: one file without anything from elsewhere, and a policy that forbids it.

use crate::terminal::safe;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use trailreflex_detection::Level;

/// Style and script of a page, and the policy that admits these two and nothing else.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) style: &'static str,
    pub(crate) script: &'static str,
    /// A Content-Security-Policy. It names both by hash, so markup that got in would be dead.
    pub(crate) policy: String,
}

impl Look {
    /// The one that all pages have.
    pub(crate) fn new() -> Self {
        let style = include_str!("../templates/page.css");
        let script = include_str!("../templates/page.js");
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            hash(style),
            hash(script)
        );
        Self { style, script, policy }
    }
}

/// Returns by what a column of levels sorts: most serious first.
pub(crate) fn order(level: Level) -> u8 {
    match level {
        Level::Critical => 0,
        Level::High => 1,
        Level::Medium => 2,
        Level::Low => 3,
        Level::Informational => 4,
    }
}

/// How many findings of a level there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfLevel {
    pub(crate) level: Level,
    pub(crate) count: usize,
}

/// Returns how many findings of each level there are, most serious first.
pub(crate) fn by_level(findings: impl Iterator<Item = (Level, usize)>) -> [OfLevel; 5] {
    let levels = [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Informational];
    let mut all = levels.map(|level| OfLevel { level, count: 0 });
    for (level, count) in findings {
        if let Some(of_level) = all.iter_mut().find(|of_level| of_level.level == level) {
            of_level.count = of_level.count.saturating_add(count);
        }
    }
    all
}

/// Makes visible what would hide or turn text in a browser, too. The template escapes what is markup.
pub(crate) fn shown(text: &str) -> String {
    safe(text).into_owned()
}
