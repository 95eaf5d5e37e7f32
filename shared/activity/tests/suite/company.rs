//! The 200 principals of a made-up company: people, machines, pipelines, who calls now and then, and AWS services.

use crate::chance::Chance;
use std::ops::Range;

/// Days of which there are records: four weeks before, and the four that are reviewed.
pub(crate) const DAYS: i64 = 56;

/// What kind of company it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// People work from nine to five on working days, from one office and from home.
    Office,
    /// People work at any time from eight to midnight, some at weekends, from wherever they are.
    Studio,
    /// Three teams around the world, one with Sunday to Thursday, through a VPN whose networks change, with pipelines that
    /// run on somebody else's machines. No number was tuned on it; that long days are compared with those of colleagues came
    /// of it.
    AroundTheWorld,
    /// People work in two shifts that change every week, weekends as any other day, and machines do less at weekends.
    /// Nothing was tuned on it.
    Shifts,
}

/// What sort of principal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Person,
    Machine,
    Pipeline,
    NowAndThen,
    Service,
}

/// What somebody is like.
#[derive(Debug, Clone)]
pub(crate) struct Habits {
    pub(crate) principal: String,
    pub(crate) sort: Sort,
    pub(crate) region: &'static str,
    /// Programs, and the day from which they are used.
    pub(crate) programs: Vec<(&'static str, i64)>,
    /// Services, and the day from which they are called.
    pub(crate) services: Vec<(&'static str, i64)>,
    /// Networks, and the days on which they are used.
    pub(crate) networks: Vec<(String, Range<i64>)>,
    /// Calls of a day on which they are there.
    pub(crate) calls: i64,
    /// How much more they do on a long day, in percent.
    pub(crate) long_day: i64,
    /// Whether they are there for one half of the hours in one week, and for the other in the next.
    pub(crate) has_shifts: bool,
    /// How much they do at weekends, in percent.
    pub(crate) at_weekends: i64,
    /// The hour in UTC at which they begin, and for how many hours they work.
    pub(crate) hours: (i64, i64),
    /// How likely they are there on a working day and at a weekend, in a thousand days.
    pub(crate) presence: (i64, i64),
    /// The day of the week on which the weekend begins, 0 for Monday.
    pub(crate) weekend: i64,
    /// How likely they do something for the first time on a day, in a thousand days.
    pub(crate) novelty: i64,
    /// Days on which they are away.
    pub(crate) away: Range<i64>,
    /// How many times as much they do on the last working day of a month.
    pub(crate) month_end: i64,
}

const SERVICES: [&str; 12] =
    ["s3", "ec2", "lambda", "dynamodb", "logs", "cloudwatch", "sqs", "ecr", "kms", "sns", "athena", "glue"];
const REGIONS: [&str; 3] = ["eu-central-1", "eu-west-1", "us-east-1"];
const LATER: [&str; 3] = ["bedrock-agent", "timestream", "apprunner"];

/// Everybody of the company. Machines make `busy` times a tenth of what they make in a company of 2 million records a month.
pub(crate) fn people(shape: Shape, busy: i64, chance: &mut Chance) -> Vec<Habits> {
    let mut all: Vec<_> = (0..200).map(|number| habits(shape, number, busy, chance)).collect();
    // Some take up a service that the company did not use before, within a few weeks.
    let service = *chance.pick(&LATER);
    let from = chance.below(DAYS);
    for _ in 0..3 + chance.below(4) {
        let index = usize::try_from(chance.below(90)).unwrap();
        all[index].services.push((service, from + chance.below(20)));
    }
    if shape == Shape::AroundTheWorld {
        let networks = vpn(chance);
        all.iter_mut()
            .filter(|one| one.sort == Sort::Person)
            .for_each(|one| one.networks.clone_from(&networks));
    }
    all
}

/// Networks of a VPN, one of which gives way to another every two or three weeks.
fn vpn(chance: &mut Chance) -> Vec<(String, Range<i64>)> {
    let mut networks: Vec<_> = (0..4).map(|number| (format!("52.{number}.0.0/16"), 0..DAYS)).collect();
    let mut day = chance.below(14);
    while day < DAYS {
        let index = networks.len() - 4;
        networks[index].1.end = day;
        networks.push((format!("52.{}.0.0/16", networks.len()), day..DAYS));
        day += 12 + chance.below(10);
    }
    networks
}

fn habits(shape: Shape, number: i64, busy: i64, chance: &mut Chance) -> Habits {
    let sort = match number {
        0..90 => Sort::Person,
        90..140 => Sort::Machine,
        140..160 => Sort::Pipeline,
        160..170 => Sort::NowAndThen,
        _ => Sort::Service,
    };
    let mut services = SERVICES.to_vec();
    while services.len() > 4 {
        chance.take(&mut services);
    }
    let principal = match sort {
        Sort::Person => format!("arn:aws:iam::111122223333:user/person-{number}"),
        Sort::Machine | Sort::Pipeline | Sort::NowAndThen => {
            format!("arn:aws:iam::111122223333:role/role-{number}")
        }
        Sort::Service => format!("service-{number}.amazonaws.com"),
    };
    let base = Habits {
        principal,
        sort,
        region: REGIONS[usize::try_from(number % 3).unwrap()],
        programs: vec![("Boto3", 0)],
        services: services.into_iter().map(|service| (service, 0)).collect(),
        networks: vec![(format!("10.{number}.0.0/16"), 0..DAYS)],
        calls: 0,
        long_day: 300,
        has_shifts: false,
        at_weekends: if shape == Shape::Shifts { 40 } else { 100 },
        hours: (0, 24),
        presence: (1_000, 1_000),
        weekend: 5,
        novelty: 0,
        away: 0..0,
        month_end: 1,
    };
    match sort {
        Sort::Person => person(shape, number, base, chance),
        Sort::Machine => {
            let month_end = if chance.per_mille(150) { 4 + chance.below(4) } else { 1 };
            let novelty = if chance.per_mille(300) { 40 } else { 0 };
            Habits { calls: (30 + chance.below(150)) * busy, month_end, novelty, ..base }
        }
        Sort::Pipeline => {
            let networks = if shape == Shape::AroundTheWorld {
                (0..DAYS).map(|day| (format!("20.{day}.0.0/16"), day..day + 10)).collect()
            } else {
                base.networks
            };
            let programs = vec![(*chance.pick(&["terraform", "aws-sdk-go-v2", "aws-cdk"]), 0)];
            let hours = if shape == Shape::Office { (6, 15) } else { (0, 24) };
            Habits { programs, hours, networks, calls: 250, presence: (850, 150), novelty: 150, ..base }
        }
        Sort::NowAndThen => Habits {
            programs: vec![("terraform", 0)],
            presence: (100 + chance.below(250), 20),
            hours: (7, 12),
            calls: 20 + chance.below(40),
            ..base
        },
        Sort::Service => Habits {
            programs: vec![("AWS Internal", 0)],
            calls: (20 + chance.below(80)) * busy,
            networks: vec![("AWS Internal".to_owned(), 0..DAYS)],
            ..base
        },
    }
}

fn person(shape: Shape, number: i64, base: Habits, chance: &mut Chance) -> Habits {
    let home = |of: i64| (format!("93.{}.0.0/16", (number * 3 + of) % 250), 0..DAYS);
    let office = || ("192.0.0.0/16".to_owned(), 0..DAYS);
    // Some are somewhere else for some days; some come to like another program, or a service that others use.
    let mut networks = vec![office(), home(0)];
    if chance.per_mille(if shape == Shape::Studio { 700 } else { 250 }) {
        let day = chance.below(DAYS);
        networks.push((format!("84.{number}.0.0/16"), day..day + 4));
    }
    let mut programs = vec![("aws-cli", 0), ("Mozilla", 0)];
    if chance.per_mille(150) {
        programs.push((*chance.pick(&["Boto3", "terraform", "aws-cdk"]), chance.below(DAYS)));
    }
    let mut services = base.services;
    if chance.per_mille(300) {
        services.push((*chance.pick(&SERVICES), chance.below(DAYS)));
    }
    let monday = 7 * chance.below(8);
    let away = if chance.per_mille(400) { monday..monday + 7 * (1 + chance.below(2)) } else { 0..0 };
    let calls = 25 + chance.below(50);
    let base = Habits { programs, services, networks, calls, away, novelty: 120, ..base };
    match shape {
        Shape::Office => Habits { hours: (8 + chance.below(2), 9), presence: (920, 20), ..base },
        Shape::Studio => {
            let mut networks = base.networks;
            networks.extend((1..3).map(home));
            Habits { networks, hours: (8, 16), presence: (850, 300), novelty: 250, ..base }
        }
        Shape::AroundTheWorld => {
            let (begin, weekend) = [(0, 5), (6, 4), (14, 5)][usize::try_from(number % 3).unwrap()];
            Habits {
                hours: (begin, 9),
                presence: (900, 50),
                long_day: 250 + chance.below(150),
                weekend,
                ..base
            }
        }
        Shape::Shifts => Habits {
            hours: (5, 16),
            has_shifts: true,
            at_weekends: 100,
            presence: (550, 550),
            long_day: 200,
            ..base
        },
    }
}
