//! What costs time or money: each kind with what is just enough for it, and what just is not.

use crate::habits::call;
use trailreflex_activity::{Activity, Call, Counts, Insight, InsightKind, LeftOut};

const ERROR: Counts = Counts { calls: 1, writes: 0, errors: 1, denied: 0, throttled: 0 };

/// A call of `bob` who reads, on the first day of the period, as number so-and-so of an hour.
fn read(hour: i64, number: i64) -> Call {
    of_day(28, hour, number)
}

fn of_day(day: i64, hour: i64, number: i64) -> Call {
    Call {
        event: None,
        principal: "bob".to_owned(),
        operation: "ec2:DescribeInstances".to_owned(),
        service: "ec2".to_owned(),
        is_read_only: true,
        counts: Counts { calls: 1, ..Counts::default() },
        ..call(day, hour, number % 60)
    }
}

fn times(number: i64, one: impl Fn(i64) -> Call) -> Vec<Call> {
    (0..number).map(one).collect()
}

/// So many calls of an hour that fail, the others of `of` succeed.
fn failing(code: &str, hour: i64, number: i64, of: i64) -> Vec<Call> {
    times(of, |n| match n < number {
        true => Call { error: Some(code.to_owned()), counts: ERROR, ..read(hour, n) },
        false => read(hour, n),
    })
}

fn by(service: &str, calls: Vec<Call>) -> Vec<Call> {
    calls.into_iter().map(|call| Call { through: Some(service.to_owned()), ..call }).collect()
}

fn all_day(hours: i64, calls: i64) -> Vec<Call> {
    (0..hours).flat_map(|hour| times(calls, move |n| read(hour, n))).collect()
}

fn with(calls: Vec<Call>, change: fn(&mut Call)) -> Vec<Call> {
    let mut calls = calls;
    calls.iter_mut().for_each(change);
    calls
}

fn insights(calls: &[Call], kind: InsightKind) -> Vec<Insight> {
    let mut activity = Activity::default();
    calls.iter().for_each(|call| {
        activity.add(call);
    });
    let (from, to) = ("2026-11-02".parse().unwrap(), "2026-11-08".parse().unwrap());
    let review = activity.review(Some(from), Some(to)).unwrap();
    review.insights.into_iter().filter(|one| one.kind == kind).collect()
}

/// All of an insight but its suggestion, in a row.
fn row(one: &Insight) -> String {
    let names = [&one.operation, &one.code, &one.region].map(|name| name.as_deref().unwrap_or("-"));
    let time = one.time.map_or_else(|| "-".to_owned(), |time| time.to_string());
    format!("{} {} {time} {}/{} {}", one.subject, names.join(" "), one.count, one.of, one.values.join(","))
}

