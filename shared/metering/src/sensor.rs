//! Which sensors are to be heard, and which are blind.

use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_metrics::{Blind, Sensor};
use trailreflex_model::cloudtrail::Record;
use trailreflex_model::{AccountId, Region};

/// After how long without a canary a sensor is blind: six of them, since CloudTrail's events may take a quarter of an hour.
const PATIENCE: SignedDuration = SignedDuration::from_mins(30);

/// Returns where a record was made; none if it does not say.
#[must_use]
pub fn sensor_of(record: &Record) -> Option<Sensor> {
    Some(Sensor { account: record.recipient_account()?.clone(), region: record.region()?.clone() })
}

/// Returns all sensors besides `home`: the other Regions of its account, and all of these Regions in each member account, that of
/// `home` included.
#[must_use]
pub fn other_sensors(home: &Sensor, regions: &[Region], members: &[AccountId]) -> BTreeSet<Sensor> {
    let accounts = || members.iter().chain([&home.account]);
    let of = |region: &Region| {
        let sensor = |account: &AccountId| Sensor { account: account.clone(), region: region.clone() };
        accounts().map(sensor).collect::<Vec<_>>()
    };
    let mut sensors: BTreeSet<_> = regions.iter().chain([&home.region]).flat_map(of).collect();
    sensors.remove(home);
    sensors
}

/// Returns which of `expected` are blind at `now`, by when each was heard the last time. A time in the future is none.
#[must_use]
pub fn blind(expected: &BTreeSet<Sensor>, heard: &BTreeMap<Sensor, Timestamp>, now: Timestamp) -> Vec<Blind> {
    let of = |sensor: &Sensor| Blind {
        sensor: sensor.clone(),
        heard: heard.get(sensor).copied().filter(|heard| *heard <= now),
    };
    let is_blind = |one: &Blind| one.heard.is_none_or(|heard| now.duration_since(heard) > PATIENCE);
    expected.iter().map(of).filter(is_blind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sensor(account: &str, region: &str) -> Sensor {
        Sensor { account: account.parse().unwrap(), region: region.parse().unwrap() }
    }

    #[test]
    fn each_region_of_each_account_is_a_sensor_but_home() {
        let home = sensor("111122223333", "us-east-1");
        let member: AccountId = "444455556666".parse().unwrap();
        let away: Region = "eu-west-1".parse().unwrap();
        let own = home.account.clone();
        for (case, regions, members, expected) in [
            ("alone", vec![], vec![], vec![]),
            ("another Region", vec![away.clone()], vec![], vec![("111122223333", "eu-west-1")]),
            ("a member", vec![], vec![member.clone()], vec![("444455556666", "us-east-1")]),
            (
                "both",
                vec![away.clone()],
                vec![member],
                vec![
                    ("111122223333", "eu-west-1"),
                    ("444455556666", "eu-west-1"),
                    ("444455556666", "us-east-1"),
                ],
            ),
            ("home once more", vec![home.region.clone()], vec![own], vec![]),
        ] {
            let expected: BTreeSet<_> =
                expected.into_iter().map(|(account, region)| sensor(account, region)).collect();
            assert_eq!(other_sensors(&home, &regions, &members), expected, "{case}");
        }
    }

    #[test]
    fn a_sensor_is_blind_that_was_not_heard_for_half_an_hour() {
        let now: Timestamp = "2026-11-20T10:30:00Z".parse().unwrap();
        let sensor = sensor("444455556666", "eu-west-1");
        let expected = BTreeSet::from([sensor.clone()]);
        for (case, heard, is_blind) in [
            ("never heard", None, true),
            ("heard just now", Some("2026-11-20T10:30:00Z"), false),
            ("heard half an hour ago", Some("2026-11-20T10:00:00Z"), false),
            ("heard longer ago", Some("2026-11-20T09:59:59Z"), true),
            ("heard in the future", Some("2026-11-20T10:30:01Z"), true),
        ] {
            let at = heard.map(|heard| heard.parse::<Timestamp>().unwrap());
            let times = at.into_iter().map(|at| (sensor.clone(), at)).collect();
            let found = blind(&expected, &times, now);
            let since = at.filter(|at| *at <= now);
            let all = vec![Blind { sensor: sensor.clone(), heard: since }];
            assert_eq!(found, if is_blind { all } else { vec![] }, "{case}");
        }
        assert_eq!(
            blind(&BTreeSet::new(), &[(sensor, now)].into(), now),
            [],
            "a sensor that is not asked about"
        );
    }
}
