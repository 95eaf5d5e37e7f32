//! Hours in UTC, by which log files are read, and the days they belong to.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit, Zoned};
use serde::{Deserialize, Serialize};

const SECONDS: i64 = 3600;
const HOURS_OF_DAY: i64 = 24;

/// An hour, counted from 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hour(pub i64);

/// A day, counted from 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i64);

impl Hour {
    /// The hour of a time.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(time.as_second().div_euclid(SECONDS))
    }

    /// The one that follows.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Its first moment.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(self.0.saturating_mul(SECONDS)).unwrap_or_default()
    }

    /// The day it belongs to.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(HOURS_OF_DAY))
    }

    /// Returns before which keys of a folder no file of this hour is: `2026/11/24/111122223333_CloudTrail_eu-west-1_20261124T10`
    /// in the folder of that account and Region.
    #[must_use]
    pub fn key(self, account: &str, region: &str) -> String {
        let time = self.zoned();
        format!("{}/{account}_CloudTrail_{region}_{}", time.strftime("%Y/%m/%d"), time.strftime("%Y%m%dT%H"))
    }

    fn zoned(self) -> Zoned {
        self.start().to_zoned(TimeZone::UTC)
    }
}

impl Day {
    /// The day of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let since = date.since((Unit::Day, Date::constant(1970, 1, 1)));
        Self(since.map_or(0, |since| i64::from(since.get_days())))
    }

    /// Its date.
    #[must_use]
    pub fn date(self) -> Date {
        self.first_hour().zoned().date()
    }

    /// The day that many days later, or earlier.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Its first hour.
    #[must_use]
    pub fn first_hour(self) -> Hour {
        Hour(self.0.saturating_mul(HOURS_OF_DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_are_those_of_the_calendar() {
        let hour = Hour::of("2026-11-24T10:59:59Z".parse().unwrap());
        assert_eq!(hour.start().to_string(), "2026-11-24T10:00:00Z");
        assert_eq!(hour.day().date().to_string(), "2026-11-24");
        assert_eq!(Day::of(hour.day().date()), hour.day());
        assert_eq!(hour.day().plus(-24).date().to_string(), "2026-10-31");
        assert_eq!(hour.day().plus(1).first_hour().0 - hour.0, 14);
        assert_eq!(
            hour.key("111122223333", "eu-west-1"),
            "2026/11/24/111122223333_CloudTrail_eu-west-1_20261124T10"
        );
    }
}
