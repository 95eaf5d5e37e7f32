//! Eight weeks of a made-up company: people with working hours, machines that never sleep, and who calls now and then.

use crate::habits::start;
use jiff::SignedDuration;
use trailreflex_activity::{Call, Counts};

/// Days of which there are records.
pub(crate) const DAYS: i64 = 56;

/// SplitMix64: every seed gives another month, and the same one always.
#[derive(Debug, Clone)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below `limit`.
    pub(crate) fn below(&mut self, limit: i64) -> i64 {
        i64::try_from(self.next() % limit.unsigned_abs()).unwrap()
    }

    fn percent(&mut self, chance: i64) -> bool {
        self.below(100) < chance
    }
}

/// How people work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// From nine to five on working days, from one office and from home.
    Office,
    /// At any time from eight to midnight, some at weekends, from wherever they are.
    Studio,
}

/// What somebody is like.
#[derive(Debug, Clone)]
pub(crate) struct Habits {
    pub(crate) principal: String,
    pub(crate) region: &'static str,
    program: &'static str,
    services: Vec<&'static str>,
    networks: Vec<String>,
    /// Calls of a day on which they are there.
    calls: i64,
    hours: (i64, i64),
    /// How likely they are there on a working day and at a weekend, in percent.
    presence: (i64, i64),
    /// How likely they do something for the first time on a day, in percent.
    novelty: i64,
}

const SERVICES: [&str; 8] = ["s3", "ec2", "lambda", "dynamodb", "logs", "cloudwatch", "sqs", "ecr"];
const REGIONS: [&str; 2] = ["eu-central-1", "eu-west-1"];

/// Everybody of the company.
pub(crate) fn people(shape: Shape, chance: &mut Chance) -> Vec<Habits> {
    (0..30).map(|number| habits(shape, number, chance)).collect()
}

fn habits(shape: Shape, number: i64, chance: &mut Chance) -> Habits {
    let mut services = SERVICES.to_vec();
    while services.len() > 3 {
        services.remove(usize::try_from(chance.below(i64::try_from(services.len()).unwrap())).unwrap());
    }
    let region = REGIONS[usize::try_from(number % 2).unwrap()];
    let network = |of: i64| format!("10.{}.0.0/16", number * 5 + of);
    let kind = if number < 15 { "user" } else { "role" };
    let base = Habits {
        principal: format!("arn:aws:iam::111122223333:{kind}/{number:02}"),
        region,
        program: "aws-cli",
        services,
        networks: vec![network(0)],
        calls: 20 + chance.below(40),
        hours: (0, 24),
        presence: (100, 100),
        novelty: 0,
    };
    match (number, shape) {
        (0..15, Shape::Office) => {
            let networks = vec![network(0), network(1)];
            Habits { hours: (9, 18), presence: (90, 2), novelty: 10, networks, ..base }
        }
        (0..15, Shape::Studio) => {
            let networks = (0..5).map(network).collect();
            Habits { hours: (8, 24), presence: (85, 30), novelty: 25, networks, ..base }
        }
        (15..25, _) => Habits { program: "Boto3", ..base },
        _ => Habits { program: "terraform", presence: (25, 5), hours: (8, 18), ..base },
    }
}

/// Everything that everybody did.
pub(crate) fn records(people: &[Habits], chance: &mut Chance) -> Vec<Call> {
    let mut calls = Vec::new();
    for one in people {
        let mut known = 6;
        for day in 0..DAYS {
            let presence = if day % 7 > 4 { one.presence.1 } else { one.presence.0 };
            if !chance.percent(presence) {
                continue;
            }
            known += i64::from(chance.percent(one.novelty));
            let number = one.calls * (70 + chance.below(60)) / 100;
            calls.extend((0..number).map(|_| call(one, day, known, chance)));
        }
    }
    calls
}

fn call(one: &Habits, day: i64, known: i64, chance: &mut Chance) -> Call {
    let pick = |chance: &mut Chance, length: usize| {
        usize::try_from(chance.below(i64::try_from(length).unwrap())).unwrap()
    };
    let service = one.services[pick(chance, one.services.len())];
    let hour = one.hours.0 + chance.below(one.hours.1 - one.hours.0);
    let denied = u64::from(chance.percent(2));
    let failed = u64::from(denied > 0 || chance.percent(3));
    let writes = u64::from(chance.percent(40));
    Call {
        event: Some(format!("{:016x}", chance.next())),
        time: start() + SignedDuration::from_secs(day * 86_400 + hour * 3_600 + chance.below(3_600)),
        principal: one.principal.clone(),
        is_service: false,
        is_root: false,
        is_sign_in_without_mfa: false,
        service: service.to_owned(),
        operation: format!("{service}:Operation{}", chance.below(known)),
        region: one.region.to_owned(),
        network: one.networks[pick(chance, one.networks.len())].clone(),
        program: one.program.to_owned(),
        error: (failed > 0).then(|| "Failure".to_owned()),
        counts: Counts { calls: 1, writes, errors: failed, denied, throttled: 0 },
    }
}
