//! All that is known of an account's activity, call by call.

use crate::person::{DayNumber, Person, day_of, hour_of, weekday_of};
use crate::{Call, Counts};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};

/// Most principals that are told apart; the calls of later ones are counted in the totals only.
const MAX_PRINCIPALS: usize = 50_000;
/// Most kinds of failures, by operation and code, that are told apart.
const MAX_FAILURES: usize = 20_000;
/// Most principals that are named for a kind of failures.
const MAX_NAMED: usize = 5;

/// What calls there were, in whatever order they came. Keeps 8 bytes of each call, by which copies are known, and for each
/// principal its days and at most 2,000 values of each of five kinds.
#[derive(Debug, Clone, Default)]
pub struct Activity {
    hasher: RandomState,
    /// Hashes of the ids of records: two of a hundred million share one with a probability of 0.03 %.
    events: HashSet<u64>,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) days: BTreeMap<DayNumber, Counts>,
    pub(crate) hours: BTreeMap<DayNumber, [u64; 24]>,
    pub(crate) services: BTreeMap<String, BTreeMap<DayNumber, Counts>>,
    pub(crate) failures: BTreeMap<(String, String), Failures>,
    pub(crate) left_out: LeftOut,
}

/// Failures of one operation with one code.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failures {
    pub(crate) days: BTreeMap<DayNumber, u64>,
    pub(crate) is_denied: bool,
    pub(crate) people: BTreeSet<String>,
}

/// What a review does not know, because there was too much of it or it was there twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// Records that were there before, as a file that is read twice brings them. They count once.
    pub copies: u64,
    /// Calls of principals beyond those that are told apart: they are in the totals only.
    pub of_other_principals: u64,
    /// Values, such as networks, beyond those that are told apart for a principal: nothing of that kind is called new.
    pub values: u64,
    /// Failures beyond the kinds that are told apart.
    pub failures: u64,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It counts.
    New,
    /// Its record was there before.
    Copy,
}

impl Activity {
    /// Takes a call.
    pub fn add(&mut self, call: &Call) -> Added {
        if let Some(event) = &call.event
            && !self.events.insert(self.hasher.hash_one(event))
        {
            self.left_out.copies = self.left_out.copies.saturating_add(1);
            return Added::Copy;
        }
        let day = day_of(call.time);
        self.days.entry(day).or_default().add(call.counts);
        if let Some(hour) = self.hours.entry(day).or_default().get_mut(hour_of(call.time)) {
            *hour = hour.saturating_add(1);
        }
        self.services.entry(call.service.clone()).or_default().entry(day).or_default().add(call.counts);
        self.fail(call, day);
        if !self.people.contains_key(&call.principal) && self.people.len() >= MAX_PRINCIPALS {
            self.left_out.of_other_principals = self.left_out.of_other_principals.saturating_add(1);
            return Added::New;
        }
        let lost = self.people.entry(call.principal.clone()).or_default().add(call);
        self.left_out.values = self.left_out.values.saturating_add(lost);
        Added::New
    }

    fn fail(&mut self, call: &Call, day: DayNumber) {
        let Some(code) = &call.error else { return };
        let key = (call.operation.clone(), code.clone());
        if !self.failures.contains_key(&key) && self.failures.len() >= MAX_FAILURES {
            self.left_out.failures = self.left_out.failures.saturating_add(1);
            return;
        }
        let failures = self.failures.entry(key).or_default();
        let number = failures.days.entry(day).or_default();
        *number = number.saturating_add(1);
        failures.is_denied |= call.counts.denied > 0;
        if failures.people.len() < MAX_NAMED {
            failures.people.insert(call.principal.clone());
        }
    }

    /// The first and the last day with a call; nothing if there was none.
    pub(crate) fn span(&self) -> Option<(DayNumber, DayNumber)> {
        Some((*self.days.first_key_value()?.0, *self.days.last_key_value()?.0))
    }

    /// Calls by weekday and hour on these days.
    pub(crate) fn heat(&self, days: &std::ops::Range<DayNumber>) -> [[u64; 24]; 7] {
        let mut heat = [[0; 24]; 7];
        for (day, hours) in self.hours.range(days.clone()) {
            let Some(row) = heat.get_mut(weekday_of(*day)) else { continue };
            row.iter_mut().zip(hours).for_each(|(sum, more): (&mut u64, _)| *sum = sum.saturating_add(*more));
        }
        heat
    }
}
