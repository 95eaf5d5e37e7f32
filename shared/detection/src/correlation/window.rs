//! What a store must keep for correlations: little enough for a table with keys and time-to-live.

use std::future::Future;

use serde::{Deserialize, Serialize};

/// Names a window: a correlation and the values by which it groups.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WindowKey {
    /// [`crate::Rule::key`] of the correlation.
    pub correlation: String,
    /// A hash of the group's values, of fixed length.
    pub group: String,
}

/// One match that counts in a window.
///
/// The first three fields are its identity and its order: a match that arrives again is the same item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Item {
    /// When the event happened, in milliseconds since 1970.
    pub time_ms: i64,
    /// The event, as account and `eventID`, or the alert of a correlation.
    pub event: String,
    /// Which of the correlation's rules matched, counted from 0.
    pub rule: u32,
    /// The values that the correlation counts or adds up.
    pub values: Vec<String>,
    /// Values that correlations about this one ask for.
    pub carried: Vec<Vec<String>>,
}

/// An item and the window that it goes to.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// The window.
    pub window: &'a WindowKey,
    /// What is added to it.
    pub item: &'a Item,
    /// For how long others may refer to the item, lateness not counted, in milliseconds.
    pub timespan_ms: i64,
}

/// What became of the attempt to raise an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The alert is the caller's to raise: it is new, or the same holder claimed it before.
    Granted,
    /// Another alert of that window is too close in time.
    Taken {
        /// When that alert's last event happened, in milliseconds since 1970.
        time_ms: i64,
    },
}

/// Keeps items and alerts between events.
///
/// A table with a partition key and a sort key is enough:
/// * an item is written under the window's key and `time_ms`, `event`, `rule`; writing it again changes nothing;
/// * [`WindowStore::range`] is a query on the sort key and must see every item that was written before it began
///   (a strongly consistent read): of two concurrent writers the later reader then sees both items, so that no
///   threshold is missed without any lock on counting;
/// * an alert is written under the window's key and `time_ms / period_ms`, on condition that nobody did before
///   and that the neighbours on both sides are at least `period_ms` away (one transaction of a conditional put and
///   two checks): within a slot of one period there can be no second alert.
///
/// Items may be dropped once nothing can arrive any more that is as old as they are by the time span; alerts
/// once the same holds of the period.
pub trait WindowStore {
    /// Why the store did not do it.
    type Error;

    /// Keeps items, of any windows and in any order; an addition may be there twice.
    fn put(&self, additions: &[Addition<'_>]) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Returns the window's items from `from_ms` to `to_ms`, both included, in any order.
    fn range(
        &self,
        window: &WindowKey,
        from_ms: i64,
        to_ms: i64,
    ) -> impl Future<Output = Result<Vec<Item>, Self::Error>> + Send;

    /// Records an alert at `time_ms` for `holder`, unless another is less than `period_ms` away.
    ///
    /// Must be atomic. Granting the same holder the same alert again lets a caller who failed after claiming repeat.
    fn claim(
        &self,
        window: &WindowKey,
        time_ms: i64,
        period_ms: i64,
        holder: &str,
    ) -> impl Future<Output = Result<Claim, Self::Error>> + Send;
}
