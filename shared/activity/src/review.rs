//! A review of a period: its numbers next to those before, and what is unlike before.

use crate::activity::{Activity, LeftOut};
use crate::insight::{Insight, insights};
use crate::notable::{Notable, notable};
use crate::person::{DayNumber, day_of, start_of};
use crate::place::Regions;
use crate::{BetweenAccounts, Counts};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Days of a period for which nobody has chosen another.
const DEFAULT_DAYS: i64 = 7;
/// Most rows of a table.
const MAX_ROWS: usize = 500;

/// Whole days in UTC, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Period {
    pub(crate) fn days(self) -> Range<DayNumber> {
        let start = number(self.from);
        start..number(self.to).max(start).saturating_add(1)
    }
}

/// Numbers of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Calls.
    #[serde(flatten)]
    pub counts: Counts,
    /// Principals that made some.
    pub principals: usize,
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Day {
    /// Which.
    pub date: Date,
    /// Whether it belongs to the period, and not to the time before.
    pub is_in_period: bool,
    /// Its calls; none at all on a day of which there are no records.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Calls by weekday, Monday first, and hour of the day in UTC.
pub type Heat = [[u64; 24]; 7];

/// A principal with the numbers of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Principal {
    /// Its ARN or name.
    pub name: String,
    /// Its calls.
    #[serde(flatten)]
    pub counts: Counts,
    /// Its calls in as many days right before.
    pub before: u64,
    /// On how many days of the period.
    pub days: usize,
    /// From how many networks, ever.
    pub networks: usize,
    /// In how many Regions, ever.
    pub regions: usize,
}

/// A service with the numbers of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Service {
    /// Its name, such as `iam`.
    pub name: String,
    /// Its calls.
    #[serde(flatten)]
    pub counts: Counts,
    /// Its calls in as many days right before.
    pub before: u64,
}

/// Calls of the period that failed in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Service and operation.
    pub operation: String,
    /// The error's code.
    pub code: String,
    /// Whether permissions refused it.
    pub is_denied: bool,
    /// How often.
    pub count: u64,
    /// Whose calls failed so, ever: the first five by the alphabet.
    pub principals: Vec<String>,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    /// What is reviewed.
    pub period: Period,
    /// What it is compared with: all days before of which there are records.
    pub reference: Option<Period>,
    /// The period's numbers.
    pub totals: Totals,
    /// Those of as many days right before, if there are records of all of them.
    pub before: Option<Totals>,
    /// All days, the reference's too.
    pub days: Vec<Day>,
    /// Days of the period without any record.
    pub missing: Vec<Date>,
    /// When calls are made.
    pub heat: Heat,
    /// What is unlike before.
    pub notable: Vec<Notable>,
    /// What costs time or money, and what to do about it: at most 50 of a kind.
    pub insights: Vec<Insight>,
    /// Calls from one account to another, at most 500 pairs, those of most calls first.
    pub accounts: Vec<BetweenAccounts>,
    /// Who made most calls, at most 500.
    pub principals: Vec<Principal>,
    /// Which services were called most, at most 500.
    pub services: Vec<Service>,
    /// What failed most often, at most 500.
    pub failures: Vec<Failure>,
    /// What the review does not know.
    pub left_out: LeftOut,
}

impl Activity {
    /// Reviews the days from `from` to `to`, both included: by default the last seven of which there are records. Nothing
    /// if there are no records, or none of such a period.
    #[must_use]
    pub fn review(&self, from: Option<Date>, to: Option<Date>) -> Option<Review> {
        let (first, last) = self.span()?;
        let last = to.map_or(last, number);
        let start = from.map_or_else(|| last.saturating_sub(DEFAULT_DAYS - 1).max(first), number);
        let period = start..last.saturating_add(1);
        self.days.range(valid(&period)?).next()?;
        Some(self.review_days(&period))
    }

    /// Reviews the days of `period`, whether or not there are records of them.
    #[must_use]
    pub fn review_period(&self, period: Period) -> Review {
        self.review_days(&period.days())
    }

