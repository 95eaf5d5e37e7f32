//! What a review finds in a made-up month with twelve planted changes, and what it tells of the same month without them.

use crate::chance::{Chance, at};
use crate::company::{DAYS, Shape, people};
use crate::month::calls_of;
use crate::plants::{leave, plant};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use trailreflex_activity::{Activity, Kind, Notable};

/// What came of a month.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Records of the eight weeks, and of the four that are reviewed.
    pub(crate) records: u64,
    pub(crate) in_period: u64,
    pub(crate) planted: usize,
    pub(crate) missed: Vec<(String, Kind)>,
    /// What else was told of, of anybody with whom nothing was planted.
    pub(crate) false_with: Vec<Notable>,
    /// What was told of the same month without anything planted.
    pub(crate) false_without: Vec<Notable>,
}

/// Measures the month of a seed, reviewed in periods of so many days.
pub(crate) fn measure(shape: Shape, busy: i64, seed: u64, days: i64) -> Found {
    let mut chance = Chance(seed.wrapping_mul(0x1F3_5A7B).wrapping_add(11));
    let mut everybody = people(shape, busy, &mut chance);
    let leaver = leave(&mut everybody, &mut chance);
    let mut activity = Activity::default();
    let (mut records, mut in_period) = (0, 0);
    for one in &everybody {
        calls_of(one, &mut chance, &mut |call| {
            records += 1;
            in_period += u64::from(call.time >= at(DAYS - 28, 0));
            activity.add(call);
        });
    }
    let false_without = reviews(&activity, days);
    let planted = plant(&everybody, leaver, &mut chance, &mut |call| {
        activity.add(call);
    });
    let with = reviews(&activity, days);
    let told: BTreeSet<_> = with.iter().map(|one| (one.principal.clone(), one.kind)).collect();
    // Who was planted does other new things with it, such as the first call of the root user.
    let with_whom: BTreeSet<_> = planted.iter().map(|(who, _)| who).collect();
    let false_with = with.into_iter().filter(|one| !with_whom.contains(&one.principal)).collect();
    let missed = planted.difference(&told).cloned().collect();
    Found { records, in_period, planted: planted.len(), missed, false_with, false_without }
}

/// Reviews the last four weeks period by period, as a schedule does.
fn reviews(activity: &Activity, days: i64) -> Vec<Notable> {
    let date = |day: i64| -> Date { at(day, 0).to_zoned(TimeZone::UTC).date() };
    let review = |first: i64| {
        let review = activity.review(Some(date(first)), Some(date(first + days - 1)));
        review.map(|review| review.notable)
    };
    (0..28 / days).filter_map(|number| review(DAYS - 28 + number * days)).flatten().collect()
}