#[test]
fn each_kind_is_told_from_just_enough_on() {
    use InsightKind::{ErrorStorm, FailingForServices, Polling, ServerFaults, Throttled, TopTalker};
    let slow = "Client.RequestLimitExceeded";
    let two_hours = [failing(slow, 9, 4, 8), failing("ThrottlingException", 11, 6, 12)].concat();
    let polled = "bob ec2:DescribeInstances - - 2026-11-02T00:00:00Z 1200/1200 ";
    let for_services = |number, of| by("lambda.amazonaws.com", failing("AccessDenied", 9, number, of));
    let talk = |number, of: i64| {
        let others = times(of - number, |n| Call { principal: format!("other-{}", n % 10), ..read(10, n) });
        let secrets = times(number, |n| match n % 3 {
            0 => Call { operation: "ec2:GetConsoleOutput".to_owned(), ..read(9, n) },
            _ => read(9, n),
        });
        [secrets, others].concat()
    };
    for (case, kind, calls, expected) in [
        (
            "ten throttled calls, by whatever code",
            Throttled,
            two_hours,
            vec!["bob ec2:DescribeInstances - - 2026-11-02T11:00:00Z 10/20 "],
        ),
        ("nine throttled calls", Throttled, failing(slow, 9, 9, 20), vec![]),
        ("a quota of things that is full", Throttled, failing("LimitExceededException", 9, 20, 20), vec![]),
        (
            "a hundred of the same error in an hour",
            ErrorStorm,
            failing("NoSuchBucket", 9, 100, 150),
            vec!["bob ec2:DescribeInstances NoSuchBucket - 2026-11-02T09:00:00Z 100/150 "],
        ),
        ("99 in an hour", ErrorStorm, failing("NoSuchBucket", 9, 99, 150), vec![]),
        (
            "a hundred in two hours",
            ErrorStorm,
            [failing("NoSuchBucket", 9, 50, 50), failing("NoSuchBucket", 10, 50, 50)].concat(),
            vec![],
        ),
        (
            "a hundred of two errors",
            ErrorStorm,
            [failing("NoSuchBucket", 9, 50, 50), failing("NoSuchKey", 9, 50, 50)].concat(),
            vec![],
        ),
        ("once a minute for twenty hours", Polling, all_day(20, 60), vec![polled]),
        ("once a minute for nineteen hours", Polling, all_day(19, 60), vec![]),
        ("a bit less often than once a minute", Polling, all_day(24, 59), vec![]),
        (
            "use that happens to read",
            Polling,
            with(all_day(20, 60), |call| call.operation = "kms:Decrypt".to_owned()),
            vec![],
        ),
        ("what need not only read", Polling, with(all_day(20, 60), |call| call.is_read_only = false), vec![]),
        ("an AWS service", Polling, with(all_day(20, 60), |call| call.is_service = true), vec![]),
        (
            "a role of an AWS service",
            Polling,
            with(all_day(20, 60), |call| {
                call.principal =
                    "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/c".to_owned();
            }),
            vec![],
        ),
        (
            "one of twenty calls by services fails, and twenty in all",
            FailingForServices,
            for_services(20, 400),
            vec!["ec2 - - eu-central-1 2026-11-02T00:00:00Z 20/400 lambda.amazonaws.com"],
        ),
        ("nineteen in all", FailingForServices, for_services(19, 19), vec![]),
        ("fewer than one of twenty", FailingForServices, for_services(20, 401), vec![]),
        ("calls that people make", FailingForServices, failing("AccessDenied", 9, 20, 20), vec![]),
        (
            "a hundredth, and ten in all, by a fault of the service",
            ServerFaults,
            failing("Server.InternalError", 9, 10, 1_000),
            vec!["ec2 - - eu-central-1 2026-11-02T00:00:00Z 10/1000 ec2:DescribeInstances"],
        ),
        ("nine in all", ServerFaults, failing("InternalFailure", 9, 9, 9), vec![]),
        ("less than a hundredth", ServerFaults, failing("InternalFailure", 9, 10, 1_001), vec![]),
        (
            "a fifth of all calls, and a thousand",
            TopTalker,
            talk(1_000, 5_000),
            vec!["bob - - - - 1000/5000 ec2:DescribeInstances,ec2:GetConsoleOutput"],
        ),
        ("a bit less than a fifth", TopTalker, talk(1_000, 5_001), vec![]),
        ("less than a thousand", TopTalker, talk(999, 999), vec![]),
    ] {
        let found: Vec<_> = insights(&calls, kind).iter().map(row).collect();
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn a_region_and_a_service_that_were_in_use_and_are_not_any_more_are_told() {
    let used = |region: &str, service: &str, days: i64| -> Vec<Call> {
        let call = |day| Call { region: region.to_owned(), service: service.to_owned(), ..of_day(day, 9, 0) };
        (0..days).map(call).collect()
    };
    let now = vec![Call { region: "eu-west-1".to_owned(), ..read(9, 0) }];
    for (case, before, regions, services) in [
        (
            "both on five days",
            used("ap-south-1", "sagemaker", 5),
            vec!["ap-south-1 - - - 2026-10-09T00:00:00Z 5/5 "],
            vec!["sagemaker - - - 2026-10-09T00:00:00Z 5/5 "],
        ),
        ("both on four days", used("ap-south-1", "sagemaker", 4), vec![], vec![]),
        (
            "another Region of a service that is used",
            used("ap-south-1", "ec2", 20),
            vec!["ap-south-1 - - - 2026-10-24T00:00:00Z 20/20 "],
            vec![],
        ),
        ("the Region of the global services", used("us-east-1", "ec2", 20), vec![], vec![]),
    ] {
        let calls = [before, now.clone()].concat();
        let rows = |kind| insights(&calls, kind).iter().map(row).collect::<Vec<_>>();
        assert_eq!(rows(InsightKind::UnusedRegion), regions, "{case}");
        assert_eq!(rows(InsightKind::UnusedService), services, "{case}");
    }
    let mut activity = Activity::default();
    [used("ap-south-1", "sagemaker", 5), now].concat().iter().for_each(|call| {
        activity.add(call);
    });
    let of_a_day = activity.review(Some("2026-11-02".parse().unwrap()), Some("2026-11-02".parse().unwrap()));
    assert_eq!(of_a_day.unwrap().insights, [], "a single day may be one on which nobody works");
}

#[test]
fn what_to_do_about_a_storm_depends_on_its_error() {
    let denied = with(failing("AccessDenied", 9, 100, 100), |call| call.counts.denied = 1);
    for (calls, expected) in [
        (denied, "Give the principal the permission"),
        (failing("SlowDown", 9, 100, 100), "It retries faster"),
        (failing("NoSuchBucket", 9, 100, 100), "It asks for something that is gone"),
        (failing("InternalFailure", 9, 100, 100), "Look at the AWS Health Dashboard"),
        (failing("ValidationException", 9, 100, 100), "Read the error's message"),
    ] {
        let found = insights(&calls, InsightKind::ErrorStorm);
        let suggestions: Vec<_> = found.iter().map(|one| one.suggestion).collect();
        assert!(matches!(suggestions[..], [one] if one.starts_with(expected)), "{suggestions:?}");
    }
}

#[test]
fn a_flood_of_operations_is_bounded_and_told() {
    let made_up = |n: i64| Call {
        principal: format!("p{}", n / 1_000),
        operation: format!("ec2:Made{}", n % 1_000),
        ..read(9, n)
    };
    let mut activity = Activity::default();
    (0..51_000).map(made_up).for_each(|call| {
        activity.add(&call);
    });
    let left_out = LeftOut { insights: 1_000, ..LeftOut::default() };
    assert_eq!(activity.review(None, None).unwrap().left_out, left_out);
}

#[test]
fn a_kind_that_is_everywhere_is_cut_short() {
    let storm = |n: i64| {
        let calls = failing("NoSuchKey", 9, 100, 100).into_iter();
        calls.map(move |call| Call { principal: format!("p{n:02}"), ..call })
    };
    let calls: Vec<_> = (0..60).flat_map(storm).collect();
    assert_eq!(insights(&calls, InsightKind::ErrorStorm).len(), 50);
}
