//! What comes of another service's report.

use trailreflex_model::{AccountId, Finding};

/// What comes of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// It is a finding.
    Finding(Box<Finding>),
    /// It is none, and why.
    Ignored(Ignored),
}

impl Judged {
    /// Returns the account that a finding is about.
    pub(crate) fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Finding(finding) => Some(&finding.evidence.account),
            Self::Ignored(_) => None,
        }
    }
}

/// Why a report is not taken for a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, thiserror::Error)]
pub enum Ignored {
    /// Somebody had the service make it up.
    #[error("it is a sample")]
    Sample,
    /// It was put aside where it comes from.
    #[error("it is archived")]
    Archived,
    /// It was dealt with where it comes from.
    #[error("it is closed, resolved or suppressed")]
    Settled,
    /// It is not about credentials, identities or what is done with them.
    #[error("it is not about credentials or what is done with them")]
    NotOurs,
    /// It is a page without entries.
    #[error("it is a page that names nothing")]
    NothingNamed,
    /// It was a finding of Trailreflex in the first place.
    #[error("it comes from Trailreflex itself")]
    OwnFinding,
    /// It is in a form that is not read yet: Security Hub's findings in OCSF.
    #[error("it is in OCSF, which is not read yet")]
    NotReadYet,
    /// It is about a policy that is only proposed.
    #[error("it is about a policy that is only proposed")]
    Proposed,
}

impl Ignored {
    /// All reasons.
    pub const ALL: [Self; 8] = [
        Self::Sample,
        Self::Archived,
        Self::Settled,
        Self::NotOurs,
        Self::NothingNamed,
        Self::OwnFinding,
        Self::NotReadYet,
        Self::Proposed,
    ];

    /// Returns the word used in metrics, logs and answers.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Archived => "archived",
            Self::Settled => "settled",
            Self::NotOurs => "notOurs",
            Self::NothingNamed => "nothingNamed",
            Self::OwnFinding => "ownFinding",
            Self::NotReadYet => "notReadYet",
            Self::Proposed => "proposed",
        }
    }
}
