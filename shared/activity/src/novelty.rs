//! Values that somebody never had before: Regions, networks, programs, services, and operations.
//!
//! What is usual is asked of the principal first, and of the others second: people take up what their colleagues use, and
//! travel if their colleagues do. Machines do neither, so what others had before excuses no machine.

use crate::notable::{About, Kind, Notable};
use crate::person::{Person, Seen, Values, day_of};
use std::collections::BTreeMap;

/// Most values that are named.
const MAX_NAMED: usize = 8;
/// Other principals that have a value, from which on it is a common one: if they had it before, it is not told of people, and
/// if it is new for all of them in the same period, only of the first. A program or a service is taken up by colleagues, one
/// after the other or together, and told when the first does. Regions and networks change for all, as with a VPN that
/// moves, but two could as well be two whose credentials were stolen.
const TAKEN_UP: usize = 1;
const MOVED: usize = 2;
/// Of so many peers, one may have had more new networks than is usual among them, and at least one may: nobody alone makes
/// travelling usual.
const PEERS: usize = 40;
/// Days without which nobody is known to never rest.
const FEW_DAYS_WITHOUT_REST: i64 = 7;

type ValuesOf = fn(&Person) -> &Values;

/// Kinds, where the values are, and how many others with one make it common.
const KINDS: [(Kind, ValuesOf, usize); 5] = [
    (Kind::NewRegion, |person| &person.regions, MOVED),
    (Kind::NewNetwork, |person| &person.networks, MOVED),
    (Kind::NewProgram, |person| &person.programs, TAKEN_UP),
    (Kind::NewService, |person| &person.services, TAKEN_UP),
    (Kind::NewOperations, |person| &person.operations, TAKEN_UP),
];

/// What is new for somebody, and too much of it.
struct New<'a> {
    about: &'a About<'a>,
    values: Vec<(&'a str, Seen)>,
}

/// Tells what is new for those who have habits.
pub(crate) fn new_values(known: &[About<'_>], found: &mut Vec<Notable>) {
    for (kind, values_of, others) in KINDS {
        let had = had(known, values_of);
        // Only of networks is it usual among people that each comes with one of their own.
        let peers =
            |rests| if kind == Kind::NewNetwork { usual_of_peers(known, values_of, rests) } else { 0 };
        let (at_work, at_rest) = (peers(false), peers(true));
        let at_least = if kind == Kind::NewOperations { 10 } else { 1 };
        let mut all = Vec::new();
        for about in known {
            let rests = about.rests();
            let all_of = values_of(about.person);
            let is_common =
                |value: &str, by: usize| rests && had.get(value).is_some_and(|number| *number >= by);
            let mut values = all_of.new_on(about.period);
            values.retain(|(value, _)| !is_common(value, others));
            if kind == Kind::NewOperations {
                values.retain(|(value, _)| !about.is_of_new_service(value));
            }
            // What they had themselves is had by one more. Of operations, how many are new is what counts, whoever has them.
            let is_own = |value: &str| kind == Kind::NewOperations || !is_common(value, others + 1);
            let usual = about.usual_novelty(all_of, is_own).max(if rests { at_rest } else { at_work });
            let is_too_much = values.len() >= at_least && values.len() > usual.saturating_mul(2);
            if is_too_much && !all_of.is_full {
                all.push(New { about, values });
            }
        }
        if kind != Kind::NewOperations {
            once(&mut all, others);
        }
        found.extend(all.iter().filter_map(|new| new.notable(kind)));
    }
}

/// Leaves a value that is new for many to the first of them.
fn once(all: &mut Vec<New<'_>>, others: usize) {
    let mut first: BTreeMap<&str, (usize, Seen, &str)> = BTreeMap::new();
    for new in all.iter() {
        for (value, seen) in &new.values {
            let entry = first.entry(value).or_insert((0, *seen, new.about.name));
            entry.0 = entry.0.saturating_add(1);
            if (seen.first, new.about.name) < (entry.1.first, entry.2) {
                (entry.1, entry.2) = (*seen, new.about.name);
            }
        }
    }
    for new in all.iter_mut() {
        let name = new.about.name;
        new.values.retain(|(value, _)| {
            first.get(value).is_none_or(|(number, _, first)| *number <= others || *first == name)
        });
    }
    all.retain(|new| !new.values.is_empty());
}

/// How many had each value before the period.
fn had<'a>(known: &'a [About<'_>], values_of: ValuesOf) -> BTreeMap<&'a str, usize> {
    let mut had = BTreeMap::new();
    for about in known {
        let values = values_of(about.person).seen.iter();
        for (value, _) in values.filter(|(_, seen)| day_of(seen.first) < about.period.start) {
            let number: &mut usize = had.entry(value.as_str()).or_default();
            *number = number.saturating_add(1);
        }
    }
    had
}

/// How many new values are usual among those who rest, or among those who do not: what all but a few had at most.
fn usual_of_peers(known: &[About<'_>], values_of: ValuesOf, rests: bool) -> usize {
    let peers = known.iter().filter(|about| about.rests() == rests);
    let mut novelty: Vec<_> =
        peers.map(|about| about.usual_novelty(values_of(about.person), |_| true)).collect();
    novelty.sort_unstable_by(|one, other| other.cmp(one));
    novelty.get((novelty.len() / PEERS).max(1)).copied().unwrap_or_default()
}

impl New<'_> {
    fn notable(&self, kind: Kind) -> Option<Notable> {
        let time = self.values.iter().map(|(_, seen)| seen.first).min()?;
        let count = self.values.iter().map(|(_, seen)| seen.calls).sum();
        let values = self.values.iter().take(MAX_NAMED).map(|(value, _)| (*value).to_owned()).collect();
        Some(Notable { time, values, ..self.about.notable(kind, self.about.period.start, count) })
    }
}

impl About<'_> {
    /// How many values were new at most in any stretch of the reference that is as long as the period, leaving out the first
    /// one, in which everything is new, and what does not count.
    fn usual_novelty(&self, values: &Values, counts: impl Fn(&str) -> bool) -> usize {
        let length = self.period.end.saturating_sub(self.period.start).max(1);
        let warmed_up = self.reference.start.saturating_add(length);
        let ends = std::iter::successors(Some(self.reference.end), |end| Some(end.saturating_sub(length)));
        let stretches =
            ends.map(|end| end.saturating_sub(length)..end).take_while(|days| days.start >= warmed_up);
        let number = |days| values.new_on(&days).into_iter().filter(|(value, _)| counts(value)).count();
        stretches.map(number).max().unwrap_or_default()
    }

    /// Whether there are days without a call, more than one in ten, as with people; machines hardly have any.
    pub(crate) fn rests(&self) -> bool {
        let Some((first, _)) = self.person.days.range(self.reference.clone()).next() else { return true };
        let days = self.reference.end.saturating_sub(*first);
        let active = i64::try_from(self.person.active_days(self.reference)).unwrap_or_default();
        days < FEW_DAYS_WITHOUT_REST || active.saturating_mul(10) < days.saturating_mul(9)
    }

    /// Whether an operation is of a service that they never called before either, which is told as such.
    fn is_of_new_service(&self, operation: &str) -> bool {
        let service = operation.split(':').next().unwrap_or_default();
        let seen = self.person.services.seen.get(service);
        seen.is_some_and(|seen| day_of(seen.first) >= self.period.start)
    }
}
