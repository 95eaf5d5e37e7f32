//! The review of one record: whom it lets in, what of that is new, and what is known from now on.

use crate::change::{AccessChange, What, Why, change};
use crate::difference::Difference;
use crate::finding::Reviewing;
use crate::known::{After, Known};
use trailreflex_access::{Verdict, Zone};
use trailreflex_findings::Carrier;
use trailreflex_model::Finding;
use trailreflex_model::cloudtrail::Record;

/// What a review says of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// The finding, if somebody is newly let in or it cannot be told.
    pub finding: Option<Finding>,
    /// The change.
    pub change: AccessChange,
    /// Whom of outside the resource lets in, as far as it is known.
    pub verdict: Verdict,
    /// What of that is new.
    pub difference: Difference,
    /// What is known from now on, to be kept under [`AccessChange::key`] with the record's time; absent if the resource is
    /// gone, or nothing is known of it: then what was kept is to be deleted.
    pub state: Option<Known>,
}

impl AccessChange {
    /// Returns why the policy has to be read back before this change can be reviewed; `None` if it need not be.
    ///
    /// Whoever cannot read it reviews all the same: the finding says then that it cannot be told.
    #[must_use]
    pub fn read_back(&self, former: Option<&Known>) -> Option<Why> {
        After::of(self, former, None).undecided
    }

    /// Returns whether the change can only take away: then there never is a finding, and only the state changes.
    #[must_use]
    pub fn only_closes(&self) -> bool {
        match &self.what {
            What::StatementRemoved(_)
            | What::Removed(_)
            | What::Deleted
            | What::FunctionUrl { is_open: false } => true,
            What::Shares { added, .. } => added.is_empty(),
            What::Policy(_)
            | What::Statements(_)
            | What::Acl(_)
            | What::PublicAccessBlock(_)
            | What::FunctionUrl { is_open: true }
            | What::ReadBack(_) => false,
        }
    }
}

/// Reviews a record; nothing if it changes nothing in who has access.
///
/// `former` is what was kept for the change's key, if anything. `read` is the resource's policy as it was read back, an empty text
/// if there is none; it is needed if [`AccessChange::read_back`] says so.
#[must_use]
pub fn review(
    (carrier, record): (&Carrier, &Record),
    zone: &Zone,
    former: Option<&Known>,
    read: Option<&str>,
) -> Option<Reviewed> {
    let change = change(record)?;
    let after = After::of(&change, former, read);
    let verdict = after.decide(&change, zone);
    let difference = Difference::between(former, &after, &verdict);
    let reviewing = Reviewing { change: &change, former, verdict: &verdict, difference: &difference, zone };
    let finding = if change.only_closes() { None } else { reviewing.finding(carrier, record) };
    let state = state(&change, after, &verdict);
    Some(Reviewed { finding, change, verdict, difference, state })
}

fn state(change: &AccessChange, after: After, verdict: &Verdict) -> Option<Known> {
    let is_partial = after.written.is_some();
    let mut known = after.known;
    if is_partial {
        known.principals.extend(verdict.principals());
        known.services.extend(verdict.services_without_source.iter().cloned());
        known.public |= verdict.public;
    } else {
        known.principals = verdict.principals();
        known.services = verdict.services_without_source.clone();
        known.public = verdict.public;
    }
    let is_gone = change.what == What::Deleted || known == Known::default();
    (!is_gone).then_some(known)
}
