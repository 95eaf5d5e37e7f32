//! Insights about a principal: what is throttled, fails in bulk, is polled, and who calls most.

use super::{Insight, InsightKind, is_share, suggestion};
use crate::activity::Activity;
use crate::error_code::Cause;
use crate::hours::{Hours, day_of_hour, start_of_hour};
use crate::person::{DayNumber, Person, start_of};
use crate::rhythm::Rhythm;
use std::ops::Range;
use trailreflex_metering::is_throttling;

/// Throttled calls of the period from which it is worth a row: AWS's clients retry a few by themselves, and nobody notices.
const FEW_THROTTLED: u64 = 10;
/// Failures of one kind within an hour that are a storm: more than one each 36 seconds is no person, and no sensible retry.
const STORM: u64 = 100;
/// Calls of an hour from which an operation is polled: one a minute, faster than most of what is asked for changes.
const POLLED: u32 = 60;
/// Such hours of a day that are all day: 20 leave room for a deployment or an hour without records, and no working day has them.
const POLLED_HOURS: usize = 20;
/// Percent of all calls that make a principal a top talker: at most five have so many.
const TOP_PERCENT: u64 = 20;
/// Calls of a principal below which no share of them costs anything.
const FEW_CALLS: u64 = 1_000;
/// Operations of a top talker that are named.
const MAX_OPERATIONS: usize = 3;

pub(super) fn find(activity: &Activity, period: &Range<DayNumber>) -> Vec<Insight> {
    let all = activity.days.range(period.clone()).map(|(_, day)| day.calls).fold(0, u64::saturating_add);
    let mut found = Vec::new();
    for (principal, person) in &activity.people {
        let is_aws = is_aws(principal, person);
        for (operation, rhythm) in person.rhythms() {
            let about = About { activity, principal, operation, rhythm, period };
            found.extend(about.throttled());
            found.extend(about.storms());
            if !is_aws {
                found.extend(about.polling(all));
            }
        }
    }
    found.extend(top_talkers(activity, period, all));
    found
}

/// Whether a principal is AWS's own, so that nobody can change how often it asks: a service, or a role linked to one.
fn is_aws(principal: &str, person: &Person) -> bool {
    person.is_service || principal.contains(":role/aws-service-role/")
}

fn top_talkers(activity: &Activity, period: &Range<DayNumber>, all: u64) -> Vec<Insight> {
    let calls = activity.people.iter().map(|(name, person)| (name, person, person.counts(period).calls));
    let large = calls.filter(|(_, _, calls)| *calls >= FEW_CALLS && is_share((*calls, all), TOP_PERCENT));
    large
        .map(|(name, person, calls)| Insight {
            values: most_called(person, period),
            ..Insight::new(InsightKind::TopTalker, name, (calls, all), suggestion::TOP_TALKER)
        })
        .collect()
}

fn most_called(person: &Person, period: &Range<DayNumber>) -> Vec<String> {
    let calls = person.rhythms().map(|(name, rhythm)| (rhythm.calls.sum(period), name));
    let mut calls: Vec<_> = calls.filter(|(calls, _)| *calls > 0).collect();
    calls.sort_by(|one, other| (other.0, one.1).cmp(&(one.0, other.1)));
    calls.into_iter().take(MAX_OPERATIONS).map(|(_, name)| name.clone()).collect()
}

/// An operation of a principal.
struct About<'a> {
    activity: &'a Activity,
    principal: &'a str,
    operation: &'a str,
    rhythm: &'a Rhythm,
    period: &'a Range<DayNumber>,
}

impl About<'_> {
    fn insight(&self, kind: InsightKind, count_of: (u64, u64), suggestion: &'static str) -> Insight {
        let operation = Some(self.operation.to_owned());
        Insight { operation, ..Insight::new(kind, self.principal, count_of, suggestion) }
    }

    fn throttled(&self) -> Option<Insight> {
        let mut throttled = Hours::default();
        let codes = self.rhythm.errors.iter().filter(|(code, _)| is_throttling(code));
        codes.for_each(|(_, hours)| throttled.merge(hours));
        let count = throttled.sum(self.period);
        if count < FEW_THROTTLED {
            return None;
        }
        let time = throttled.busiest(self.period).map(|(hour, _)| start_of_hour(hour));
        let of = self.rhythm.calls.sum(self.period);
        Some(Insight { time, ..self.insight(InsightKind::Throttled, (count, of), suggestion::THROTTLED) })
    }

    fn storms(&self) -> impl Iterator<Item = Insight> {
        self.rhythm.errors.iter().filter_map(|(code, hours)| {
            let (hour, count) = hours.busiest(self.period).filter(|(_, count)| *count >= STORM)?;
            let suggestion = suggestion::of_storm(Cause::of(code, self.is_denied(code)));
            let of = self.rhythm.calls.of(hour);
            Some(Insight {
                code: Some(code.clone()),
                time: Some(start_of_hour(hour)),
                ..self.insight(InsightKind::ErrorStorm, (count, of), suggestion)
            })
        })
    }

    fn is_denied(&self, code: &str) -> bool {
        let failures = self.activity.failures.get(self.operation).and_then(|codes| codes.get(code));
        failures.is_some_and(|failures| failures.is_denied)
    }

    fn polling(&self, all: u64) -> Option<Insight> {
        if !self.rhythm.is_read_only || !asks_how_things_are(self.operation) {
            return None;
        }
        let hours = self.rhythm.calls.on(self.period);
        let mut days = hours
            .chunk_by(|one, next| day_of_hour(one.0) == day_of_hour(next.0))
            .filter(|day| day.iter().filter(|(_, calls)| *calls >= POLLED).count() >= POLLED_HOURS)
            .peekable();
        let time = days.peek()?.first().map(|(hour, _)| start_of(day_of_hour(*hour)));
        let count = days.flatten().map(|(_, calls)| u64::from(*calls)).fold(0, u64::saturating_add);
        Some(Insight { time, ..self.insight(InsightKind::Polling, (count, all), suggestion::POLLING) })
    }
}

/// Whether an operation is one that is polled. Others that only read, such as `kms:Decrypt` or `sts:AssumeRole`, are use.
fn asks_how_things_are(operation: &str) -> bool {
    let name = operation.split_once(':').map_or(operation, |(_, name)| name);
    ["Describe", "List", "Get"].iter().any(|verb| name.starts_with(verb))
}
