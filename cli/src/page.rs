//! What pages of findings share: how many there are of each level.

use trailreflex_detection::Level;
pub(crate) use trailreflex_pages::{Look, cell, shown};

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
