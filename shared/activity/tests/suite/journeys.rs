//! Who is at two places at once, and who only seems to be.

use crate::habits::start;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};
use trailreflex_activity::{Activity, Kind, Notable, Place, Review, Sighting, Travels};
use trailreflex_model::cloudtrail::Record;

const BERLIN: (&str, f64, f64) = ("Berlin, DE", 52.52, 13.4);
const HAMBURG: (&str, f64, f64) = ("Hamburg, DE", 53.55, 10.0);
const LIMA: (&str, f64, f64) = ("Lima, PE", -12.05, -77.04);
const AUCKLAND: (&str, f64, f64) = ("Auckland, NZ", -36.85, 174.76);
const HONOLULU: (&str, f64, f64) = ("Honolulu, US", 21.31, -157.86);
/// Minutes from the start to the first day that is reviewed.
const REVIEWED: i64 = 28 * 24 * 60;

fn sighting(identity: &str, minute: i64, (name, latitude, longitude): (&str, f64, f64)) -> Sighting {
    Sighting {
        identity: identity.to_owned(),
        time: start() + SignedDuration::from_mins(minute),
        address: format!("203.0.113.{}", name.len()).parse().unwrap(),
        place: Place { name: name.to_owned(), latitude, longitude },
    }
}

/// A review of the week from `REVIEWED`, without any call, with the journeys in it.
fn review(sightings: impl IntoIterator<Item = Sighting>) -> Review {
    let mut travels = Travels::default();
    sightings.into_iter().for_each(|sighting| travels.add(sighting));
    let period = trailreflex_activity::Period {
        from: "2026-11-02".parse().unwrap(),
        to: "2026-11-08".parse().unwrap(),
    };
    Activity::default().review_period(period).with_travels(&travels)
}

#[test]
fn a_journey_is_told_if_nobody_is_so_fast_and_it_was_not_made_before() {
    let now = |minute, place| sighting("alice", REVIEWED + minute, place);
    let before = |minute, place| sighting("alice", minute, place);
    for (case, sightings, expected) in [
        ("one place", vec![now(0, BERLIN), now(1, BERLIN)], 0),
        ("at once", vec![now(0, BERLIN), now(0, LIMA)], 11_097),
        ("in an hour", vec![now(0, BERLIN), now(60, LIMA)], 11_097),
        ("told in disorder", vec![now(60, LIMA), now(0, BERLIN)], 11_097),
        ("by an airliner", vec![now(0, BERLIN), now(13 * 60, LIMA)], 0),
        ("to a city next by", vec![now(0, BERLIN), now(0, HAMBURG)], 0),
        ("over the date line", vec![now(0, AUCKLAND), now(8 * 60, HONOLULU)], 0),
        ("over the date line at once", vec![now(0, AUCKLAND), now(5 * 60, HONOLULU)], 7_076),
        ("there and back within an hour", vec![now(0, BERLIN), now(30, LIMA), now(58, BERLIN)], 11_097),
        ("around the world in a day", vec![now(0, BERLIN), now(24 * 60, LIMA)], 0),
        ("as before", vec![before(0, BERLIN), before(9, LIMA), now(0, BERLIN), now(9, LIMA)], 0),
        ("as before, back", vec![before(0, LIMA), before(9, BERLIN), now(0, BERLIN), now(9, LIMA)], 0),
        (
            "as before from next by",
            vec![before(0, HAMBURG), before(9, LIMA), now(0, BERLIN), now(9, LIMA)],
            0,
        ),
        ("slowly before", vec![before(0, BERLIN), before(1_000, LIMA), now(0, BERLIN), now(9, LIMA)], 11_097),
        (
            "elsewhere before",
            vec![before(0, BERLIN), before(9, AUCKLAND), now(0, BERLIN), now(9, LIMA)],
            11_097,
        ),
        ("after the period", vec![now(7 * 24 * 60, BERLIN), now(7 * 24 * 60, LIMA)], 0),
        ("into the period", vec![now(-9, BERLIN), now(9, LIMA)], 11_097),
        ("by two people", vec![now(0, BERLIN), sighting("bob", REVIEWED, LIMA)], 0),
    ] {
        let told: Vec<_> = review(sightings).notable.iter().map(|one| one.count).collect();
        let near = |told: u64| told.abs_diff(expected) <= expected / 200;
        let is_right = if expected == 0 { told.is_empty() } else { told.len() == 1 && near(told[0]) };
        assert!(is_right, "{case}: {told:?}");
    }
}

