//! What others do makes some things usual: people take up what their colleagues use, machines do not.

use crate::habits::call;
use std::collections::BTreeSet;
use trailreflex_activity::{Activity, Call, Kind};

/// Days of the reference; the week after it is reviewed.
const REFERENCE: i64 = 28;

/// A call of one of the people, or of a machine.
fn by(who: &str, day: i64, hour: i64) -> Call {
    Call { principal: who.to_owned(), event: None, ..call(day, hour, 0) }
}

/// Five weeks of four people, on working days, and of two machines, on all days.
fn everybody() -> Vec<Call> {
    let people = ["alice", "bob", "carol", "dave"];
    let working = (0..35).filter(|day| day % 7 < 5);
    let of_people = working.flat_map(|day| people.map(|who| by(who, day, 10)));
    of_people.chain((0..35).flat_map(|day| ["backup", "deploy"].map(|who| by(who, day, 10)))).collect()
}

/// Who is told of for what in the fifth week.
fn told(more: impl IntoIterator<Item = Call>) -> BTreeSet<(Kind, String)> {
    let mut activity = Activity::default();
    for call in everybody().into_iter().chain(more) {
        activity.add(&call);
    }
    let review =
        activity.review(Some("2026-11-02".parse().unwrap()), Some("2026-11-08".parse().unwrap())).unwrap();
    review.notable.into_iter().map(|one| (one.kind, one.principal)).collect()
}

fn check(case: &str, more: Vec<Call>, expected: &[(Kind, &str)]) {
    let expected: BTreeSet<_> = expected.iter().map(|(kind, who)| (*kind, (*who).to_owned())).collect();
    assert_eq!(told(more), expected, "{case}");
}

fn with(service: &str, of: Call) -> Call {
    Call { service: service.to_owned(), operation: format!("{service}:Get"), ..of }
}

fn from(network: &str, of: Call) -> Call {
    Call { network: network.to_owned(), ..of }
}

fn in_region(region: &str, of: Call) -> Call {
    Call { region: region.to_owned(), ..of }
}

#[test]
fn what_a_colleague_used_before_is_told_of_machines_only() {
    let before = || with("athena", by("bob", 20, 10));
    for (case, more, expected) in [
        ("nobody used it", vec![with("athena", by("alice", 30, 10))], vec![(Kind::NewService, "alice")]),
        ("a colleague did", vec![before(), with("athena", by("alice", 30, 10))], vec![]),
        (
            "by a machine",
            vec![before(), with("athena", by("backup", 30, 10))],
            vec![(Kind::NewService, "backup")],
        ),
        (
            "a Region that one colleague used",
            vec![in_region("eu-north-1", by("bob", 20, 10)), in_region("eu-north-1", by("alice", 30, 10))],
            vec![(Kind::NewRegion, "alice")],
        ),
    ] {
        check(case, more, &expected);
    }
}

#[test]
fn what_is_new_for_many_is_told_of_the_first() {
    let all = ["dave", "alice", "carol", "bob"];
    let days = || all.into_iter().zip(28..);
    check(
        "a service that two take up",
        vec![with("athena", by("bob", 29, 10)), with("athena", by("alice", 30, 10))],
        &[(Kind::NewService, "bob")],
    );
    check(
        "a network of two",
        vec![from("203.0.0.0/16", by("bob", 29, 10)), from("203.0.0.0/16", by("alice", 30, 10))],
        &[(Kind::NewNetwork, "alice"), (Kind::NewNetwork, "bob")],
    );
    check(
        "a VPN that moves",
        days().map(|(who, day)| from("203.0.0.0/16", by(who, day, 10))).collect(),
        &[(Kind::NewNetwork, "dave")],
    );
}

#[test]
fn where_people_travel_one_network_more_is_no_news_but_of_a_machine_it_is() {
    let travels = |who: &str, day: i64| from(&format!("203.{day}.0.0/16"), by(who, day, 10));
    let travelling = || vec![travels("bob", 15), travels("carol", 22)];
    let and = |more: Vec<Call>| travelling().into_iter().chain(more).collect::<Vec<_>>();
    for (case, more, expected) in [
        (
            "one who travels",
            vec![travels("bob", 15), travels("alice", 30)],
            vec![(Kind::NewNetwork, "alice")],
        ),
        ("several who travel", and(vec![travels("alice", 30)]), vec![]),
        (
            "three networks at once",
            and((29..32).map(|day| travels("alice", day)).collect()),
            vec![(Kind::NewNetwork, "alice")],
        ),
        ("a machine", and(vec![travels("backup", 30)]), vec![(Kind::NewNetwork, "backup")]),
    ] {
        check(case, more, &expected);
    }
}

#[test]
fn a_new_service_is_told_once_and_not_with_its_operations_again() {
    let operations = (0..12).map(|number| Call {
        operation: format!("athena:Get{number}"),
        ..with("athena", by("alice", 30, 10))
    });
    check("a dozen operations of it", operations.collect(), &[(Kind::NewService, "alice")]);
}

#[test]
fn as_much_as_at_the_end_of_the_month_before_is_no_news() {
    let batch = |day: i64, calls: i64| (0..calls).map(move |_| by("backup", day, 11));
    for (case, before, now, expected) in [
        ("for the first time", 0, 400, vec![(Kind::MoreCalls, "backup")]),
        ("as before", 400, 400, vec![]),
        ("twice as much", 400, 800, vec![]),
        ("four times as much", 400, 1_600, vec![(Kind::MoreCalls, "backup")]),
    ] {
        check(case, batch(REFERENCE - 4, before).chain(batch(REFERENCE + 2, now)).collect(), &expected);
    }
}

#[test]
fn a_first_long_day_is_no_news_where_colleagues_had_some() {
    let long = |who: &'static str, day: i64| (0..300).map(move |_| by(who, day, 11));
    for (case, before, expected) in [
        ("nobody had one", vec![], vec![(Kind::MoreCalls, "alice")]),
        ("one had", vec!["bob"], vec![(Kind::MoreCalls, "alice")]),
        ("several had", vec!["bob", "carol"], vec![]),
    ] {
        let before = before.into_iter().flat_map(|who| long(who, 15));
        check(case, before.chain(long("alice", 30)).collect(), &expected);
    }
}
