//! All that is known of an account's activity, call by call.

use crate::accounts::Accounts;
use crate::named::Named;
use crate::person::{DayNumber, Lost, Person, day_of, hour_of, weekday_of};
use crate::place::Places;
use crate::rhythm::Taken;
use crate::{Call, Counts};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most principals that are told apart; the calls of later ones are counted in the totals only.
const MAX_PRINCIPALS: usize = 50_000;
/// Most kinds of failures, by operation and code, that are told apart.
const MAX_FAILURES: usize = 20_000;

/// What calls there were, in whatever order they came. Keeps 8 bytes of each call, by which copies are known, and for each
/// principal its days and at most 2,000 values of each of five kinds; 8 bytes for each hour in which an operation was called,
/// of at most 50,000 operations of principals and errors of them; and the days of at most 20,000 services in Regions and
/// 10,000 pairs of accounts.
///
/// It can be stored and read again, a day apart from the others, and put together with [`Activity::merge`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// What tells records apart, see [`fingerprint`].
    #[serde(default, skip_serializing_if = "HashSet::is_empty")]
    events: HashSet<u64>,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) days: BTreeMap<DayNumber, Counts>,
    pub(crate) hours: BTreeMap<DayNumber, [u64; 24]>,
    /// By operation, and by the error's code.
    pub(crate) failures: BTreeMap<String, BTreeMap<String, Failures>>,
    #[serde(default)]
    rhythms_taken: Taken,
    #[serde(default)]
    pub(crate) places: Places,
    #[serde(default)]
    pub(crate) accounts: Accounts,
    pub(crate) left_out: LeftOut,
}

/// Failures of one operation with one code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failures {
    pub(crate) days: BTreeMap<DayNumber, u64>,
    pub(crate) is_denied: bool,
    pub(crate) people: Named,
}

