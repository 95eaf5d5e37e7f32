//! How services answer in each Region, and what AWS services that call them on somebody's behalf get.

use crate::error_code::is_server_fault;
use crate::named::Named;
use crate::person::{DayNumber, day_of};
use crate::{Call, Counts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Most services in Regions that are told apart: twice what AWS has, about 300 services in 35 Regions.
const MAX_PLACES: usize = 20_000;

/// What happened with a service, by Region and day.
pub(crate) type Regions = BTreeMap<String, BTreeMap<DayNumber, OfPlace>>;

/// All services by Region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Places {
    /// By service.
    pub(crate) known: BTreeMap<String, Regions>,
    /// How many services in Regions there are.
    number: usize,
}

/// What happened with a service in a Region.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OfPlace {
    pub(crate) counts: Counts,
    /// Calls that failed by a fault of the service itself.
    #[serde(default)]
    pub(crate) faults: u64,
    /// The operations of those.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub(crate) faulty: Named,
    /// Calls that an AWS service made, by itself or for somebody.
    #[serde(default)]
    pub(crate) by_services: u64,
    /// Those of them that failed for a reason other than a fault of the called service.
    #[serde(default)]
    pub(crate) failed: u64,
    /// The AWS services whose calls those are.
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    pub(crate) callers: Named,
}

impl Places {
    /// Takes a call; returns whether there was room for it.
    pub(crate) fn add(&mut self, call: &Call) -> bool {
        let known = self.known.get_mut(&call.service).and_then(|regions| regions.get_mut(&call.region));
        if let Some(days) = known {
            days.entry(day_of(call.time)).or_default().add(call);
            return true;
        }
        let Some(days) = self.place(&call.service, &call.region) else { return false };
        days.entry(day_of(call.time)).or_default().add(call);
        true
    }

    /// Adds what was counted elsewhere; returns how many calls there was no room for.
    pub(crate) fn merge(&mut self, other: Self) -> u64 {
        let mut lost = 0_u64;
        for (service, regions) in other.known {
            for (region, days) in regions {
                let Some(sums) = self.place(&service, &region) else {
                    lost = days.values().map(|day| day.counts.calls).fold(lost, u64::saturating_add);
                    continue;
                };
                days.iter().for_each(|(day, more)| sums.entry(*day).or_default().merge(more));
            }
        }
        lost
    }

    fn place(&mut self, service: &str, region: &str) -> Option<&mut BTreeMap<DayNumber, OfPlace>> {
        if !self.known.get(service).is_some_and(|regions| regions.contains_key(region)) {
            if self.number >= MAX_PLACES {
                return None;
            }
            self.number = self.number.saturating_add(1);
            return Some(
                self.known.entry(service.to_owned()).or_default().entry(region.to_owned()).or_default(),
            );
        }
        self.known.get_mut(service)?.get_mut(region)
    }
}

impl OfPlace {
    fn add(&mut self, call: &Call) {
        self.counts.add(call.counts);
        self.by_services = self.by_services.saturating_add(u64::from(call.through.is_some()));
        if call.error.as_deref().is_some_and(is_server_fault) {
            self.faults = self.faults.saturating_add(1);
            self.faulty.add(&call.operation);
        } else if call.counts.errors > 0
            && let Some(caller) = &call.through
        {
            self.failed = self.failed.saturating_add(1);
            self.callers.add(caller);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.add(other.counts);
        for (sum, more) in [
            (&mut self.faults, other.faults),
            (&mut self.by_services, other.by_services),
            (&mut self.failed, other.failed),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.faulty.merge(&other.faulty);
        self.callers.merge(&other.callers);
    }

    /// All of these days.
    pub(crate) fn of(by_day: &BTreeMap<DayNumber, Self>, days: &Range<DayNumber>) -> Self {
        let mut all = Self::default();
        by_day.range(days.clone()).for_each(|(_, day)| all.merge(day));
        all
    }
}
