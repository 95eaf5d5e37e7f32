//! Insights about a service or a Region: what fails in AWS's own hands, and what is not used any more.

use super::{Insight, InsightKind, is_share, suggestion};
use crate::activity::Activity;
use crate::person::{DayNumber, start_of};
use crate::place::OfPlace;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Failures of calls by AWS services below which there is nothing to look into.
const FEW_FAILURES: u64 = 20;
/// Percent of the calls by AWS services that fail in vain often enough: services probe for what need not be there, too.
const FAILING_PERCENT: u64 = 5;
/// Faults of a service below which retries hide them.
const FEW_FAULTS: u64 = 10;
/// Percent of faults from which they are more than what every large system has.
const FAULTY_PERCENT: u64 = 1;
/// Days of use without which a Region or service was never in use, but tried out.
const FEW_DAYS: usize = 5;
/// Days that a period needs to say that something is not used: one that is shorter may be a weekend.
const WEEK: i64 = 7;
/// Most Regions, and most services, that are told as unused: a hint, not a list.
const MAX_UNUSED: usize = 10;
/// The Region of the global services, IAM for one, which no organization can close.
const GLOBAL: &str = "us-east-1";

pub(super) fn find(
    activity: &Activity,
    reference: &Range<DayNumber>,
    period: &Range<DayNumber>,
) -> Vec<Insight> {
    let mut found = failing(activity, period);
    if period.end.saturating_sub(period.start) >= WEEK {
        found.extend(unused(activity, reference, period));
    }
    found
}

fn failing(activity: &Activity, period: &Range<DayNumber>) -> Vec<Insight> {
    let mut found = Vec::new();
    for (service, regions) in &activity.places.known {
        for (region, days) in regions {
            let sum = OfPlace::of(days, period);
            let worst = |number: fn(&OfPlace) -> u64| {
                let days = days.range(period.clone()).map(|(day, of_day)| (number(of_day), *day));
                days.max_by_key(|(number, day)| (*number, std::cmp::Reverse(*day)))
                    .map(|(_, day)| start_of(day))
            };
            let about = |kind, count_of, suggestion| {
                let region = Some(region.clone()).filter(|region| !region.is_empty());
                Insight { region, ..Insight::new(kind, service, count_of, suggestion) }
            };
            let failed = (sum.failed, sum.by_services);
            if sum.failed >= FEW_FAILURES && is_share(failed, FAILING_PERCENT) {
                found.push(Insight {
                    time: worst(|day| day.failed),
                    values: sum.callers.into_vec(),
                    ..about(InsightKind::FailingForServices, failed, suggestion::FAILING_FOR_SERVICES)
                });
            }
            let faults = (sum.faults, sum.counts.calls);
            if sum.faults >= FEW_FAULTS && is_share(faults, FAULTY_PERCENT) {
                found.push(Insight {
                    time: worst(|day| day.faults),
                    values: sum.faulty.into_vec(),
                    ..about(InsightKind::ServerFaults, faults, suggestion::SERVER_FAULTS)
                });
            }
        }
    }
    found
}

fn unused(activity: &Activity, reference: &Range<DayNumber>, period: &Range<DayNumber>) -> Vec<Insight> {
    let mut services: BTreeMap<&str, BTreeSet<DayNumber>> = BTreeMap::new();
    let mut regions: BTreeMap<&str, BTreeSet<DayNumber>> = BTreeMap::new();
    for (service, places) in &activity.places.known {
        for (region, days) in places {
            services.entry(service).or_default().extend(days.keys());
            regions.entry(region).or_default().extend(days.keys());
        }
    }
    regions.remove(GLOBAL);
    let known = u64::try_from(activity.days.range(reference.clone()).count()).unwrap_or_default();
    let mut found = Vec::new();
    for (kind, used, suggestion) in [
        (InsightKind::UnusedRegion, regions, suggestion::UNUSED_REGION),
        (InsightKind::UnusedService, services, suggestion::UNUSED_SERVICE),
    ] {
        let mut of_kind: Vec<_> = used
            .into_iter()
            .filter(|(name, days)| !name.is_empty() && days.range(period.clone()).next().is_none())
            .filter_map(|(name, days)| {
                let last = days.range(reference.clone()).next_back()?;
                let count = days.range(reference.clone()).count();
                let of = (u64::try_from(count).unwrap_or_default(), known);
                let insight = Insight::new(kind, name, of, suggestion);
                (count >= FEW_DAYS).then_some(Insight { time: Some(start_of(*last)), ..insight })
            })
            .collect();
        of_kind.sort_by(|one, other| (other.count, &one.subject).cmp(&(one.count, &other.subject)));
        of_kind.truncate(MAX_UNUSED);
        found.extend(of_kind);
    }
    found
}