    fn review_days(&self, period: &Range<DayNumber>) -> Review {
        let start = period.start;
        let first = self.span().map_or(start, |(first, _)| first);
        let reference = first.min(start)..start;
        let length = period.end.saturating_sub(period.start);
        let before = start.saturating_sub(length)..start;
        let date_range =
            |days: &Range<DayNumber>| Period { from: date(days.start), to: date(days.end.saturating_sub(1)) };
        let all = reference.start..period.end;
        let day = |day: DayNumber| Day {
            date: date(day),
            is_in_period: period.contains(&day),
            counts: self.days.get(&day).copied().unwrap_or_default(),
        };
        Review {
            period: date_range(period),
            reference: (!reference.is_empty()).then(|| date_range(&reference)),
            totals: self.totals(period),
            before: (first <= before.start).then(|| self.totals(&before)),
            days: all.map(day).collect(),
            missing: period.clone().filter(|day| !self.days.contains_key(day)).map(date).collect(),
            heat: self.heat(period),
            notable: notable(self, &reference, period),
            insights: insights(self, &reference, period),
            accounts: self.between_accounts(&reference, period),
            principals: self.principals(period, &before),
            services: self.services(period, &before),
            failures: self.failures(period),
            left_out: self.left_out,
        }
    }

    fn between_accounts(
        &self,
        reference: &Range<DayNumber>,
        period: &Range<DayNumber>,
    ) -> Vec<BetweenAccounts> {
        let mut all = self.accounts.on(reference, period);
        all.truncate(MAX_ROWS);
        all
    }

    fn totals(&self, days: &Range<DayNumber>) -> Totals {
        let mut counts = Counts::default();
        self.days.range(days.clone()).for_each(|(_, day)| counts.add(*day));
        let principals = self.people.values().filter(|person| person.active_days(days) > 0).count();
        Totals { counts, principals }
    }

    fn principals(&self, period: &Range<DayNumber>, before: &Range<DayNumber>) -> Vec<Principal> {
        let active = self.people.iter().filter(|(_, person)| person.active_days(period) > 0);
        let mut all: Vec<_> = active
            .map(|(name, person)| Principal {
                name: name.clone(),
                counts: person.counts(period),
                before: person.counts(before).calls,
                days: person.active_days(period),
                networks: person.networks.seen.len(),
                regions: person.regions.seen.len(),
            })
            .collect();
        all.sort_by(|one, other| (other.counts.calls, &one.name).cmp(&(one.counts.calls, &other.name)));
        all.truncate(MAX_ROWS);
        all
    }

    fn services(&self, period: &Range<DayNumber>, before: &Range<DayNumber>) -> Vec<Service> {
        let sum = |regions: &Regions, range: &Range<DayNumber>| {
            let mut counts = Counts::default();
            let days = regions.values().flat_map(|days| days.range(range.clone()));
            days.for_each(|(_, day)| counts.add(day.counts));
            counts
        };
        let mut all: Vec<_> = self
            .places
            .known
            .iter()
            .map(|(name, regions)| Service {
                name: name.clone(),
                counts: sum(regions, period),
                before: sum(regions, before).calls,
            })
            .filter(|service| service.counts.calls > 0)
            .collect();
        all.sort_by(|one, other| (other.counts.calls, &one.name).cmp(&(one.counts.calls, &other.name)));
        all.truncate(MAX_ROWS);
        all
    }

    fn failures(&self, period: &Range<DayNumber>) -> Vec<Failure> {
        let mut all: Vec<_> = self
            .failures
            .iter()
            .flat_map(|(operation, codes)| {
                codes.iter().map(move |(code, failures)| (operation, code, failures))
            })
            .map(|(operation, code, failures)| Failure {
                operation: operation.clone(),
                code: code.clone(),
                is_denied: failures.is_denied,
                count: failures.days.range(period.clone()).map(|(_, count)| count).sum(),
                principals: failures.people.clone().into_vec(),
            })
            .filter(|failure| failure.count > 0)
            .collect();
        all.sort_by(|one, other| {
            (other.count, &one.operation, &one.code).cmp(&(one.count, &other.operation, &other.code))
        });
        all.truncate(MAX_ROWS);
        all
    }
}

/// A range that ends after it begins.
fn valid(days: &Range<DayNumber>) -> Option<Range<DayNumber>> {
    (days.start < days.end).then(|| days.clone())
}

fn number(date: Date) -> DayNumber {
    date.to_zoned(TimeZone::UTC).map_or(0, |day| day_of(day.timestamp()))
}

fn date(day: DayNumber) -> Date {
    start_of(day).to_zoned(TimeZone::UTC).date()
}
