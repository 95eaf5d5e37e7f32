//! A map that holds at most so many keys, and the same ones whatever the order in which they came.
//!
//! It keeps the smallest keys. A key that was let go is larger than all that are kept, so it never comes back, and what is kept
//! is complete. What is let go is counted.

use serde::Serialize;
use std::collections::BTreeMap;

/// What a [`Bounded`] map holds for a key.
pub(crate) trait Tally: Default {
    /// How many calls it stands for.
    fn calls(&self) -> u64;
    /// Adds another.
    fn merge(&mut self, other: Self);
}

/// At most `MAX` keys, the smallest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", bound = "K: Serialize, V: Serialize")]
pub struct Bounded<K: Ord, V, const MAX: usize> {
    #[serde(serialize_with = "pairs")]
    entries: BTreeMap<K, V>, // INVARIANT: at most MAX
    folded: u64,
    is_full: bool,
}

/// Keys may be more than texts, so entries are written as pairs.
fn pairs<K: Serialize, V: Serialize, S: serde::Serializer>(
    entries: &BTreeMap<K, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(entries)
}

impl<K: Ord, V, const MAX: usize> Default for Bounded<K, V, MAX> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), folded: 0, is_full: false }
    }
}

impl<K: Ord, V, const MAX: usize> Bounded<K, V, MAX> {
    /// Returns what is kept for a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// Returns all that is kept, by key.
    pub fn iter(&self) -> std::collections::btree_map::Iter<'_, K, V> {
        self.entries.iter()
    }

    /// Returns how many calls belong to keys that were let go.
    #[must_use]
    pub fn folded(&self) -> u64 {
        self.folded
    }

    /// Returns whether keys were let go, so that one that is not there may have been seen all the same.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full
    }
}

#[expect(private_bounds, reason = "only this crate changes such a map")]
impl<K: Ord, V: Tally, const MAX: usize> Bounded<K, V, MAX> {
    pub(crate) fn update(&mut self, key: K, change: impl FnOnce(&mut V)) {
        if let Some(known) = self.entries.get_mut(&key) {
            return change(known);
        }
        let mut new = V::default();
        change(&mut new);
        self.entries.insert(key, new);
        if self.entries.len() > MAX
            && let Some((_, last)) = self.entries.pop_last()
        {
            self.is_full = true;
            self.folded = self.folded.saturating_add(last.calls());
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.is_full |= other.is_full;
        self.folded = self.folded.saturating_add(other.folded);
        for (key, value) in other.entries {
            self.update(key, |known| known.merge(value));
        }
    }
}

impl<'a, K: Ord, V, const MAX: usize> IntoIterator for &'a Bounded<K, V, MAX> {
    type Item = (&'a K, &'a V);
    type IntoIter = std::collections::btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Tally for Option<crate::Seen> {
    fn calls(&self) -> u64 {
        self.map_or(0, |seen| seen.calls)
    }

    fn merge(&mut self, other: Self) {
        crate::seen::add(self, other);
    }
}
