//! Days on which there was far more of something than usual: calls, errors, refused calls.

use crate::baseline::{Baseline, as_float};
use crate::notable::{About, Kind, Notable, NumberOf};
use crate::person::is_weekend;

/// Days of the same kind, working days or weekends, without which there is no baseline.
const FEW_BASELINE_DAYS: usize = 4;
/// Deviations above the median from which a day is unusual.
const UNUSUAL: f64 = 8.0;
/// How many times as much as on any day before it must be as well: the end of a month, or a day of many deployments, is
/// far from the median, and nothing new.
const ABOVE_HIGHEST: f64 = 3.0;
/// Active days of the reference without which nobody says how much days differ.
const FEW_SWING_DAYS: usize = 5;
/// Of so many people, one may have had a longer day than is usual among them.
const PEERS: usize = 40;
/// How many times as far from the median as the longest days of colleagues a day must be: there is always a longer one.
const ABOVE_PEERS: f64 = 1.5;

/// How many times the median the longest days are that are usual among those who rest: people have long days, and somebody's
/// first one is no news where others had some. 0 if nothing is known of two of them.
pub(crate) fn usual_swing(known: &[About<'_>]) -> f64 {
    let mut swings: Vec<_> = known.iter().filter(|about| about.rests()).filter_map(About::swing).collect();
    swings.sort_by(|one, other| other.total_cmp(one));
    swings.get((swings.len() / PEERS).max(1)).copied().unwrap_or_default()
}

impl About<'_> {
    /// The calls of the longest day of the reference, in medians of the active ones.
    fn swing(&self) -> Option<f64> {
        let numbers = self.calls_before();
        let longest = numbers.iter().copied().max()?;
        let median = (numbers.len() >= FEW_SWING_DAYS).then(|| Baseline::of(numbers))??.median;
        Some(as_float(longest) / median.max(1.0))
    }

    fn calls_before(&self) -> Vec<u64> {
        self.person.days.range(self.reference.clone()).map(|(_, day)| day.counts.calls).collect()
    }
}

/// Days of the period on which a number is far above that of the same kind of days before, and above that of any day.
pub(crate) fn more(about: &About<'_>, swing: f64, found: &mut Vec<Notable>) {
    // Fewer are a long day of one person, or a script of theirs that lacks a permission.
    let number_of: [(Kind, NumberOf, u64); 3] = [
        (Kind::MoreCalls, |day| day.counts.calls, 250),
        (Kind::MoreErrors, |day| day.counts.errors.saturating_sub(day.counts.denied), 30),
        (Kind::MoreDenied, |day| day.counts.denied, 30),
    ];
    let first_known = about.person.days.keys().next().copied().unwrap_or(about.reference.start);
    let known = first_known.max(about.reference.start)..about.reference.end;
    let median = Baseline::of(about.calls_before()).map_or(0.0, |baseline| baseline.median);
    let of_peers = if about.rests() { median * swing * ABOVE_PEERS } else { 0.0 };
    for (kind, number, at_least) in number_of {
        let baseline = |weekend: bool| {
            let days = known.clone().filter(|day| is_weekend(*day) == weekend);
            let numbers: Vec<_> = days.map(|day| about.person.days.get(&day).map_or(0, number)).collect();
            (numbers.len() >= FEW_BASELINE_DAYS).then(|| Baseline::of(numbers)).flatten()
        };
        let (working, weekend) = (baseline(false), baseline(true));
        let before = about.person.days.range(about.reference.clone()).map(|(_, day)| number(day));
        let highest = as_float(before.max().unwrap_or_default()) * ABOVE_HIGHEST;
        let highest = if kind == Kind::MoreCalls { highest.max(of_peers) } else { highest };
        let unusual = about.person.days.range(about.period.clone()).filter_map(|(day, of_day)| {
            let baseline = if is_weekend(*day) { weekend } else { working }?;
            let above = baseline.above(number(of_day));
            let number = number(of_day);
            let is_unusual = number >= at_least && above >= UNUSUAL && as_float(number) > highest;
            is_unusual.then_some((above, *day, number, baseline))
        });
        if let Some((_, day, count, baseline)) = unusual.max_by(|one, other| one.0.total_cmp(&other.0)) {
            found.push(Notable { usual: Some(baseline.median), ..about.notable(kind, day, count) });
        }
    }
}
