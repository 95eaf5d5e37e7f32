//! Notices that are one message: the first is told at once, those that follow within a window are counted and told of
//! when it ends.

use crate::{Notice, Sink};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::future::Future;
use trailreflex_model::digest;

/// How long notices that are alike are one message, in seconds: a quarter of an hour.
pub const WINDOW_SECONDS: i64 = 15 * 60;

/// What notices of one group have in common: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey(String);

impl GroupKey {
    /// Derives the key.
    #[must_use]
    pub fn of(parts: &[&str]) -> Self {
        Self(digest(parts))
    }

    /// The key that a table gave back.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Returns the key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A group that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its key.
    pub key: GroupKey,
    /// The message that opened it.
    pub first: String,
    /// What that says.
    pub notice: Notice,
    /// Channels that have been told of the first.
    pub told: BTreeSet<Sink>,
    /// How many followed.
    pub more: u64,
    /// When it ends.
    pub until: Timestamp,
}

/// What came of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// It opened the group, now or when it was delivered before: it is to be told to those channels that are not in the set.
    First(BTreeSet<Sink>),
    /// It was counted.
    Counted,
}

/// The groups that are open.
pub trait Groups {
    /// Why it failed.
    type Error: std::error::Error + Send + 'static;

    /// Opens `group`, or, if there is one of its key, adds to that. The message that opened a group opens it again; any
    /// other message that comes twice counts twice.
    ///
    /// # Errors
    /// If it is not known what came of it.
    fn hit(&self, group: &Group) -> impl Future<Output = Result<Hit, Self::Error>> + Send;

    /// Notes that a channel was told of the first notice of a group.
    ///
    /// # Errors
    /// If it was perhaps not noted.
    fn told(&self, key: &GroupKey, sink: Sink) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Returns the groups that have ended at `now`.
    ///
    /// # Errors
    /// If they could not be read.
    fn ended(&self, now: Timestamp) -> impl Future<Output = Result<Vec<Group>, Self::Error>> + Send;

    /// Forgets a group, unless more than `group.more` have followed by now: then it stays.
    ///
    /// # Errors
    /// If it was perhaps not forgotten.
    fn close(&self, group: &Group) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
