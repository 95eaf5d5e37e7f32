//! How serious a rule says its matches are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Sigma's levels, least serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth recording, never worth waking somebody.
    Informational,
    /// Notable; a review finds it.
    Low,
    /// Should be looked at. A rule that states no level has this one.
    Medium,
    /// Should be looked at at once.
    High,
    /// An incident.
    Critical,
}

impl Level {
    /// Returns the level of that name, whatever its case.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical]
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(name))
    }

    /// Returns the name that Sigma gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
