//! What is usual of a number of each day: the median, and how far the days are from it.
//!
//! Both are robust: a few wild days change neither. The deviation is the median absolute one, times 1.4826, which is a
//! standard deviation if the numbers are normally distributed (Rousseeuw and Croux, 1993).

const NORMAL: f64 = 1.4826;

/// The usual range of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Baseline {
    pub(crate) median: f64,
    deviation: f64,
}

impl Baseline {
    /// Works it out of the days' numbers; nothing if there are none.
    pub(crate) fn of(mut numbers: Vec<u64>) -> Option<Self> {
        let median = median(&mut numbers)?;
        let mut distances: Vec<_> = numbers.iter().map(|number| distance(*number, median)).collect();
        distances.sort_by(f64::total_cmp);
        let middle = distances.get(distances.len() / 2).copied()?;
        Some(Self { median, deviation: middle * NORMAL })
    }

    /// How many deviations a number is above what is usual. Where all days are alike, a tenth of them, or 1, counts as one.
    pub(crate) fn above(&self, number: u64) -> f64 {
        let unit = self.deviation.max(self.median / 10.0).max(1.0);
        (as_float(number) - self.median) / unit
    }
}

fn median(numbers: &mut [u64]) -> Option<f64> {
    numbers.sort_unstable();
    let upper = numbers.get(numbers.len() / 2)?;
    let lower = numbers.get(numbers.len().saturating_sub(1) / 2)?;
    Some(f64::midpoint(as_float(*lower), as_float(*upper)))
}

fn distance(number: u64, from: f64) -> f64 {
    (as_float(number) - from).abs()
}

/// Exact up to 2⁵³, which no day of calls reaches.
#[expect(clippy::cast_precision_loss, reason = "numbers of calls are far smaller")]
pub(crate) fn as_float(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wild_day_changes_neither_median_nor_deviation_much() {
        let usual = Baseline::of(vec![98, 99, 100, 101, 102]).unwrap();
        let with_a_wild_day = Baseline::of(vec![98, 99, 100, 101, 102, 100_000]).unwrap();
        assert_eq!((usual.median, with_a_wild_day.median), (100.0, 100.5));
        assert!(usual.above(100_000) > 1_000.0 && with_a_wild_day.above(100_000) > 1_000.0);
        assert!(usual.above(102) < 1.0, "{}", usual.above(102));
        assert_eq!(Baseline::of(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn more_is_never_less_unusual(days in prop::collection::vec(0_u64..10_000, 1..40), one in 0_u64..20_000, more in 0_u64..20_000) {
            let baseline = Baseline::of(days).unwrap();
            prop_assert!(baseline.above(one + more) >= baseline.above(one));
        }
    }
}
