//! The numbers of a review, whatever order records come in, and what it says of what it does not know.

use crate::habits::{call, start};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use trailreflex_activity::{Activity, Added, Call, Counts, LeftOut, Period, Review};

fn review(calls: &[Call]) -> Option<Review> {
    let mut activity = Activity::default();
    for call in calls {
        activity.add(call);
    }
    activity.review(None, None)
}

#[test]
fn without_records_there_is_no_review() {
    assert_eq!(review(&[]), None);
    let mut activity = Activity::default();
    activity.add(&call(0, 10, 0));
    let of = |from: &str, to: &str| activity.review(Some(from.parse().unwrap()), Some(to.parse().unwrap()));
    assert_eq!(of("2026-10-06", "2026-10-08"), None, "a period without records");
    assert_eq!(of("2026-10-06", "2026-10-05"), None, "a period that ends before it begins");
    assert!(of("2026-10-05", "2026-10-05").is_some());
}

#[test]
fn without_a_time_before_nothing_is_called_new() {
    let found = review(&[call(0, 10, 0), Call { is_root: true, ..call(1, 10, 0) }]).unwrap();
    assert_eq!((found.reference, found.before), (None, None));
    assert_eq!(found.notable.len(), 1, "the root user needs no comparison");
    assert_eq!(found.period.from.to_string(), "2026-10-05");
}

#[test]
fn days_without_records_and_copies_are_told() {
    let twice = call(3, 10, 0);
    let mut activity = Activity::default();
    assert_eq!(activity.add(&call(0, 10, 0)), Added::New);
    assert_eq!(activity.add(&twice), Added::New);
    assert_eq!(activity.add(&twice), Added::Copy);
    assert_eq!(
        activity.add(&Call { event: None, ..twice.clone() }),
        Added::New,
        "nobody knows whether it is a copy"
    );
    let found = activity.review(None, None).unwrap();
    assert_eq!(found.left_out, LeftOut { copies: 1, ..LeftOut::default() });
    assert_eq!(
        found.missing.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["2026-10-06", "2026-10-07"]
    );
    assert_eq!(found.totals.counts.calls, 3);
}

#[test]
fn a_period_is_compared_with_as_many_days_before() {
    let denied = Counts { calls: 1, errors: 1, denied: 1, ..Counts::default() };
    let failing = |day, hour| Call {
        error: Some("AccessDenied".to_owned()),
        counts: denied,
        principal: "bob".to_owned(),
        ..call(day, hour, 0)
    };
    let found = review(&[
        call(0, 9, 0),
        call(1, 9, 0),
        call(7, 9, 0),
        failing(8, 9),
        failing(8, 10),
        call(13, 23, 0),
    ])
    .unwrap();
    let before = found.before.unwrap();
    assert_eq!((found.totals.counts.calls, found.totals.principals), (4, 2));
    assert_eq!((before.counts.calls, before.principals), (2, 1));
    assert_eq!((found.days.len(), found.days.iter().filter(|day| day.is_in_period).count()), (14, 7));
    assert_eq!((found.heat[1][9], found.heat[1][10], found.heat[6][23]), (1, 1, 1));
    let principals: Vec<_> =
        found.principals.iter().map(|one| (one.name.as_str(), one.counts.calls, one.before)).collect();
    assert_eq!(principals, [("arn:aws:iam::111122223333:user/alice", 2, 2), ("bob", 2, 0)]);
    let [failure] = &found.failures[..] else { panic!("{:?}", found.failures) };
    assert_eq!(
        (failure.operation.as_str(), failure.count, failure.is_denied),
        ("s3:PutBucketTagging", 2, true)
    );
    assert_eq!(failure.principals, ["bob"]);
}