/// What a review does not know, because there was too much of it or it was there twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Calls, and errors of them, beyond the operations of principals, services in Regions and pairs of accounts that are
    /// told apart: insights and the tables of services and accounts do not know them. One that is beyond several counts for each.
    #[serde(default)]
    pub insights: u64,
    /// Calls whose place is not known any more, since there were too many; journeys may lack them.
    #[serde(default)]
    pub sightings: u64,
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
            && !self.events.insert(fingerprint(event))
        {
            self.left_out.copies = self.left_out.copies.saturating_add(1);
            return Added::Copy;
        }
        let day = day_of(call.time);
        self.days.entry(day).or_default().add(call.counts);
        if let Some(hour) = self.hours.entry(day).or_default().get_mut(hour_of(call.time)) {
            *hour = hour.saturating_add(1);
        }
        self.fail(call, day);
        let kept = [self.places.add(call), self.accounts.add(call)];
        let lost = kept.into_iter().map(|is_kept| u64::from(!is_kept)).sum();
        self.left_out.insights = self.left_out.insights.saturating_add(lost);
        let is_full = self.people.len() >= MAX_PRINCIPALS;
        let lost = match self.people.get_mut(&call.principal) {
            Some(person) => person.add(call, &mut self.rhythms_taken),
            None if is_full => {
                self.left_out.of_other_principals = self.left_out.of_other_principals.saturating_add(1);
                return Added::New;
            }
            None => {
                let person = self.people.entry(call.principal.clone()).or_default();
                person.add(call, &mut self.rhythms_taken)
            }
        };
        self.lose(lost);
        Added::New
    }

    fn fail(&mut self, call: &Call, day: DayNumber) {
        let Some(code) = &call.error else { return };
        let is_known = self.failures.get(&call.operation).is_some_and(|codes| codes.contains_key(code));
        if !is_known && self.kinds_of_failures() >= MAX_FAILURES {
            self.left_out.failures = self.left_out.failures.saturating_add(1);
            return;
        }
        let codes = self.failures.entry(call.operation.clone()).or_default();
        let failures = codes.entry(code.clone()).or_default();
        let number = failures.days.entry(day).or_default();
        *number = number.saturating_add(1);
        failures.is_denied |= call.counts.denied > 0;
        failures.people.add(&call.principal);
    }

    fn kinds_of_failures(&self) -> usize {
        self.failures.values().map(BTreeMap::len).sum()
    }

    /// Adds what was counted elsewhere, as if its calls had been added here, but that copies are not known any more: the two
    /// must have no record in common. What is beyond the limits is left out and counted, as in [`Activity::add`].
    pub fn merge(&mut self, other: Self) {
        self.events.extend(other.events);
        for (day, counts) in other.days {
            self.days.entry(day).or_default().add(counts);
        }
        for (day, hours) in other.hours {
            let sums = self.hours.entry(day).or_default();
            sums.iter_mut().zip(hours).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        }
        self.left_out.add(other.left_out);
        for lost in [self.places.merge(other.places), self.accounts.merge(other.accounts)] {
            self.left_out.insights = self.left_out.insights.saturating_add(lost);
        }
        for (operation, codes) in other.failures {
            for (code, failures) in codes {
                self.merge_failures(&operation, code, failures);
            }
        }
        for (name, person) in other.people {
            if !self.people.contains_key(&name) && self.people.len() >= MAX_PRINCIPALS {
                let calls = person.days.values().map(|day| day.counts.calls);
                self.left_out.of_other_principals =
                    calls.fold(self.left_out.of_other_principals, u64::saturating_add);
                continue;
            }
            let lost = self.people.entry(name).or_default().merge(person, &mut self.rhythms_taken);
            self.lose(lost);
        }
    }

    fn lose(&mut self, lost: Lost) {
        self.left_out.values = self.left_out.values.saturating_add(lost.values);
        self.left_out.insights = self.left_out.insights.saturating_add(lost.rhythms);
    }

    fn merge_failures(&mut self, operation: &str, code: String, other: Failures) {
        let is_known = self.failures.get(operation).is_some_and(|codes| codes.contains_key(&code));
        if !is_known && self.kinds_of_failures() >= MAX_FAILURES {
            let number = other.days.values().copied().fold(0, u64::saturating_add);
            self.left_out.failures = self.left_out.failures.saturating_add(number);
            return;
        }
        let failures = self.failures.entry(operation.to_owned()).or_default().entry(code).or_default();
        for (day, number) in other.days {
            let sum = failures.days.entry(day).or_default();
            *sum = sum.saturating_add(number);
        }
        failures.is_denied |= other.is_denied;
        failures.people.merge(&other.people);
    }

    /// Forgets by what copies are known: nothing more of these days will come.
    pub fn forget_events(&mut self) {
        self.events = HashSet::new();
    }

    /// Forgets how often operations were called in each hour, which takes most room: for days with which others are compared.
    pub fn forget_rhythms(&mut self) {
        for person in self.people.values_mut() {
            person.operations.seen.values_mut().for_each(|known| known.rhythm = None);
        }
        self.rhythms_taken = Taken::default();
    }

    /// How many records copies are known of.
    #[must_use]
    pub fn events(&self) -> usize {
        self.events.len()
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

impl LeftOut {
    /// Adds others.
    pub fn add(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.copies, other.copies),
            (&mut self.of_other_principals, other.of_other_principals),
            (&mut self.values, other.values),
            (&mut self.failures, other.failures),
            (&mut self.insights, other.insights),
            (&mut self.sightings, other.sightings),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

/// What tells a record from others, the same in every process, so that it can be stored: the last 64 bits of its id, of which
/// 62 are random in the UUIDs that CloudTrail gives. Two of a hundred million share them with a probability of 0.1 %.
fn fingerprint(event: &str) -> u64 {
    let is_uuid = event.len() == 36 && event.is_ascii();
    let digits = || event.get(19..)?.split_once('-').filter(|(high, low)| (high.len(), low.len()) == (4, 12));
    let of_uuid = is_uuid.then(digits).flatten().and_then(|(high, low)| {
        let (high, low) = (u64::from_str_radix(high, 16).ok()?, u64::from_str_radix(low, 16).ok()?);
        Some((high << 48) | low)
    });
    of_uuid.unwrap_or_else(|| {
        let mut hasher = DefaultHasher::new();
        event.hash(&mut hasher);
        hasher.finish()
    })
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_uuid_is_told_by_its_last_bits_and_anything_else_by_all_of_it() {
        assert_eq!(fingerprint("0a1b2c3d-0000-4000-8123-456789abcdef"), 0x8123_4567_89ab_cdef);
        let others =
            ["", "1", "0a1b2c3d-0000-4000-8123-456789abcdeg", "0a1b2c3d-0000-4000-81234-56789abcdef", "ü"];
        let all: std::collections::BTreeSet<_> = others.map(fingerprint).into();
        assert_eq!(all.len(), others.len());
    }
}
