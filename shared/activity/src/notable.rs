//! What is unlike before, and worth a look.
//!
//! The time before the period is the reference, and it is frozen: nothing that happens in the period makes itself usual.
//! Whoever does new things all the time is not reported for doing as many of them as in the stretch before.

use crate::activity::Activity;
use crate::baseline::Baseline;
use crate::person::{DayNumber, OfDay, Person, Values, is_weekend, start_of};
use jiff::Timestamp;
use serde::Serialize;
use std::ops::Range;

/// Days of activity without which nobody has habits.
const FEW_DAYS: usize = 3;
/// Days of changes without which nobody has hours.
const FEW_WRITE_DAYS: usize = 5;
/// Days of the same kind, working days or weekends, without which there is no baseline.
const FEW_BASELINE_DAYS: usize = 4;
/// Days of silence after which somebody who calls again is awake again, if it is twice as long as any before.
const SILENCE: i64 = 14;
/// Deviations above the median from which a day is unusual.
const UNUSUAL: f64 = 8.0;
/// Most values that are named.
const MAX_NAMED: usize = 8;

/// What is unlike before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The root user did something.
    RootUsed,
    /// A user signed in without a second factor.
    SignInWithoutMfa,
    /// Somebody who was silent for two weeks or more calls again.
    AwakeAgain,
    /// Somebody who was never seen before.
    NewPrincipal,
    /// More refused calls on a day than usual.
    MoreDenied,
    /// A Region in which they never called before.
    NewRegion,
    /// A network from which they never called before.
    NewNetwork,
    /// A kind of program that they never used before.
    NewProgram,
    /// A service that they never called before.
    NewService,
    /// Many operations that they never called before.
    NewOperations,
    /// Changes at hours at which they never changed anything.
    OffHours,
    /// More errors on a day than usual.
    MoreErrors,
    /// More calls on a day than usual.
    MoreCalls,
}

impl Kind {
    /// Says it to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::RootUsed => "the root user was used",
            Self::SignInWithoutMfa => "signed in without a second factor",
            Self::AwakeAgain => "calls again after a long silence",
            Self::NewPrincipal => "was never seen before",
            Self::MoreDenied => "far more refused calls than usual",
            Self::NewRegion => "calls in a Region for the first time",
            Self::NewNetwork => "calls from a network for the first time",
            Self::NewProgram => "uses a program for the first time",
            Self::NewService => "calls a service for the first time",
            Self::NewOperations => "many operations for the first time",
            Self::OffHours => "changes things at unusual hours",
            Self::MoreErrors => "far more errors than usual",
            Self::MoreCalls => "far more calls than usual",
        }
    }
}

/// Something that is unlike before.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notable {
    /// What.
    pub kind: Kind,
    /// Of whom.
    pub principal: String,
    /// The first time it was seen, or the beginning of the day.
    pub time: Timestamp,
    /// How many calls, or days of silence.
    pub count: u64,
    /// How many are usual on a day, if that is what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual: Option<f64>,
    /// The new values, the first eight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Finds what is notable on the days `period`, against those of `reference`; what comes first is looked at first.
pub(crate) fn notable(
    activity: &Activity,
    reference: &Range<DayNumber>,
    period: &Range<DayNumber>,
) -> Vec<Notable> {
    let mut found = Vec::new();
    for (name, person) in &activity.people {
        let about = About { name, person, reference, period };
        about.facts(&mut found);
        if !reference.is_empty() && !person.is_service {
            about.against_habits(&mut found);
        }
    }
    found.sort_by(|one, other| {
        (one.kind, other.count, &one.principal).cmp(&(other.kind, one.count, &other.principal))
    });
    found
}

/// A number of a day.
type NumberOf = fn(&OfDay) -> u64;

struct About<'a> {
    name: &'a str,
    person: &'a Person,
    reference: &'a Range<DayNumber>,
    period: &'a Range<DayNumber>,
}

