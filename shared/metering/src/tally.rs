//! Counts that add up to series of metrics.

use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use trailreflex_metrics::{Activity, Series};

/// How old a value may be. CloudWatch takes two weeks; a day is left for what waits to be sent.
const OLDEST: SignedDuration = SignedDuration::from_hours(13 * 24);

/// Why an event is not metered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotMetered {
    /// CloudWatch takes no values of that age.
    TooOld,
    /// It does not say when it was.
    NoTime,
}

impl NotMetered {
    /// Returns its word as a dimension.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TooOld => "tooOld",
            Self::NoTime => "noTime",
        }
    }
}

/// Counts by metric and minute.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<(Activity, i64), u32>,
    /// Events by what is measured with them and their delay in seconds.
    delays: BTreeMap<(Activity, u32), u32>,
}

impl Tally {
    /// Returns the minute that an event of `time` counts in; of one that is in the future, since a clock is off, now.
    ///
    /// # Errors
    /// [`NotMetered`] if CloudWatch would not take it.
    pub fn minute(time: Option<Timestamp>, now: Timestamp) -> Result<i64, NotMetered> {
        let time = time.ok_or(NotMetered::NoTime)?.min(now);
        if now.duration_since(time) > OLDEST {
            return Err(NotMetered::TooOld);
        }
        Ok(time.as_second().div_euclid(60))
    }

    /// Counts something once in a minute.
    pub fn add(&mut self, metric: Activity, minute: i64) {
        let count = self.counts.entry((metric, minute)).or_default();
        *count = count.saturating_add(1);
    }

    /// Notes in `metric` how long after `time` an event is counted `now`.
    pub fn delayed(&mut self, metric: Activity, time: Timestamp, now: Timestamp) {
        let seconds = u32::try_from(now.duration_since(time).as_secs().max(0)).unwrap_or(u32::MAX);
        let count = self.delays.entry((metric, rounded(seconds))).or_default();
        *count = count.saturating_add(1);
    }

    /// Returns whether nothing was counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.delays.is_empty()
    }

    /// Returns the series, in the order of their metrics.
    #[must_use]
    pub fn series(self, now: Timestamp) -> Vec<Series> {
        let mut series: Vec<_> = self
            .counts
            .into_iter()
            .filter_map(|((metric, minute), count)| {
                let at = Timestamp::from_second(minute.saturating_mul(60)).ok()?;
                Some(Series { metric, at, values: vec![(f64::from(count), 1.0)] })
            })
            .collect();
        let mut delays: BTreeMap<Activity, Vec<(f64, f64)>> = BTreeMap::new();
        for ((metric, seconds), count) in self.delays {
            delays.entry(metric).or_default().push((f64::from(seconds), f64::from(count)));
        }
        series.extend(delays.into_iter().map(|(metric, values)| Series { metric, at: now, values }));
        series
    }
}

/// Rounds up, the coarser the longer, so that there are fewer different values than CloudWatch takes at once.
fn rounded(seconds: u32) -> u32 {
    let step = match seconds {
        0..=60 => 1,
        61..=600 => 15,
        601..=7200 => 150,
        7201.. => return 7201,
    };
    seconds.div_ceil(step).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use trailreflex_metrics::{MAX_VALUES, Scope};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn counts_add_up_by_the_minute_of_the_event() {
        let mut tally = Tally::default();
        for second in [60, 61, 119, 120] {
            let minute = Tally::minute(Some(at(second)), at(600)).unwrap();
            tally.add(Activity::Calls(Scope::All), minute);
            tally.delayed(Activity::SecondsToMetric, at(second), at(600));
        }
        let calls = |second, count| Series {
            metric: Activity::Calls(Scope::All),
            at: at(second),
            values: vec![(count, 1.0)],
        };
        let delays = Series {
            metric: Activity::SecondsToMetric,
            at: at(600),
            values: vec![(480.0, 1.0), (495.0, 1.0), (540.0, 2.0)],
        };
        assert_eq!(tally.series(at(600)), [calls(60, 3.0), calls(120, 1.0), delays]);
    }

    #[test]
    fn an_event_counts_when_it_was_if_cloudwatch_takes_that() {
        let now = at(100 * 24 * 3600);
        for (case, time, expected) in [
            ("just now", Some(now), Ok(144_000)),
            ("a clock that is ahead", Some(at(101 * 24 * 3600)), Ok(144_000)),
            ("thirteen days ago", Some(at(87 * 24 * 3600)), Ok(125_280)),
            ("longer ago", Some(at(87 * 24 * 3600 - 1)), Err(NotMetered::TooOld)),
            ("never", None, Err(NotMetered::NoTime)),
        ] {
            assert_eq!(Tally::minute(time, now), expected, "{case}");
        }
    }

    #[test]
    fn delays_of_any_length_fit_into_one_series_and_are_never_rounded_down() {
        let all: BTreeSet<_> = (0..100_000).map(rounded).collect();
        assert!(all.len() <= MAX_VALUES, "{}", all.len());
        assert!((0..=7201).all(|seconds| rounded(seconds) >= seconds));
    }
}