#[test]
fn a_flood_of_made_up_names_is_bounded_and_told() {
    let mut activity = Activity::default();
    for number in 0..2_100 {
        let time = start() + SignedDuration::from_secs(number);
        activity.add(&Call { network: format!("n{number}"), event: None, time, ..call(0, 0, 0) });
    }
    let found = activity.review(None, None).unwrap();
    assert_eq!(found.left_out, LeftOut { values: 100, ..LeftOut::default() });
    assert_eq!((found.totals.counts.calls, found.principals[0].networks), (2_100, 2_000));
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let one =
        (0_i64..30, 0_i64..24, 0_i64..60, 0_u8..4, 0_u8..4).prop_map(|(day, hour, minute, who, what)| Call {
            principal: format!("p{who}"),
            region: format!("r{what}"),
            event: Some(format!("{day}/{hour}/{minute}/{who}/{what}")),
            error: (what > 1).then(|| format!("Code{who}")),
            caller_account: (who > 1).then(|| format!("account-{what}")),
            ..call(day, hour, minute)
        });
    prop::collection::vec(one, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_records_does_not_matter(calls in calls(), seed in any::<u64>()) {
        let mut other = calls.clone();
        other.sort_by_key(|call| seed.wrapping_mul(call.time.as_second().unsigned_abs()));
        prop_assert_eq!(review(&calls), review(&other));
    }

    #[test]
    fn copies_change_nothing_but_their_number(calls in calls()) {
        let once = review(&calls).unwrap();
        let twice = review(&[calls.clone(), calls.clone()].concat()).unwrap();
        let more = u64::try_from(calls.len()).unwrap();
        prop_assert_eq!(twice.left_out, LeftOut { copies: once.left_out.copies + more, ..once.left_out });
        prop_assert_eq!(Review { left_out: once.left_out, ..twice }, once);
    }

    #[test]
    fn the_parts_are_the_whole(calls in calls()) {
        let found = review(&calls).unwrap();
        let of_days: u64 = found.days.iter().filter(|day| day.is_in_period).map(|day| day.counts.calls).sum();
        let of_heat: u64 = found.heat.iter().flatten().sum();
        let of_people: u64 = found.principals.iter().map(|one| one.counts.calls).sum();
        let all = found.totals.counts.calls;
        prop_assert_eq!((of_days, of_heat, of_people), (all, all, all));
    }
}

#[test]
fn a_day_that_is_stored_and_read_again_is_the_same_and_knows_copies_until_it_forgets_them() {
    let mut activity = Activity::default();
    let failing = Call { error: Some("AccessDenied".to_owned()), ..call(0, 11, 0) };
    activity.add(&call(0, 10, 0));
    activity.add(&failing);
    let stored = serde_json::to_vec(&activity).unwrap();
    let mut again: Activity = serde_json::from_slice(&stored).unwrap();
    assert_eq!(again, activity);
    assert_eq!(again.add(&failing), Added::Copy);
    assert_eq!(again.events(), 2);
    again.forget_events();
    assert_eq!(again.events(), 0);
    assert_eq!(again.add(&failing), Added::New);
    assert!(!serde_json::to_string(&activity).unwrap().is_empty());
}

proptest! {
    #[test]
    fn days_that_are_put_together_are_what_they_are_in_one(
        made in prop::collection::vec((0_i64..10, 0_i64..24, 0_i64..60, 0_usize..4, 0_usize..3), 0..60),
        split in 0_i64..10,
    ) {
        let calls = made.iter().enumerate().map(|(number, (day, hour, minute, who, code))| Call {
            event: Some(number.to_string()),
            principal: format!("principal-{who}"),
            operation: format!("s3:{who}"),
            region: format!("region-{}", hour % 3),
            error: (*code > 0).then(|| if *who == 0 { format!("Code{code}") } else { "InternalError".to_owned() }),
            caller_account: (hour % 2 > 0).then(|| format!("account-{who}")),
            is_callers_record: *code > 1,
            through: (minute % 2 > 0).then(|| format!("service-{}", minute % 8)),
            is_read_only: *who > 1 || *code > 0,
            ..call(*day, *hour, *minute)
        });
        let (mut all, mut early, mut late) = (Activity::default(), Activity::default(), Activity::default());
        for one in calls {
            all.add(&one);
            let before = one.time < start() + SignedDuration::from_hours(24 * split);
            if before { early.add(&one) } else { late.add(&one) };
        }
        let mut merged = late.clone();
        merged.merge(early.clone());
        prop_assert_eq!(&merged, &all);
        early.merge(late);
        prop_assert_eq!(&early, &all);
        let stored = serde_json::to_vec(&all).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Activity>(&stored).unwrap(), all);
    }

    #[test]
    fn a_review_needs_no_rhythms_of_the_days_before(calls in calls(), first in 1_i64..30) {
        let from = start() + SignedDuration::from_hours(24 * first);
        let (mut all, mut before, mut period) = (Activity::default(), Activity::default(), Activity::default());
        for call in &calls {
            all.add(call);
            if call.time < from { before.add(call) } else { period.add(call) };
        }
        before.forget_rhythms();
        before.merge(period);
        let date = |day: i64| (start() + SignedDuration::from_hours(24 * day)).to_zoned(TimeZone::UTC).date();
        let days = Period { from: date(first), to: date(29) };
        prop_assert_eq!(before.review_period(days), all.review_period(days));
    }
}