#[test]
fn a_journey_is_told_with_both_ends_and_once_for_the_same_places() {
    let at = |minute, place| sighting("alice", REVIEWED + minute, place);
    let sightings = [at(0, BERLIN), at(20, LIMA), at(25, LIMA), at(100, HAMBURG), at(101, AUCKLAND)];
    let found = review(sightings).notable;
    let expected = Notable {
        kind: Kind::ImpossibleTravel,
        principal: "alice".to_owned(),
        time: "2026-11-02T00:20:00Z".parse().unwrap(),
        count: found[0].count,
        usual: None,
        values: [
            "203.0.113.10 Berlin, DE 2026-11-02T00:00:00Z",
            "203.0.113.8 Lima, PE 2026-11-02T00:20:00Z",
            "203.0.113.11 Hamburg, DE 2026-11-02T01:40:00Z",
            "203.0.113.12 Auckland, NZ 2026-11-02T01:41:00Z",
            "203.0.113.8 Lima, PE 2026-11-02T00:25:00Z",
            "203.0.113.12 Auckland, NZ 2026-11-02T01:41:00Z",
        ]
        .map(str::to_owned)
        .into(),
    };
    assert_eq!(found, [expected]);
}

#[test]
fn only_valid_credentials_at_a_known_place_are_seen() {
    let record = |changes: &Value| {
        let mut record = json!({
            "eventVersion": "1.11", "eventTime": "2026-11-02T10:00:00Z", "eventType": "AwsApiCall", "awsRegion": "us-east-1",
            "eventSource": "iam.amazonaws.com", "eventName": "ListUsers", "sourceIPAddress": "203.0.113.7",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"},
        });
        record.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        Record::parse(record).unwrap()
    };
    let alice = Some("arn:aws:iam::111122223333:user/alice");
    let role = "arn:aws:sts::111122223333:assumed-role/admin/bob";
    let sign_in = |outcome: &str| {
        json!({"eventType": "AwsConsoleSignIn", "eventName": "ConsoleLogin", "responseElements": {"ConsoleLogin": outcome}, 
               "errorMessage": if outcome == "Failure" { json!("Failed authentication") } else { Value::Null }})
    };
    for (case, changes, expected) in [
        ("a call", json!({}), alice),
        ("a refused call", json!({"errorCode": "AccessDenied"}), alice),
        ("a sign-in", sign_in("Success"), alice),
        ("a sign-in that failed", sign_in("Failure"), None),
        (
            "a session",
            json!({"userIdentity": {"type": "AssumedRole", "arn": role, "sessionContext": {"sessionIssuer": {
            "type": "Role", "arn": "arn:aws:iam::111122223333:role/admin"}}}}),
            Some(role),
        ),
        (
            "a service",
            json!({"userIdentity": {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}}),
            None,
        ),
        (
            "through a service",
            json!({"userIdentity": {"type": "IAMUser", "arn": alice, "invokedBy": "athena.amazonaws.com"}}),
            None,
        ),
        ("from a service", json!({"sourceIPAddress": "athena.amazonaws.com"}), None),
        ("from an unknown place", json!({"sourceIPAddress": "10.0.0.1"}), None),
        ("an event of a service", json!({"eventType": "AwsServiceEvent"}), None),
    ] {
        let locate = |address: std::net::IpAddr| {
            let (name, latitude, longitude) = BERLIN;
            (address.to_string() == "203.0.113.7").then(|| Place {
                name: name.to_owned(),
                latitude,
                longitude,
            })
        };
        let seen = Sighting::of(&record(&changes), locate);
        assert_eq!(seen.as_ref().map(|seen| seen.identity.as_str()), expected, "{case}");
    }
}

#[test]
fn what_is_beyond_the_limits_is_counted() {
    let names: Vec<_> = (0..6).map(|number| format!("place {number}")).collect();
    let crowd = names.iter().map(|name| sighting("alice", REVIEWED, (name, 0.0, 0.0)));
    assert_eq!(review(crowd).left_out.sightings, 2);
    let many = (0..200_001).map(|number| sighting(&number.to_string(), REVIEWED, BERLIN));
    let known = [sighting("0", REVIEWED + 1, BERLIN), sighting("0", REVIEWED + 1, LIMA)];
    assert_eq!(review(many.chain(known)).left_out.sightings, 2);
}

proptest! {
    #[test]
    fn nobody_who_travels_by_airliner_is_told_of(legs in proptest::collection::vec((-80.0..80.0, -180.0..180.0, 0_i64..600), 1..20)) {
        // The longest way there is takes 20 hours.
        let mut minute = REVIEWED - 6_000;
        let sightings: Vec<_> = legs.iter().enumerate().flat_map(|(number, (latitude, longitude, stay))| {
            let name = number.to_string();
            let arrived = minute;
            minute += stay + 20 * 60 + 1;
            [arrived, arrived + stay].map(|minute| sighting("alice", minute, (&name, *latitude, *longitude)))
        }).collect();
        prop_assert_eq!(review(sightings).notable, []);
    }

    #[test]
    fn the_order_in_which_sightings_come_does_not_matter(
        seen in proptest::collection::vec((0_i64..10_000, 0_usize..4), 0..40),
        by in 0_usize..40,
    ) {
        let places = [BERLIN, LIMA, AUCKLAND, HONOLULU];
        let sightings: Vec<_> =
            seen.iter().map(|(minute, place)| sighting("alice", REVIEWED - 3_000 + minute, places[*place])).collect();
        let mut other = sightings.clone();
        other.rotate_left(by.min(sightings.len()));
        other.reverse();
        prop_assert_eq!(review(sightings).notable, review(other).notable);
    }
}