impl About<'_> {
    fn notable(&self, kind: Kind, day: DayNumber, count: u64) -> Notable {
        Notable {
            kind,
            principal: self.name.to_owned(),
            time: start_of(day),
            count,
            usual: None,
            values: Vec::new(),
        }
    }

    /// What is worth a look whatever was usual.
    fn facts(&self, found: &mut Vec<Notable>) {
        let number_of: [(Kind, NumberOf); 2] =
            [(Kind::RootUsed, |day| day.root), (Kind::SignInWithoutMfa, |day| day.sign_ins_without_mfa)];
        for (kind, number) in number_of {
            let mut days =
                self.person.days.range(self.period.clone()).filter(|(_, day)| number(day) > 0).peekable();
            let Some(first) = days.peek().map(|(day, _)| **day) else { continue };
            let count = days.map(|(_, day)| number(day)).sum();
            found.push(self.notable(kind, first, count));
        }
    }

    fn against_habits(&self, found: &mut Vec<Notable>) {
        let Some((first_day, _)) = self.person.days.range(self.period.clone()).next() else { return };
        let Some((last_before, _)) = self.person.days.range(self.reference.clone()).next_back() else {
            let calls = self.person.counts(self.period).calls;
            found.push(self.notable(Kind::NewPrincipal, *first_day, calls));
            return;
        };
        let silence = first_day.saturating_sub(*last_before);
        let is_known = self.person.active_days(self.reference) >= FEW_DAYS;
        if is_known && silence >= SILENCE && silence > self.longest_gap().saturating_mul(2) {
            found.push(self.notable(Kind::AwakeAgain, *first_day, silence.unsigned_abs()));
        }
        if is_known {
            self.new_values(found);
            self.off_hours(found);
            self.more(found);
        }
    }

    fn new_values(&self, found: &mut Vec<Notable>) {
        let person = self.person;
        for (kind, values, at_least) in [
            (Kind::NewRegion, &person.regions, 1),
            (Kind::NewNetwork, &person.networks, 1),
            (Kind::NewProgram, &person.programs, 1),
            (Kind::NewService, &person.services, 1),
            (Kind::NewOperations, &person.operations, 10),
        ] {
            let new = values.new_on(self.period);
            let usual = self.usual_novelty(values);
            if values.is_full || new.len() < at_least || new.len() <= usual.saturating_mul(2) {
                continue;
            }
            let Some(first) = new.iter().map(|(_, seen)| seen.first).min() else { continue };
            let count = new.iter().map(|(_, seen)| seen.calls).sum();
            let named = new.iter().take(MAX_NAMED).map(|(value, _)| (*value).to_owned());
            found.push(Notable {
                time: first,
                values: named.collect(),
                ..self.notable(kind, self.period.start, count)
            });
        }
    }

    /// How many values were new at most in any stretch of the reference that is as long as the period, leaving out the first
    /// one, in which everything is new.
    fn usual_novelty(&self, values: &Values) -> usize {
        let length = self.period.end.saturating_sub(self.period.start).max(1);
        let warmed_up = self.reference.start.saturating_add(length);
        let ends = std::iter::successors(Some(self.reference.end), |end| Some(end.saturating_sub(length)));
        let stretches =
            ends.map(|end| end.saturating_sub(length)..end).take_while(|days| days.start >= warmed_up);
        stretches.map(|days| values.new_on(&days).len()).max().unwrap_or_default()
    }

    /// The longest time, in days, between two days of the reference on which something was done.
    fn longest_gap(&self) -> i64 {
        let days: Vec<_> = self.person.days.range(self.reference.clone()).map(|(day, _)| *day).collect();
        let gaps = days.windows(2).filter_map(|pair| Some(pair.last()?.saturating_sub(*pair.first()?)));
        gaps.max().unwrap_or_default()
    }

    /// Changes at hours that are more than one hour away from all hours of changes before. Whoever works on a Sunday for once
    /// does so at their usual hours, as a rule, so the day of the week does not count.
    fn off_hours(&self, found: &mut Vec<Notable>) {
        let before = self.person.days.range(self.reference.clone()).filter(|(_, day)| day.write_hours != 0);
        if before.clone().count() < FEW_WRITE_DAYS {
            return;
        }
        let usual = widened(before.fold(0, |hours, (_, day)| hours | day.write_hours));
        let odd = |of_day: &OfDay| of_day.write_hours & !usual;
        let mut days =
            self.person.days.range(self.period.clone()).filter(|(_, day)| odd(day) != 0).peekable();
        let Some(first) = days.peek().map(|(day, _)| **day) else { return };
        let mut hours = 0;
        let mut count = 0_u64;
        for (_, day) in days {
            hours |= odd(day);
            count = count.saturating_add(u64::from(odd(day).count_ones()));
        }
        let values = (0..24).filter(|hour| hours & (1 << hour) != 0).map(|hour| format!("{hour:02}:00"));
        found.push(Notable { values: values.collect(), ..self.notable(Kind::OffHours, first, count) });
    }

    /// Days of the period on which a number is far above that of the same kind of days before.
    fn more(&self, found: &mut Vec<Notable>) {
        let number_of: [(Kind, NumberOf, u64); 3] = [
            (Kind::MoreCalls, |day| day.counts.calls, 100),
            (Kind::MoreErrors, |day| day.counts.errors, 20),
            (Kind::MoreDenied, |day| day.counts.denied, 10),
        ];
        let first_known = self.person.days.keys().next().copied().unwrap_or(self.reference.start);
        let known = first_known.max(self.reference.start)..self.reference.end;
        for (kind, number, at_least) in number_of {
            let baseline = |weekend: bool| {
                let days = known.clone().filter(|day| is_weekend(*day) == weekend);
                let numbers: Vec<_> = days.map(|day| self.person.days.get(&day).map_or(0, number)).collect();
                (numbers.len() >= FEW_BASELINE_DAYS).then(|| Baseline::of(numbers)).flatten()
            };
            let (working, weekend) = (baseline(false), baseline(true));
            let unusual = self.person.days.range(self.period.clone()).filter_map(|(day, of_day)| {
                let baseline = if is_weekend(*day) { weekend } else { working }?;
                let above = baseline.above(number(of_day));
                (number(of_day) >= at_least && above >= UNUSUAL).then_some((
                    above,
                    *day,
                    number(of_day),
                    baseline,
                ))
            });
            if let Some((_, day, count, baseline)) = unusual.max_by(|one, other| one.0.total_cmp(&other.0)) {
                found.push(Notable { usual: Some(baseline.median), ..self.notable(kind, day, count) });
            }
        }
    }
}

/// The same hours and those next to them, around the clock.
fn widened(hours: u32) -> u32 {
    const ALL: u32 = (1 << 24) - 1;
    let later = ((hours << 1) | (hours >> 23)) & ALL;
    let earlier = (hours >> 1) | ((hours & 1) << 23);
    hours | later | earlier
}
