//! Sets of small numbers.

/// A set of numbers from 0.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(super) struct Bits {
    words: Vec<u64>, // INVARIANT: no zero word at the end
}

impl Bits {
    pub(super) fn of(places: impl IntoIterator<Item = usize>) -> Self {
        let mut bits = Self::default();
        for place in places {
            bits.insert(place);
        }
        bits
    }

    pub(super) fn insert(&mut self, place: usize) {
        let index = place / 64;
        if self.words.len() <= index {
            self.words.resize(index + 1, 0);
        }
        if let Some(word) = self.words.get_mut(index) {
            *word |= 1 << (place % 64);
        }
    }

    pub(super) fn contains(&self, place: usize) -> bool {
        self.words.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn meet(&self, other: &Self) -> Self {
        let mut words: Vec<u64> =
            self.words.iter().zip(&other.words).map(|(left, right)| left & right).collect();
        while words.last() == Some(&0) {
            words.pop();
        }
        Self { words }
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(left, right)| left & right != 0)
    }

    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.words
            .iter()
            .enumerate()
            .all(|(index, word)| word & !other.words.get(index).copied().unwrap_or_default() == 0)
    }
}
