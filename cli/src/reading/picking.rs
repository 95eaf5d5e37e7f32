//! What of an input's bytes is parsed.

use crate::idle::Idle;
use trailreflex_detection::{Candidates, RuleSet, RuleSieve};
use trailreflex_history::{Picked, Selection, Wanted};
use trailreflex_model::cloudtrail::Members;

/// Says which inputs are read, and what of them.
pub(crate) trait Pick: Sync {
    /// Returns what of the bytes of an input has to be parsed.
    fn pick<'b>(&self, bytes: &'b [u8]) -> Parsed<'b>;

    /// Returns the selection.
    fn selection(&self) -> &Selection;

    /// Returns which files are worth opening.
    fn wanted(&self) -> &Wanted {
        &self.selection().wanted
    }

    /// Returns which members of records are read.
    fn members(&self) -> &Members {
        &self.selection().members
    }
}

/// What has to be parsed.
#[derive(Debug)]
pub(crate) enum Parsed<'b> {
    /// All.
    All,
    /// Some records, of which nobody asks where they stand.
    Some(Vec<&'b [u8]>),
    /// Some records, with their places among all.
    Placed(Candidates<'b>),
}

impl Pick for Selection {
    fn pick<'b>(&self, bytes: &'b [u8]) -> Parsed<'b> {
        match Selection::pick(self, bytes) {
            Picked::All => Parsed::All,
            Picked::Some { records } => Parsed::Some(records),
        }
    }

    fn selection(&self) -> &Selection {
        self
    }
}

/// Records that some rule may match.
#[derive(Debug)]
pub(crate) struct ByRules<'r> {
    rules: &'r RuleSet,
    all: Selection,
    parses_all: bool,
    /// Each remembers what it has decided.
    sieves: Idle<RuleSieve<'r>>,
}

impl<'r> ByRules<'r> {
    /// Picks what these rules may match, or all.
    pub(crate) fn of(rules: &'r RuleSet, parses_all: bool) -> Self {
        Self { rules, all: Selection::default(), parses_all, sieves: Idle::default() }
    }
}

impl Pick for ByRules<'_> {
    fn pick<'b>(&self, bytes: &'b [u8]) -> Parsed<'b> {
        if self.parses_all {
            return Parsed::All;
        }
        match self.sieves.lend(|| self.rules.sieve(), |sieve| sieve.candidates(bytes)) {
            // Whether a file is empty, or says that it has no records, is for a parser to tell.
            Ok(candidates) if candidates.all > 0 => Parsed::Placed(candidates),
            Ok(_) | Err(_) => Parsed::All,
        }
    }

    fn selection(&self) -> &Selection {
        &self.all
    }
}
