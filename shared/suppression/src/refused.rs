//! Why a suppression is not used.

use jiff::civil::Date;
use std::fmt;

/// A suppression that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The file it stands in.
    pub file: String,
    /// Its id, or which of the file it is; empty if the file as a whole is wrong.
    pub suppression: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a suppression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// Something that must be said is empty.
    #[error("`{0}` is empty; say it")]
    Empty(&'static str),
    /// Another one has the same id.
    #[error("another suppression has this id; choose one of its own")]
    IdTwice,
    /// It would apply for longer than anybody remembers why.
    #[error("expires more than a year ahead; use {latest} at most, and renew it then")]
    TooLong {
        /// The last day that is accepted.
        latest: Date,
    },
    /// No rule is called so.
    #[error("no rule is called `{0}`; `trailreflex rules list` shows all")]
    UnknownRule(String),
    /// The rule's matches are not findings of their own.
    #[error("`{rule}` only serves correlations; name one of these instead: {correlations}")]
    NotReported {
        /// The rule.
        rule: String,
        /// What counts its matches.
        correlations: String,
    },
    /// `when` is no detection.
    #[error("`when`: {0}")]
    When(String),
    /// The rule could no longer do what it is there for.
    #[error("would hide what proves `{rule}`: `{what}`; say more narrowly when it applies")]
    HidesProof {
        /// The rule.
        rule: String,
        /// What the proof states.
        what: String,
    },
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, suppression, problem } = self;
        if suppression.is_empty() {
            return write!(formatter, "{file}: {problem}");
        }
        write!(formatter, "{file}: suppression `{suppression}`: {problem}")
    }
}
