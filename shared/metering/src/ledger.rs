//! What has been counted, and what is still to be sent: the port to a table.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::future::Future;
use trailreflex_metrics::Series;
use trailreflex_model::{AccountId, EventId};

/// Something that counts once: an event, or a principal as a new one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// A record of an account.
    Event(Option<AccountId>, EventId),
    /// Somebody in an account.
    Principal(Option<AccountId>, String),
}

/// One attempt to count a batch. Another attempt has another id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlushId(pub String);

/// What came of claiming a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is counted by the flush that asked.
    Taken,
    /// Another flush has claimed it at that time.
    Held(FlushId, Timestamp),
}

/// What has become of a flush. Both last: whoever writes first decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing yet.
    Open,
    /// Its series are kept until they are sent: what it claims is counted.
    Settled,
    /// Another flush has given it up: what it claims is not counted.
    Abandoned,
}

/// A part of a flush's series: as many as CloudWatch takes at once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId {
    /// Whose.
    pub flush: FlushId,
    /// Its number in the flush.
    pub number: usize,
}

/// How far the sending of a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartState {
    /// It was not received: it is to be sent.
    Waiting,
    /// Somebody began to send it; without an end it may have been received.
    Sending {
        /// Who: the invocation.
        by: String,
        /// When.
        since: Timestamp,
    },
}

/// A part that is kept until it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Which.
    pub id: PartId,
    /// How far it is.
    pub state: PartState,
    /// How many events it is of, at most: what is uncertain if its sending is.
    pub events: usize,
    /// The values.
    pub series: Vec<Series>,
}

/// Where claims, fates and parts are kept. Reads are consistent and writes conditional.
pub trait Ledger {
    /// Why a call failed; it may have been carried out all the same.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Claims keys for a flush, each if nobody has; one that the flush has already stays its own.
    fn claim(
        &self,
        keys: &[Key],
        flush: &FlushId,
        now: Timestamp,
    ) -> impl Future<Output = Vec<Result<Claim, Self::Error>>>;

    /// Takes a key from a flush that was abandoned; false if that flush does not hold it any more.
    fn take_over(
        &self,
        key: &Key,
        from: &FlushId,
        to: &FlushId,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Returns what has become of a flush.
    fn fate(&self, flush: &FlushId) -> impl Future<Output = Result<Fate, Self::Error>>;

    /// Gives a flush up; false if it is settled.
    fn abandon(&self, flush: &FlushId, now: Timestamp) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Settles a flush and keeps all its parts, in one step; false if it was given up. Repeated, it is true again.
    fn settle(
        &self,
        flush: &FlushId,
        parts: &[Part],
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Returns the parts that are still to be sent, oldest first, or some of them if there are many.
    fn parts(&self) -> impl Future<Output = Result<Vec<Part>, Self::Error>>;

    /// Moves a part from one state to another; false if it is in neither or gone.
    fn advance(
        &self,
        part: &PartId,
        from: &PartState,
        to: &PartState,
    ) -> impl Future<Output = Result<bool, Self::Error>>;

    /// Forgets a part: it has been received, or kept elsewhere.
    fn forget(&self, part: &PartId) -> impl Future<Output = Result<(), Self::Error>>;
}
