//! One service of IAM: what stands before the colon of an action.

use crate::Action;
use crate::table::TABLE;
use std::ops::Range;

/// A service of IAM, such as `s3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service(usize);

impl Service {
    /// Returns the service of that prefix, whatever its case.
    #[must_use]
    pub fn named(prefix: &str) -> Option<Self> {
        TABLE.services.find(0..TABLE.services.len(), prefix).map(Self)
    }

    /// Returns the service that CloudTrail or the command line calls so, such as `monitoring` or `efs`.
    #[must_use]
    pub fn known_as(label: &str) -> Option<Self> {
        let other = |label: &str| {
            let source = TABLE.sources.find(0..TABLE.sources.len(), label)?;
            TABLE.source_services.get(source).map(Self)
        };
        let first = || label.split('.').next().filter(|first| *first != label);
        Self::named(label)
            .or_else(|| other(label))
            .or_else(|| first().and_then(|first| Self::named(first).or_else(|| other(first))))
    }

    /// Returns all services, by prefix.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.services.len()).map(Self)
    }

    /// Returns the prefix of its actions and condition keys, such as `s3`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        TABLE.services.get(self.0)
    }

    /// Returns its actions; some services have none.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        self.numbers().unwrap_or_default().filter_map(Action::number)
    }

    /// Returns its action of that name, whatever its case.
    #[must_use]
    pub fn action(self, name: &str) -> Option<Action> {
        TABLE.names.find(self.numbers()?, name).and_then(Action::number)
    }

    fn numbers(self) -> Option<Range<usize>> {
        Some(TABLE.firsts.get(self.0)?..TABLE.firsts.get(self.0 + 1)?)
    }
}

/// Returns the condition keys of all services, and the global ones that some service names.
///
/// What is free in a key is written `${TagKey}` or `<key>`, or left out after a last `/`.
pub fn condition_keys() -> impl Iterator<Item = &'static str> {
    (0..TABLE.keys.len()).map(|key| TABLE.keys.get(key))
}
