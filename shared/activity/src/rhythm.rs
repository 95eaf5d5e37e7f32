//! How often a principal calls each operation, hour by hour, and how often that fails with which error. By that are pollers,
//! storms of errors and throttled calls known.

use crate::Call;
use crate::hours::{Hours, hour_number};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most operations of principals, and errors of them, that are told apart in all. 200 principals with 50 operations each and
/// a few errors of them take a quarter of it; a flood of made-up names takes some 10 MB.
const MAX_RHYTHMS: usize = 50_000;

/// How many rhythms, and errors of them, all principals have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Taken(usize);

/// How often an operation is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rhythm {
    /// Whether all of its calls said that they only read.
    pub(crate) is_read_only: bool,
    pub(crate) calls: Hours,
    /// Those that failed, by the error's code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) errors: BTreeMap<String, Hours>,
}

impl Taken {
    fn one_more(&mut self) -> Option<()> {
        let number = self.0.saturating_add(1);
        (number <= MAX_RHYTHMS).then(|| self.0 = number)
    }
}

impl Rhythm {
    /// Takes a call, the first one if there is room; returns how many times there was none for it or its error.
    pub(crate) fn add(known: &mut Option<Box<Self>>, call: &Call, taken: &mut Taken) -> u64 {
        let Some(rhythm) = Self::room(known, taken) else { return 1 };
        let hour = hour_number(call.time);
        rhythm.is_read_only &= call.is_read_only;
        rhythm.calls.add(hour, 1);
        let Some(code) = &call.error else { return 0 };
        if let Some(errors) = rhythm.errors.get_mut(code) {
            errors.add(hour, 1);
            return 0;
        }
        if taken.one_more().is_none() {
            return 1;
        }
        rhythm.errors.entry(code.clone()).or_default().add(hour, 1);
        0
    }

    /// Adds what was counted elsewhere; returns how many calls and errors there was no room for.
    pub(crate) fn merge(known: &mut Option<Box<Self>>, other: Self, taken: &mut Taken) -> u64 {
        let Some(rhythm) = Self::room(known, taken) else { return other.calls.total() };
        rhythm.is_read_only &= other.is_read_only;
        rhythm.calls.merge(&other.calls);
        let mut lost = 0_u64;
        for (code, errors) in other.errors {
            if !rhythm.errors.contains_key(&code) && taken.one_more().is_none() {
                lost = lost.saturating_add(errors.total());
                continue;
            }
            rhythm.errors.entry(code).or_default().merge(&errors);
        }
        lost
    }

    fn room<'a>(known: &'a mut Option<Box<Self>>, taken: &mut Taken) -> Option<&'a mut Self> {
        if known.is_none() {
            taken.one_more()?;
            *known = Some(Box::new(Self { is_read_only: true, ..Self::default() }));
        }
        known.as_deref_mut()
    }
}
