//! What is known of one principal.

use crate::{Call, Counts};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::ops::Range;

/// Most values of one kind that are told apart for a principal, such as operations.
const MAX_VALUES: usize = 2_000;
/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// A day in UTC, counted from 1970-01-01.
pub(crate) type DayNumber = i64;

/// The day of a time.
pub(crate) fn day_of(time: Timestamp) -> DayNumber {
    time.as_second().div_euclid(DAY)
}

/// The first moment of a day.
pub(crate) fn start_of(day: DayNumber) -> Timestamp {
    Timestamp::from_second(day.saturating_mul(DAY)).unwrap_or_default()
}

/// The hour of a day, 0 to 23, in UTC.
pub(crate) fn hour_of(time: Timestamp) -> usize {
    usize::try_from(time.as_second().rem_euclid(DAY) / 3600).unwrap_or_default()
}

/// 0 for Monday to 6 for Sunday.
pub(crate) fn weekday_of(day: DayNumber) -> usize {
    usize::try_from(day.saturating_add(3).rem_euclid(7)).unwrap_or_default()
}

/// Whether a day is a Saturday or a Sunday.
pub(crate) fn is_weekend(day: DayNumber) -> bool {
    weekday_of(day) > 4
}

/// A principal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) is_service: bool,
    pub(crate) days: BTreeMap<DayNumber, OfDay>,
    pub(crate) services: Values,
    pub(crate) operations: Values,
    pub(crate) regions: Values,
    pub(crate) networks: Values,
    pub(crate) programs: Values,
}

/// What a principal did on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OfDay {
    pub(crate) counts: Counts,
    /// Calls of the root user.
    pub(crate) root: u64,
    pub(crate) sign_ins_without_mfa: u64,
    /// The hours in which something was changed, a bit each.
    pub(crate) write_hours: u32,
}

/// Values of one kind, and when each was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    pub(crate) seen: BTreeMap<String, Seen>,
    /// Whether there were more than are told apart. Nothing can be called new then.
    pub(crate) is_full: bool,
}

/// When a value was seen first, and how often in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) first: Timestamp,
    pub(crate) calls: u64,
}

impl Person {
    /// Takes a call; returns how many of its values there was no room for.
    pub(crate) fn add(&mut self, call: &Call) -> u64 {
        self.is_service |= call.is_service;
        let day = self.days.entry(day_of(call.time)).or_default();
        day.counts.add(call.counts);
        day.root = day.root.saturating_add(u64::from(call.is_root));
        day.sign_ins_without_mfa =
            day.sign_ins_without_mfa.saturating_add(u64::from(call.is_sign_in_without_mfa));
        if call.counts.writes > 0 {
            day.write_hours |= 1 << hour_of(call.time);
        }
        let kept = [
            self.services.add(&call.service, call.time),
            self.operations.add(&call.operation, call.time),
            self.regions.add(&call.region, call.time),
            self.networks.add(&call.network, call.time),
            self.programs.add(&call.program, call.time),
        ];
        kept.into_iter().map(|is_kept| u64::from(!is_kept)).sum()
    }

    /// Everything on these days.
    pub(crate) fn counts(&self, days: &Range<DayNumber>) -> Counts {
        let mut counts = Counts::default();
        self.days.range(days.clone()).for_each(|(_, day)| counts.add(day.counts));
        counts
    }

    /// How many of these days something was done on.
    pub(crate) fn active_days(&self, days: &Range<DayNumber>) -> usize {
        self.days.range(days.clone()).count()
    }
}

impl Values {
    fn add(&mut self, value: &str, time: Timestamp) -> bool {
        if let Some(seen) = self.seen.get_mut(value) {
            seen.first = seen.first.min(time);
            seen.calls = seen.calls.saturating_add(1);
            return true;
        }
        if self.seen.len() >= MAX_VALUES {
            self.is_full = true;
            return false;
        }
        self.seen.insert(value.to_owned(), Seen { first: time, calls: 1 });
        true
    }

    /// The values that were seen for the first time on these days.
    pub(crate) fn new_on(&self, days: &Range<DayNumber>) -> Vec<(&str, Seen)> {
        let is_new = |seen: &Seen| days.contains(&day_of(seen.first));
        self.seen
            .iter()
            .filter(|(_, seen)| is_new(seen))
            .map(|(value, seen)| (value.as_str(), *seen))
            .collect()
    }
}
