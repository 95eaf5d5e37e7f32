//! How many calls there were in each hour. Only hours with some take room, 8 bytes each, so that neither somebody who calls
//! once a week nor a machine that never sleeps costs more than their own calls.

use crate::person::DayNumber;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// An hour in UTC, counted from 1970-01-01T00.
pub(crate) type HourNumber = i32;

/// Hours of a day.
const OF_DAY: i64 = 24;
/// Seconds of an hour.
const SECONDS: i64 = 3_600;

/// Numbers of calls by hour, in the order of the hours, without those that have none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hours(Vec<(HourNumber, u32)>);

/// The hour of a time.
pub(crate) fn hour_number(time: Timestamp) -> HourNumber {
    HourNumber::try_from(time.as_second().div_euclid(SECONDS)).unwrap_or_default()
}

/// The first moment of an hour.
pub(crate) fn start_of_hour(hour: HourNumber) -> Timestamp {
    Timestamp::from_second(i64::from(hour).saturating_mul(SECONDS)).unwrap_or_default()
}

/// The day of an hour.
pub(crate) fn day_of_hour(hour: HourNumber) -> DayNumber {
    i64::from(hour).div_euclid(OF_DAY)
}

impl Hours {
    /// Counts calls in an hour. Records come about in the order of time, so it is the last hour as a rule.
    pub(crate) fn add(&mut self, hour: HourNumber, calls: u32) {
        if let Some((last, sum)) = self.0.last_mut()
            && *last == hour
        {
            *sum = sum.saturating_add(calls);
            return;
        }
        match self.0.binary_search_by_key(&hour, |(known, _)| *known) {
            Ok(at) => {
                if let Some((_, sum)) = self.0.get_mut(at) {
                    *sum = sum.saturating_add(calls);
                }
            }
            Err(at) => self.0.insert(at, (hour, calls)),
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(hour, calls)| self.add(*hour, *calls));
    }

    /// The hours of these days.
    pub(crate) fn on(&self, days: &Range<DayNumber>) -> &[(HourNumber, u32)] {
        let from = self.0.partition_point(|(hour, _)| day_of_hour(*hour) < days.start);
        let to = self.0.partition_point(|(hour, _)| day_of_hour(*hour) < days.end);
        self.0.get(from..to).unwrap_or_default()
    }

    /// The calls of these days.
    pub(crate) fn sum(&self, days: &Range<DayNumber>) -> u64 {
        self.on(days).iter().map(|(_, calls)| u64::from(*calls)).sum()
    }

    /// All calls.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().map(|(_, calls)| u64::from(*calls)).sum()
    }

    /// The calls of an hour.
    pub(crate) fn of(&self, hour: HourNumber) -> u64 {
        let at = self.0.binary_search_by_key(&hour, |(known, _)| *known).ok();
        at.and_then(|at| self.0.get(at)).map_or(0, |(_, calls)| u64::from(*calls))
    }

    /// The hour of these days with the most calls, the first of several, and its calls.
    pub(crate) fn busiest(&self, days: &Range<DayNumber>) -> Option<(HourNumber, u64)> {
        let busiest = self.on(days).iter().max_by_key(|(hour, calls)| (*calls, std::cmp::Reverse(*hour)))?;
        Some((busiest.0, u64::from(busiest.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_counted_in_whatever_order_they_come() {
        let mut hours = Hours::default();
        for hour in [30, 24, 47, 24, 48, 23, 30, -1] {
            hours.add(hour, 1);
        }
        assert_eq!(hours.on(&(1..2)), [(24, 2), (30, 2), (47, 1)]);
        assert_eq!((hours.sum(&(1..2)), hours.sum(&(-1..3)), hours.sum(&(5..9))), (5, 8, 0));
        assert_eq!((hours.of(24), hours.of(25)), (2, 0));
        assert_eq!((hours.busiest(&(1..2)), hours.busiest(&(5..9))), (Some((24, 2)), None));
    }
}
