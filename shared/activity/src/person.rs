//! What is known of one principal.

use crate::rhythm::{Rhythm, Taken};
use crate::{Call, Counts};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    pub(crate) is_service: bool,
    pub(crate) days: BTreeMap<DayNumber, OfDay>,
    pub(crate) services: Values,
    /// With their rhythms.
    pub(crate) operations: Values,
    pub(crate) regions: Values,
    pub(crate) networks: Values,
    pub(crate) programs: Values,
}

/// What of calls there was no room for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Values.
    pub(crate) values: u64,
    /// Calls of operations, and errors of them.
    pub(crate) rhythms: u64,
}

/// What a principal did on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfDay {
    pub(crate) counts: Counts,
    /// Calls of the root user.
    pub(crate) root: u64,
    pub(crate) sign_ins_without_mfa: u64,
    /// The hours in which something was changed, a bit each.
    pub(crate) write_hours: u32,
}

/// Values of one kind, and when each was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Values {
    pub(crate) seen: BTreeMap<String, Known>,
    /// Whether there were more than are told apart. Nothing can be called new then.
    pub(crate) is_full: bool,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) first: Timestamp,
    calls: u64,
    /// How often it is called, if it is an operation and there was room. It is here because looking up an operation costs most
    /// of counting its calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rhythm: Option<Box<Rhythm>>,
}

/// When a value was seen first, and how often in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) first: Timestamp,
    pub(crate) calls: u64,
}

impl Person {
    /// Takes a call; returns what of it there was no room for.
    pub(crate) fn add(&mut self, call: &Call, taken: &mut Taken) -> Lost {
        self.is_service |= call.is_service;
        let day = self.days.entry(day_of(call.time)).or_default();
        day.counts.add(call.counts);
        day.root = day.root.saturating_add(u64::from(call.is_root));
        day.sign_ins_without_mfa =
            day.sign_ins_without_mfa.saturating_add(u64::from(call.is_sign_in_without_mfa));
        if call.counts.writes > 0 {
            day.write_hours |= 1 << hour_of(call.time);
        }
        // What there is no room for as a value has no rhythm either.
        let mut rhythms = 1;
        let rhythm = |known: &mut Known| rhythms = Rhythm::add(&mut known.rhythm, call, taken);
        let kept = [
            self.operations.add(&call.operation, call.time, rhythm),
            self.services.add(&call.service, call.time, |_| ()),
            self.regions.add(&call.region, call.time, |_| ()),
            self.networks.add(&call.network, call.time, |_| ()),
            self.programs.add(&call.program, call.time, |_| ()),
        ];
        let values = kept.into_iter().map(|is_kept| u64::from(!is_kept)).sum();
        Lost { values, rhythms }
    }

    /// Adds what was counted elsewhere; returns what of it there was no room for.
    pub(crate) fn merge(&mut self, other: Self, taken: &mut Taken) -> Lost {
        self.is_service |= other.is_service;
        for (day, of_day) in other.days {
            self.days.entry(day).or_default().merge(of_day);
        }
        let mut lost = Lost::default();
        for (values, more) in [
            (&mut self.services, other.services),
            (&mut self.operations, other.operations),
            (&mut self.regions, other.regions),
            (&mut self.networks, other.networks),
            (&mut self.programs, other.programs),
        ] {
            lost.add(values.merge(more, taken));
        }
        lost
    }

    /// The operations with their rhythms.
    pub(crate) fn rhythms(&self) -> impl Iterator<Item = (&String, &Rhythm)> {
        self.operations.seen.iter().filter_map(|(name, known)| Some((name, known.rhythm.as_deref()?)))
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

impl OfDay {
    fn merge(&mut self, other: Self) {
        self.counts.add(other.counts);
        self.root = self.root.saturating_add(other.root);
        self.sign_ins_without_mfa = self.sign_ins_without_mfa.saturating_add(other.sign_ins_without_mfa);
        self.write_hours |= other.write_hours;
    }
}

impl Lost {
    fn add(&mut self, other: Self) {
        self.values = self.values.saturating_add(other.values);
        self.rhythms = self.rhythms.saturating_add(other.rhythms);
    }
}

impl Values {
    /// Returns what there was no room for.
    fn merge(&mut self, other: Self, taken: &mut Taken) -> Lost {
        self.is_full |= other.is_full;
        let mut lost = Lost::default();
        for (value, known) in other.seen {
            let rhythm_calls = known.rhythm.as_ref().map_or(0, |rhythm| rhythm.calls.total());
            if !self.seen.contains_key(&value) && self.seen.len() >= MAX_VALUES {
                self.is_full = true;
                lost.add(Lost { values: known.calls, rhythms: rhythm_calls });
                continue;
            }
            let new = Known { first: known.first, calls: 0, rhythm: None };
            let sum = self.seen.entry(value).or_insert(new);
            sum.first = sum.first.min(known.first);
            sum.calls = sum.calls.saturating_add(known.calls);
            if let Some(rhythm) = known.rhythm {
                lost.add(Lost { values: 0, rhythms: Rhythm::merge(&mut sum.rhythm, *rhythm, taken) });
            }
        }
        lost
    }

    /// Counts a value, and does something with it; returns whether there was room for it.
    fn add(&mut self, value: &str, time: Timestamp, then: impl FnOnce(&mut Known)) -> bool {
        if let Some(known) = self.seen.get_mut(value) {
            known.first = known.first.min(time);
            known.calls = known.calls.saturating_add(1);
            then(known);
            return true;
        }
        if self.seen.len() >= MAX_VALUES {
            self.is_full = true;
            return false;
        }
        let mut known = Known { first: time, calls: 1, rhythm: None };
        then(&mut known);
        self.seen.insert(value.to_owned(), known);
        true
    }

    /// The values that were seen for the first time on these days.
    pub(crate) fn new_on(&self, days: &Range<DayNumber>) -> Vec<(&str, Seen)> {
        let seen = self.seen.iter().filter(|(_, known)| days.contains(&day_of(known.first)));
        seen.map(|(value, known)| (value.as_str(), Seen { first: known.first, calls: known.calls })).collect()
    }
}
