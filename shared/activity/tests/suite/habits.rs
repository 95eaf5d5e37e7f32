//! Somebody who does the same every working day, and what is told when that changes.

use jiff::{SignedDuration, Timestamp};
use trailreflex_activity::{Activity, Call, Counts, Kind, Review};

/// A Monday.
pub(crate) fn start() -> Timestamp {
    "2026-10-05T00:00:00Z".parse().unwrap()
}

/// A call of `alice` on a day from the start, at an hour.
pub(crate) fn call(day: i64, hour: i64, minute: i64) -> Call {
    let time = start() + SignedDuration::from_mins(day * 24 * 60 + hour * 60 + minute);
    Call {
        event: Some(format!("{day}-{hour}-{minute}")),
        time,
        principal: "arn:aws:iam::111122223333:user/alice".to_owned(),
        is_service: false,
        is_root: false,
        is_sign_in_without_mfa: false,
        account: "111122223333".to_owned(),
        caller_account: None,
        is_callers_record: false,
        through: None,
        service: "s3".to_owned(),
        operation: "s3:PutBucketTagging".to_owned(),
        region: "eu-central-1".to_owned(),
        network: "198.51.0.0/16".to_owned(),
        program: "aws-cli".to_owned(),
        error: None,
        is_read_only: false,
        counts: Counts { calls: 1, writes: 1, ..Counts::default() },
    }
}

/// Four weeks of working days, ten calls each, and a fifth week of the same.
fn habits() -> Vec<Call> {
    let working = (0..35).filter(|day| day % 7 < 5);
    working.flat_map(|day| (9..19).map(move |hour| call(day, hour, 0))).collect()
}

fn review(calls: impl IntoIterator<Item = Call>) -> Review {
    let mut activity = Activity::default();
    for call in calls {
        activity.add(&call);
    }
    activity.review(Some("2026-11-02".parse().unwrap()), Some("2026-11-08".parse().unwrap())).unwrap()
}

/// What is notable: kind, count and values.
fn told(review: &Review) -> Vec<(Kind, u64, Vec<&str>)> {
    let told = review.notable.iter();
    told.map(|one| (one.kind, one.count, one.values.iter().map(String::as_str).collect())).collect()
}

#[test]
fn nothing_is_told_of_somebody_who_does_what_they_always_do() {
    assert_eq!(told(&review(habits())), []);
}

