//! What the logs can tell at all.

use super::{Reason, Window};
use crate::coverage::Gaps;
use crate::seen::Seen;
use crate::usage::Usage;
use jiff::{SignedDuration, Timestamp};

/// The logs, seen through a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'u> {
    pub(super) usage: &'u Usage,
    pub(super) window: Window,
    pub(super) gaps: &'u Gaps,
}

/// How far records may be from both ends of the window: an idle account has no call in every minute.
const SLACK: SignedDuration = SignedDuration::from_hours(24);
/// One day in so many may be without records.
const GAPS: usize = 10;

impl Sight<'_> {
    /// Returns why the logs cannot tell of something in an account, made at some time.
    pub(super) fn is_blind(&self, arn: &str, created: Option<Timestamp>) -> Option<Reason> {
        let account = arn.split(':').nth(4).unwrap_or_default();
        self.is_blind_of_account(account)
            .or_else(|| created.is_some_and(|created| created > self.window.from).then_some(Reason::TooYoung))
    }

    /// Resources of S3 have no account: then all that was read counts.
    pub(super) fn is_blind_of_account(&self, account: &str) -> Option<Reason> {
        let coverage = &self.usage.coverage;
        let seen = if account.is_empty() {
            coverage.records
        } else {
            coverage.accounts.get(&account.to_owned()).copied().flatten()
        };
        let Some(seen) = seen else { return Some(Reason::AccountNotInLogs) };
        let reaches = |earlier: Timestamp, later: Timestamp| later.duration_since(earlier) <= SLACK;
        if !reaches(self.window.from, seen.first) || !reaches(seen.last, self.window.to) {
            return Some(Reason::LogsTooShort);
        }
        (self.gaps.empty.len() * GAPS > self.gaps.days).then_some(Reason::LogsHaveGaps)
    }

    pub(super) fn is_recent(&self, time: Option<Timestamp>) -> bool {
        time.is_some_and(|time| time >= self.window.from)
    }
}

/// The later of two times that may not be known.
pub(super) fn last(one: Option<Timestamp>, seen: Option<Seen>) -> Option<Timestamp> {
    one.max(seen.map(|seen| seen.last))
}
