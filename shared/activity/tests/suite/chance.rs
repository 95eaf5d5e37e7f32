//! Numbers that look like chance and are the same for the same seed, and the days that made-up activity is on.

use jiff::{SignedDuration, Timestamp};

/// Monday, 19 October 2026: day 0. The reference has the end of October in it, the reviewed weeks that of November.
const START: i64 = 1_792_368_000;

/// A time of a day.
pub(crate) fn at(day: i64, second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(START + day * 86_400 + second)
}

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

    /// True in so many cases of a thousand.
    pub(crate) fn per_mille(&mut self, chance: i64) -> bool {
        self.below(1_000) < chance
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.below(i64::try_from(of.len()).unwrap())).unwrap()]
    }

    /// Takes one out of them.
    pub(crate) fn take<T>(&mut self, of: &mut Vec<T>) -> T {
        let index = self.below(i64::try_from(of.len()).unwrap());
        of.swap_remove(usize::try_from(index).unwrap())
    }
}