#[test]
fn each_change_of_habits_is_told_as_what_it_is() {
    let denied = Counts { calls: 1, writes: 1, errors: 1, denied: 1, throttled: 0 };
    let failed = Counts { denied: 0, ..denied };
    let many = |number: i64, counts: Counts| -> Vec<Call> {
        (0..number)
            .map(|n| Call { counts, event: Some(format!("many-{n}")), ..call(30, 9 + n % 10, n % 60) })
            .collect()
    };
    let one = |change: fn(&mut Call)| {
        let mut made = call(30, 10, 30);
        change(&mut made);
        vec![made]
    };
    for (case, more, expected) in [
        (
            "another Region",
            one(|call| call.region = "us-west-2".to_owned()),
            vec![(Kind::NewRegion, 1, vec!["us-west-2"])],
        ),
        (
            "another network",
            one(|call| call.network = "203.0.0.0/16".to_owned()),
            vec![(Kind::NewNetwork, 1, vec!["203.0.0.0/16"])],
        ),
        (
            "another program",
            one(|call| call.program = "Boto3".to_owned()),
            vec![(Kind::NewProgram, 1, vec!["Boto3"])],
        ),
        (
            "another service",
            one(|call| {
                call.service = "bedrock".to_owned();
                call.operation = "bedrock:InvokeModel".to_owned();
            }),
            vec![(Kind::NewService, 1, vec!["bedrock"])],
        ),
        (
            "a dozen other operations",
            (0..12).map(|n| Call { operation: format!("s3:New{n:02}"), ..call(30, 10, 30 + n) }).collect(),
            vec![(
                Kind::NewOperations,
                12,
                vec![
                    "s3:New00", "s3:New01", "s3:New02", "s3:New03", "s3:New04", "s3:New05", "s3:New06",
                    "s3:New07",
                ],
            )],
        ),
        ("one other operation", one(|call| call.operation = "s3:New".to_owned()), vec![]),
        ("changes at night", vec![call(30, 3, 0)], vec![(Kind::OffHours, 1, vec!["03:00"])]),
        ("changes an hour later than ever", vec![call(30, 19, 0)], vec![]),
        ("changes on a Sunday at the usual hours", vec![call(34, 11, 0)], vec![]),
        ("changes on a Sunday at night", vec![call(34, 2, 0)], vec![(Kind::OffHours, 1, vec!["02:00"])]),
        (
            "reading at night",
            one(|call| {
                call.time += SignedDuration::from_hours(-8);
                call.counts.writes = 0;
            }),
            vec![],
        ),
        (
            "many calls",
            many(300, Counts { calls: 1, writes: 1, ..Counts::default() }),
            vec![(Kind::MoreCalls, 310, vec![])],
        ),
        ("many errors", many(40, failed), vec![(Kind::MoreErrors, 40, vec![])]),
        ("many refusals", many(40, denied), vec![(Kind::MoreDenied, 40, vec![])]),
        ("few refusals", many(9, denied), vec![]),
        ("the root user", one(|call| call.is_root = true), vec![(Kind::RootUsed, 1, vec![])]),
        (
            "no second factor",
            one(|call| call.is_sign_in_without_mfa = true),
            vec![(Kind::SignInWithoutMfa, 1, vec![])],
        ),
        (
            "somebody new",
            one(|call| call.principal = "arn:aws:iam::111122223333:user/mallory".to_owned()),
            vec![(Kind::NewPrincipal, 1, vec![])],
        ),
        (
            "an AWS service that was never seen",
            one(|call| {
                call.principal = "new.amazonaws.com".to_owned();
                call.is_service = true;
            }),
            vec![],
        ),
    ] {
        let mut calls = habits();
        calls.extend(more);
        assert_eq!(told(&review(calls)), expected, "{case}");
    }
}

#[test]
fn who_was_silent_for_longer_than_holidays_and_calls_again_is_told() {
    let until = |day: i64| {
        habits().into_iter().filter(move |call| call.time < start() + SignedDuration::from_hours(24 * day))
    };
    let again = [call(33, 10, 0)];
    let review_of = |day: i64| {
        told(&review(until(day).chain(again.clone()))).iter().map(|one| (one.0, one.1)).collect::<Vec<_>>()
    };
    assert_eq!(review_of(8), [(Kind::AwakeAgain, 26)]);
    assert_eq!(review_of(10), [], "three weeks of holidays");
    assert_eq!(review_of(26), []);
}

#[test]
fn who_always_does_something_new_is_not_told_of_for_it() {
    let mut calls = habits();
    for week in 0..5 {
        calls.push(Call { network: format!("203.{week}.0.0/16"), ..call(week * 7 + 2, 10, 30) });
    }
    assert_eq!(told(&review(calls.clone())), []);
    calls.extend((0..4).map(|n| Call { network: format!("100.{n}.0.0/16"), ..call(31, 11, 30 + n) }));
    let review = review(calls);
    assert_eq!(told(&review).iter().map(|one| (one.0, one.1)).collect::<Vec<_>>(), [(Kind::NewNetwork, 5)]);
}

#[test]
fn what_happens_in_the_period_does_not_make_itself_usual() {
    let mut calls = habits();
    for day in 28..33 {
        calls.extend(
            (0..300).map(|n| Call { event: Some(format!("{day}+{n}")), ..call(day, 9 + n % 10, n % 60) }),
        );
    }
    assert_eq!(told(&review(calls)), [(Kind::MoreCalls, 310, vec![])]);
}
