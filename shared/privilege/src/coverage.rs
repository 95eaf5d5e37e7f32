//! What the logs were, on which everything else rests: what they do not hold cannot be told.

use crate::bounded::Bounded;
use crate::seen::{self, Seen};
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;
use trailreflex_model::cloudtrail::{EventCategory, Record};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Which logs were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// First and last record, and how many there were.
    pub records: Option<Seen>,
    /// Records that came again shortly after their copy.
    pub copies: u64,
    /// Records without a time, which count nowhere.
    pub without_time: u64,
    /// Calls of the root user, which no policy limits.
    pub root: Option<Seen>,
    /// Calls of roles that belong to AWS services and cannot be changed.
    pub service_linked: Option<Seen>,
    /// Accounts that the logs are of.
    pub accounts: Bounded<String, Option<Seen>, 1_000>,
    /// Regions with records.
    pub regions: Bounded<String, Option<Seen>, 100>,
    /// Services with data events, such as `s3`, by which it is known that the trail has them.
    pub data_events: Bounded<String, Option<Seen>, 500>,
    /// Days with records, counted from 1970-01-01.
    #[serde(skip)]
    pub(crate) days: Bounded<i64, Option<Seen>, 10_000>,
}

/// How the time between two moments is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Gaps {
    /// Days, in UTC, that it touches.
    pub days: usize,
    /// Those without a single record, such as `2026-10-05`.
    pub empty: BTreeSet<String>,
}

impl Coverage {
    pub(crate) fn add(&mut self, record: &Record, time: Timestamp, calls: u64) {
        let now = Seen::at(time, calls);
        seen::add(&mut self.records, Some(now));
        self.days.update(day_of(time), |known| seen::add(known, Some(now)));
        if let Some(account) = record.recipient_account().or_else(|| record.identity().account_id()) {
            self.accounts.update(account.to_string(), |known| seen::add(known, Some(now)));
        }
        if let Some(region) = record.region() {
            self.regions.update(region.to_string(), |known| seen::add(known, Some(now)));
        }
        if record.category() == Some(&EventCategory::Data) {
            let source = record.event_source().unwrap_or_default();
            let service = source.strip_suffix(".amazonaws.com").unwrap_or(source);
            self.data_events.update(service.to_owned(), |known| seen::add(known, Some(now)));
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        seen::add(&mut self.records, other.records);
        self.copies = self.copies.saturating_add(other.copies);
        self.without_time = self.without_time.saturating_add(other.without_time);
        seen::add(&mut self.root, other.root);
        seen::add(&mut self.service_linked, other.service_linked);
        self.accounts.merge(other.accounts);
        self.regions.merge(other.regions);
        self.data_events.merge(other.data_events);
        self.days.merge(other.days);
    }

    /// Returns the days from `from` to `to` without any record, at most the first 1,000 days.
    #[must_use]
    pub fn gaps(&self, from: Timestamp, to: Timestamp) -> Gaps {
        let days: Vec<i64> = (day_of(from)..=day_of(to)).take(1_000).collect();
        let empty = days.iter().filter(|day| self.days.get(day).is_none());
        let named = empty.filter_map(|day| Timestamp::from_second(day.saturating_mul(DAY)).ok());
        Gaps { days: days.len(), empty: named.map(|start| start.strftime("%Y-%m-%d").to_string()).collect() }
    }

    /// Returns whether the logs have data events of a service.
    #[must_use]
    pub fn has_data_events(&self, service: &str) -> bool {
        self.data_events.get(&service.to_owned()).is_some()
    }
}

fn day_of(time: Timestamp) -> i64 {
    time.as_second().div_euclid(DAY)
}
