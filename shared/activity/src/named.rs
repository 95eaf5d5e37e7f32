//! A few names out of many, the same ones in whatever order they come.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Most names that are kept: as many as somebody reads in a row of a table.
const MAX_NAMED: usize = 5;

/// The first five names by the alphabet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Named(BTreeSet<String>);

impl Named {
    pub(crate) fn add(&mut self, name: &str) {
        let is_early = self.0.len() < MAX_NAMED || self.0.last().is_some_and(|last| name < last.as_str());
        if is_early && !self.0.contains(name) {
            self.0.insert(name.to_owned());
            if self.0.len() > MAX_NAMED {
                self.0.pop_last();
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|name| self.add(name));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<String> {
        self.0.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Named;

    #[test]
    fn the_first_five_are_kept_in_whatever_order_they_come() {
        for order in
            [["f", "e", "d", "c", "b", "a"], ["a", "b", "c", "d", "e", "f"], ["c", "f", "a", "b", "e", "d"]]
        {
            let mut named = Named::default();
            order.iter().chain(&order).for_each(|name| named.add(name));
            assert_eq!(named.into_vec(), ["a", "b", "c", "d", "e"], "{order:?}");
        }
    }
}
