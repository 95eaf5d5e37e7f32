//! Calls from one account to another.

use crate::named::Named;
use crate::person::{DayNumber, day_of};
use crate::{Call, Counts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Most pairs of accounts that are told apart: a hundred accounts that all call each other.
const MAX_PAIRS: usize = 10_000;

/// The calls of the period from one account to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BetweenAccounts {
    /// The account of whoever calls, 12 digits.
    pub from: String,
    /// The account of what is called, 12 digits.
    pub to: String,
    /// The calls. Where the trails of both accounts are read, each call has two records: then it is those of the account
    /// that recorded more.
    #[serde(flatten)]
    pub counts: Counts,
    /// The operations, the first five by the alphabet.
    pub operations: Vec<String>,
    /// On how many days.
    pub days: usize,
    /// Whether there was no such call in the reference; never if there is no reference.
    pub is_new: bool,
}

/// All pairs of accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Accounts {
    /// By the account that calls and the one that is called, and by day.
    known: BTreeMap<String, BTreeMap<String, BTreeMap<DayNumber, OfPair>>>,
    /// How many pairs there are.
    number: usize,
}

/// What one account did in another.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OfPair {
    /// As the account that is called has recorded it.
    #[serde(default)]
    received: Counts,
    /// As the account that calls has recorded it.
    #[serde(default)]
    sent: Counts,
    operations: Named,
}

impl Accounts {
    /// Takes a call, which need not be between accounts; returns whether there was room for it.
    pub(crate) fn add(&mut self, call: &Call) -> bool {
        let Some(from) = &call.caller_account else { return true };
        let Some(days) = self.pair(from, &call.account) else { return false };
        let day = days.entry(day_of(call.time)).or_default();
        let side = if call.is_callers_record { &mut day.sent } else { &mut day.received };
        side.add(call.counts);
        day.operations.add(&call.operation);
        true
    }

    /// Adds what was counted elsewhere; returns how many calls there was no room for.
    pub(crate) fn merge(&mut self, other: Self) -> u64 {
        let mut lost = 0_u64;
        for (from, callees) in other.known {
            for (to, days) in callees {
                let Some(sums) = self.pair(&from, &to) else {
                    let calls = days.values().map(|day| day.received.calls.saturating_add(day.sent.calls));
                    lost = calls.fold(lost, u64::saturating_add);
                    continue;
                };
                days.iter().for_each(|(day, more)| sums.entry(*day).or_default().merge(more));
            }
        }
        lost
    }

    fn pair(&mut self, from: &str, to: &str) -> Option<&mut BTreeMap<DayNumber, OfPair>> {
        if !self.known.get(from).is_some_and(|callees| callees.contains_key(to)) {
            if self.number >= MAX_PAIRS {
                return None;
            }
            self.number = self.number.saturating_add(1);
            return Some(self.known.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default());
        }
        self.known.get_mut(from)?.get_mut(to)
    }

    /// The calls of the period, those of most calls first. `reference` is empty if there is none.
    pub(crate) fn on(&self, reference: &Range<DayNumber>, period: &Range<DayNumber>) -> Vec<BetweenAccounts> {
        let pairs = self
            .known
            .iter()
            .flat_map(|(from, callees)| callees.iter().map(move |(to, days)| (from, to, days)));
        let mut all: Vec<_> = pairs
            .filter(|(_, _, days)| days.range(period.clone()).next().is_some())
            .map(|(from, to, by_day)| {
                let mut sum = OfPair::default();
                by_day.range(period.clone()).for_each(|(_, day)| sum.merge(day));
                let is_sent = sum.sent.calls > sum.received.calls;
                BetweenAccounts {
                    from: from.clone(),
                    to: to.clone(),
                    counts: if is_sent { sum.sent } else { sum.received },
                    operations: sum.operations.into_vec(),
                    days: by_day.range(period.clone()).count(),
                    is_new: !reference.is_empty() && by_day.range(reference.clone()).next().is_none(),
                }
            })
            .collect();
        all.sort_by(|one, other| {
            (other.counts.calls, &one.from, &one.to).cmp(&(one.counts.calls, &other.from, &other.to))
        });
        all
    }
}

impl OfPair {
    fn merge(&mut self, other: &Self) {
        self.received.add(other.received);
        self.sent.add(other.sent);
        self.operations.merge(&other.operations);
    }
}
