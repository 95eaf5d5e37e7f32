//! Sets of numbers, as bits.

/// Numbers below a length that all sets which meet have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bits(Box<[u64]>);

impl Bits {
    /// Returns those below `length` that are meant.
    pub(super) fn of(length: usize, is_meant: impl Fn(usize) -> bool) -> Self {
        let word = |start: usize| {
            let bits = (0..64).filter(|bit| start + bit < length && is_meant(start + bit));
            bits.fold(0, |word, bit| word | 1 << bit)
        };
        Self((0..length).step_by(64).map(word).collect())
    }

    /// Takes all away that are not in `others`.
    pub(super) fn keep(&mut self, others: &Self) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word &= other;
        }
    }

    /// Takes those of `others` instead.
    pub(super) fn become_like(&mut self, others: &Self) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word = *other;
        }
    }

    /// Adds one that is below the length.
    pub(super) fn insert(&mut self, number: usize) {
        if let Some(word) = self.0.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Tells whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// Tells whether some number is in both.
    pub(super) fn meets(&self, others: &Self) -> bool {
        self.0.iter().zip(&others.0).any(|(word, other)| word & other != 0)
    }

    /// Returns all, from the smallest.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..).step_by(64).zip(&self.0).flat_map(|(start, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.wrapping_sub(1);
                (bit < 64).then_some(start + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_into_them() {
        for length in [0, 1, 63, 64, 65, 200] {
            let odd = Bits::of(length, |number| number % 2 == 1);
            let third = Bits::of(length, |number| number % 3 == 0);
            assert_eq!(
                odd.iter().collect::<Vec<_>>(),
                (0..length).filter(|number| number % 2 == 1).collect::<Vec<_>>()
            );
            assert_eq!(odd.meets(&third), length > 3, "{length}");
            let mut both = odd.clone();
            both.keep(&third);
            assert_eq!(both, Bits::of(length, |number| number % 6 == 3), "{length}");
            assert_eq!(both.is_empty(), length <= 3, "{length}");
            both.insert(0);
            assert_eq!(both.iter().next(), (length > 0).then_some(0), "{length}");
            both.become_like(&odd);
            assert_eq!(both, odd, "{length}");
        }
    }
}
