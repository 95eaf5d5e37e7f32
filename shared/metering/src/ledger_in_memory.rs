//! A ledger and a sink in memory, which fail when they are told to: for tests, and for what runs without an account.

use crate::ledger::{Claim, Fate, FlushId, Key, Ledger, Part, PartId, PartState};
use crate::{NotPut, Sink};
use jiff::Timestamp;
use std::cell::RefCell;
use std::collections::BTreeMap;
use trailreflex_metrics::{Activity, Series};

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It is carried out and answered.
    Not,
    /// It is not carried out.
    Before,
    /// It is carried out, but not answered.
    After,
}

/// A call was made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the table did not answer")]
pub struct NoAnswer;

#[derive(Debug, Default)]
struct Kept {
    claims: BTreeMap<Key, (FlushId, Timestamp)>,
    fates: BTreeMap<FlushId, Fate>,
    parts: BTreeMap<PartId, Part>,
}

/// A ledger in memory.
#[derive(Debug, Default)]
pub struct LedgerInMemory {
    kept: RefCell<Kept>,
    /// How the next calls end, last first; those after them succeed.
    pub ends: RefCell<Vec<Stopped>>,
}

impl LedgerInMemory {
    fn call<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> Result<T, NoAnswer> {
        let end = self.ends.borrow_mut().pop().unwrap_or(Stopped::Not);
        if end == Stopped::Before {
            return Err(NoAnswer);
        }
        let result = act(&mut self.kept.borrow_mut());
        if end == Stopped::After { Err(NoAnswer) } else { Ok(result) }
    }
}

impl Ledger for LedgerInMemory {
    type Error = NoAnswer;

    async fn claim(&self, keys: &[Key], flush: &FlushId, now: Timestamp) -> Vec<Result<Claim, NoAnswer>> {
        let claim = |key: &Key| {
            self.call(|kept| {
                let (by, since) =
                    kept.claims.entry(key.clone()).or_insert_with(|| (flush.clone(), now)).clone();
                if by == *flush { Claim::Taken } else { Claim::Held(by, since) }
            })
        };
        keys.iter().map(claim).collect()
    }

    async fn take_over(
        &self,
        key: &Key,
        from: &FlushId,
        to: &FlushId,
        now: Timestamp,
    ) -> Result<bool, NoAnswer> {
        self.call(|kept| match kept.claims.get_mut(key) {
            Some(held) if held.0 == *from => {
                *held = (to.clone(), now);
                true
            }
            Some(_) | None => false,
        })
    }

    async fn fate(&self, flush: &FlushId) -> Result<Fate, NoAnswer> {
        self.call(|kept| kept.fates.get(flush).copied().unwrap_or(Fate::Open))
    }

    async fn abandon(&self, flush: &FlushId, _now: Timestamp) -> Result<bool, NoAnswer> {
        self.call(|kept| *kept.fates.entry(flush.clone()).or_insert(Fate::Abandoned) == Fate::Abandoned)
    }

    async fn settle(&self, flush: &FlushId, parts: &[Part], _now: Timestamp) -> Result<bool, NoAnswer> {
        self.call(|kept| match kept.fates.get(flush) {
            Some(fate) => *fate == Fate::Settled,
            None => {
                kept.fates.insert(flush.clone(), Fate::Settled);
                kept.parts.extend(parts.iter().map(|part| (part.id.clone(), part.clone())));
                true
            }
        })
    }

    async fn parts(&self) -> Result<Vec<Part>, NoAnswer> {
        self.call(|kept| kept.parts.values().cloned().collect())
    }

    async fn advance(&self, part: &PartId, from: &PartState, to: &PartState) -> Result<bool, NoAnswer> {
        self.call(|kept| match kept.parts.get_mut(part) {
            Some(part) if part.state == *from || part.state == *to => {
                part.state = to.clone();
                true
            }
            Some(_) | None => false,
        })
    }

    async fn forget(&self, part: &PartId) -> Result<(), NoAnswer> {
        self.call(|kept| drop(kept.parts.remove(part)))
    }
}

/// CloudWatch in memory: it adds up.
#[derive(Debug, Default)]
pub struct SinkInMemory {
    /// The sums by metric.
    pub sums: RefCell<BTreeMap<Activity, f64>>,
    /// How the next calls end, last first; those after them succeed.
    pub ends: RefCell<Vec<Stopped>>,
}

impl Sink for SinkInMemory {
    async fn put(&self, series: &[Series]) -> Result<(), NotPut> {
        let end = self.ends.borrow_mut().pop().unwrap_or(Stopped::Not);
        if end == Stopped::Before {
            return Err(NotPut::Definitely("throttled".to_owned()));
        }
        let mut sums = self.sums.borrow_mut();
        for Series { metric, values, .. } in series {
            let sum = sums.entry(metric.clone()).or_default();
            *sum += values.iter().map(|(value, count)| value * count).sum::<f64>();
        }
        if end == Stopped::After { Err(NotPut::Perhaps("timed out".to_owned())) } else { Ok(()) }
    }
}
