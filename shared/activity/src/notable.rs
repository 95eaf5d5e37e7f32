//! What is unlike before, and worth a look.
//!
//! The time before the period is the reference, and it is frozen: nothing that happens in the period makes itself usual.
//! Whoever does new things all the time is not reported for doing as many of them as in the stretch before.

use crate::activity::Activity;
use crate::amounts::{more, usual_swing};
use crate::novelty::new_values;
use crate::person::{DayNumber, OfDay, Person, start_of};
use jiff::Timestamp;
use serde::Serialize;
use std::ops::Range;

/// Days of activity without which nobody has habits.
const FEW_DAYS: usize = 3;
/// Days of changes without which nobody has hours.
const FEW_WRITE_DAYS: usize = 5;
/// Days of silence after which somebody who calls again is awake again: more than three weeks of holidays, which are 24 days
/// with the weekends around them.
const SILENCE: i64 = 25;
/// How many times as long as any silence before it must be, and as the mean time from one day to the next: who calls at random
/// is silent for five times the mean in one case of 150, and of few days the longest silence says little.
const LONGER_THAN_LONGEST: i64 = 3;
const LONGER_THAN_MEAN: i64 = 5;
/// Hours by which people work earlier or later than ever, at most, if it is only overtime.
const OVERTIME: u32 = 2;

/// What is unlike before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The root user did something.
    RootUsed,
    /// A user signed in without a second factor.
    SignInWithoutMfa,
    /// One identity called from two places, sooner than anybody gets from the one to the other.
    ImpossibleTravel,
    /// Somebody who was silent for 25 days or more calls again.
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
    /// More errors on a day than usual, refused calls aside.
    MoreErrors,
    /// More calls on a day than usual.
    MoreCalls,
}

impl Kind {
    /// Returns the word that programs use, the same as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RootUsed => "rootUsed",
            Self::SignInWithoutMfa => "signInWithoutMfa",
            Self::ImpossibleTravel => "impossibleTravel",
            Self::AwakeAgain => "awakeAgain",
            Self::NewPrincipal => "newPrincipal",
            Self::MoreDenied => "moreDenied",
            Self::NewRegion => "newRegion",
            Self::NewNetwork => "newNetwork",
            Self::NewProgram => "newProgram",
            Self::NewService => "newService",
            Self::NewOperations => "newOperations",
            Self::OffHours => "offHours",
            Self::MoreErrors => "moreErrors",
            Self::MoreCalls => "moreCalls",
        }
    }

    /// Says it to people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::RootUsed => "the root user was used",
            Self::SignInWithoutMfa => "signed in without a second factor",
            Self::ImpossibleTravel => "was at two places at once",
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
    /// How many calls, days of silence, or kilometres.
    pub count: u64,
    /// How many are usual on a day, if that is what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usual: Option<f64>,
    /// The new values, the first eight; of a journey its ends, each an address, a place and a time.
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
    let mut known = Vec::new();
    for (name, person) in &activity.people {
        let about = About { name, person, reference, period };
        about.facts(&mut found);
        if !reference.is_empty() && !person.is_service && about.against_habits(&mut found) {
            known.push(about);
        }
    }
    let swing = usual_swing(&known);
    known.iter().for_each(|about| more(about, swing, &mut found));
    new_values(&known, &mut found);
    sort(&mut found);
    found
}

/// Puts first what is to be looked at first.
pub(crate) fn sort(found: &mut [Notable]) {
    found.sort_by(|one, other| {
        (one.kind, other.count, &one.principal).cmp(&(other.kind, one.count, &other.principal))
    });
}

/// A number of a day.
pub(crate) type NumberOf = fn(&OfDay) -> u64;

/// Somebody, and the days to compare.
pub(crate) struct About<'a> {
    pub(crate) name: &'a str,
    pub(crate) person: &'a Person,
    pub(crate) reference: &'a Range<DayNumber>,
    pub(crate) period: &'a Range<DayNumber>,
}

impl About<'_> {
    pub(crate) fn notable(&self, kind: Kind, day: DayNumber, count: u64) -> Notable {
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

    /// Whether they have habits, so that something can be new for them.
    fn against_habits(&self, found: &mut Vec<Notable>) -> bool {
        let is_known = self.person.active_days(self.reference) >= FEW_DAYS;
        let Some((first_day, _)) = self.person.days.range(self.period.clone()).next() else {
            return is_known;
        };
        let Some((last_before, _)) = self.person.days.range(self.reference.clone()).next_back() else {
            let calls = self.person.counts(self.period).calls;
            found.push(self.notable(Kind::NewPrincipal, *first_day, calls));
            return false;
        };
        if is_known {
            let silence = first_day.saturating_sub(*last_before);
            if silence >= SILENCE && silence > self.usual_silence() {
                found.push(self.notable(Kind::AwakeAgain, *first_day, silence.unsigned_abs()));
            }
            self.off_hours(found);
        }
        is_known
    }

    /// The longest silence, in days, that is no news after the silences of the reference.
    fn usual_silence(&self) -> i64 {
        let days: Vec<_> = self.person.days.range(self.reference.clone()).map(|(day, _)| *day).collect();
        let gap = |pair: &[DayNumber]| Some(pair.last()?.saturating_sub(*pair.first()?));
        let gaps: Vec<_> = days.windows(2).filter_map(gap).collect();
        let longest = gaps.iter().copied().max().unwrap_or_default();
        let number = i64::try_from(days.len()).unwrap_or(i64::MAX).max(1);
        let known = self.reference.end.saturating_sub(days.first().copied().unwrap_or(self.reference.start));
        let by_mean = known.saturating_mul(LONGER_THAN_MEAN) / number;
        longest.saturating_mul(LONGER_THAN_LONGEST).max(by_mean)
    }

    /// Changes at hours that are more than [`OVERTIME`] away from all hours of changes before. Whoever works on a Sunday for
    /// once does so at their usual hours, as a rule, so the day of the week does not count.
    fn off_hours(&self, found: &mut Vec<Notable>) {
        let before = self.person.days.range(self.reference.clone()).filter(|(_, day)| day.write_hours != 0);
        if before.clone().count() < FEW_WRITE_DAYS {
            return;
        }
        let usual = before.fold(0, |hours, (_, day)| hours | day.write_hours);
        let usual = (0..OVERTIME).fold(usual, |hours, _| widened(hours));
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
}

/// The same hours and those next to them, around the clock.
fn widened(hours: u32) -> u32 {
    const ALL: u32 = (1 << 24) - 1;
    let later = ((hours << 1) | (hours >> 23)) & ALL;
    let earlier = (hours >> 1) | ((hours & 1) << 23);
    hours | later | earlier
}
