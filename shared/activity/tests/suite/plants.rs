//! Twelve changes, one of each kind, each with somebody else, on some day of the reviewed weeks.

use crate::chance::{Chance, at};
use crate::company::{DAYS, Habits, Sort};
use crate::month::call_of;
use std::collections::BTreeSet;
use trailreflex_activity::{Call, Counts, Kind};

/// What was planted: whom and what.
pub(crate) type Planted = BTreeSet<(String, Kind)>;

/// Lets one of the people leave the company before the reviewed weeks, so that they can come back; returns who.
pub(crate) fn leave(everybody: &mut [Habits], chance: &mut Chance) -> usize {
    let index = usize::try_from(chance.below(90)).unwrap();
    everybody[index].away = 20 + chance.below(5)..DAYS;
    index
}

/// Plants all twelve. `leaver` comes back.
pub(crate) fn plant(
    everybody: &[Habits],
    leaver: usize,
    chance: &mut Chance,
    take: &mut dyn FnMut(&Call),
) -> Planted {
    let mut planted = Planted::new();
    let of = |sort: Sort| -> Vec<&Habits> {
        let others = everybody.iter().enumerate().filter(|(index, _)| *index != leaver);
        others.map(|(_, one)| one).filter(|one| one.sort == sort).collect()
    };
    let (mut people, mut machines) = (of(Sort::Person), of(Sort::Machine));
    let mut put = |one: &Habits, kind: Kind, day: i64, times: i64, change: &dyn Fn(&mut Call)| {
        let mut call = call_of(one, day);
        change(&mut call);
        planted.insert((call.principal.clone(), kind));
        (0..times).for_each(|_| take(&call));
    };
    let failed = Counts { calls: 1, errors: 1, ..Counts::default() };
    let denied = Counts { denied: 1, ..failed };
    let mut day = Chance(chance.0 ^ 1);
    let mut day = || DAYS - 28 + day.below(28);

    let region = *chance.pick(&["ap-northeast-3", "sa-east-1", "ca-west-1", "af-south-1"]);
    let one = either(&mut people, &mut machines, chance);
    put(one, Kind::NewRegion, day(), 3, &|call| call.region = region.to_owned());

    // A machine's credentials with a program that people use, or a person's with one that nobody uses.
    if chance.per_mille(500) {
        let one = chance.take(&mut machines);
        put(one, Kind::NewProgram, day(), 3, &|call| call.program = "aws-cli".to_owned());
    } else {
        let program = *chance.pick(&["pacu", "python-requests", "curl"]);
        let one = chance.take(&mut people);
        put(one, Kind::NewProgram, day(), 3, &|call| call.program = program.to_owned());
    }

    let service = *chance.pick(&["bedrock", "ses", "lightsail", "organizations"]);
    let one = either(&mut people, &mut machines, chance);
    put(one, Kind::NewService, day(), 3, &|call| call.service = service.to_owned());

    let one = chance.take(&mut machines);
    put(one, Kind::NewNetwork, day(), 3, &|call| call.network = "203.0.0.0/16".to_owned());

    let one = either(&mut people, &mut machines, chance);
    put(one, Kind::MoreDenied, day(), 60 + one.calls / 10, &|call| call.counts = denied);
    let one = either(&mut people, &mut machines, chance);
    put(one, Kind::MoreErrors, day(), 90 + one.calls / 4, &|call| call.counts = failed);
    let one = either(&mut people, &mut machines, chance);
    put(one, Kind::MoreCalls, day(), 600 + one.calls * 4, &|_| {});

    let one = chance.take(&mut people);
    put(one, Kind::SignInWithoutMfa, day(), 1, &|call| call.is_sign_in_without_mfa = true);

    // In the middle of their night.
    let one = chance.take(&mut people);
    let on = day();
    let night = (one.hours.0 + one.hours.1 + (24 - one.hours.1) / 2) % 24;
    put(one, Kind::OffHours, on, 3, &|call| {
        call.time = at(on, night * 3_600 + 60);
        call.counts.writes = 1;
    });

    let one = chance.take(&mut people);
    put(one, Kind::RootUsed, day(), 2, &|call| {
        call.is_root = true;
        call.principal = "arn:aws:iam::111122223333:root".to_owned();
    });
    let mallory = "arn:aws:iam::111122223333:user/mallory";
    put(one, Kind::NewPrincipal, day(), 5, &|call| call.principal = mallory.to_owned());
    put(&everybody[leaver], Kind::AwakeAgain, DAYS - 1 - chance.below(5), 2, &|_| {});
    planted
}

fn either<'a>(
    people: &mut Vec<&'a Habits>,
    machines: &mut Vec<&'a Habits>,
    chance: &mut Chance,
) -> &'a Habits {
    if chance.per_mille(500) { chance.take(people) } else { chance.take(machines) }
}
