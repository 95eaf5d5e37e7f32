//! Both ports in memory, for tests and rehearsals.

use crate::{Group, GroupKey, Groups, Hit, NotSent, Notice, Outbox, Sink};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A call failed on purpose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the table does not answer")]
pub struct Broken;

/// Groups in memory.
#[derive(Debug, Default)]
pub struct GroupsInMemory {
    groups: Mutex<BTreeMap<GroupKey, Group>>,
    /// How many calls still succeed; all if absent.
    pub left: Mutex<Option<usize>>,
}

impl GroupsInMemory {
    fn call<T>(&self, act: impl FnOnce(&mut BTreeMap<GroupKey, Group>) -> T) -> Result<T, Broken> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = left.as_mut() {
            *left = left.checked_sub(1).ok_or(Broken)?;
        }
        Ok(act(&mut self.groups.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Groups for GroupsInMemory {
    type Error = Broken;

    async fn hit(&self, group: &Group) -> Result<Hit, Broken> {
        self.call(|groups| match groups.get_mut(&group.key) {
            None => {
                groups.insert(group.key.clone(), group.clone());
                Hit::First(group.told.clone())
            }
            Some(open) if open.first == group.first => Hit::First(open.told.clone()),
            Some(open) => {
                open.more = open.more.saturating_add(1);
                Hit::Counted
            }
        })
    }

    async fn told(&self, key: &GroupKey, sink: Sink) -> Result<(), Broken> {
        self.call(|groups| {
            if let Some(group) = groups.get_mut(key) {
                group.told.insert(sink);
            }
        })
    }

    async fn ended(&self, now: Timestamp) -> Result<Vec<Group>, Broken> {
        self.call(|groups| groups.values().filter(|group| group.until <= now).cloned().collect())
    }

    async fn close(&self, group: &Group) -> Result<(), Broken> {
        self.call(|groups| {
            if groups.get(&group.key).is_some_and(|open| open.more == group.more) {
                groups.remove(&group.key);
            }
        })
    }
}

/// Channels in memory.
#[derive(Debug, Default)]
pub struct OutboxInMemory {
    /// What each channel was told, in order.
    pub sent: Mutex<Vec<(Sink, Notice)>>,
    /// What was kept, and why.
    pub kept: Mutex<Vec<(Sink, String)>>,
    /// Channels that fail, and how.
    pub failing: Mutex<BTreeMap<Sink, NotSent>>,
}

impl Outbox for OutboxInMemory {
    async fn send(&self, sink: Sink, notice: &Notice) -> Result<(), NotSent> {
        if let Some(failure) = self.failing.lock().unwrap_or_else(PoisonError::into_inner).get(&sink) {
            return Err(failure.clone());
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push((sink, notice.clone()));
        Ok(())
    }

    async fn keep(&self, sink: Sink, reason: &str, _: &Notice) -> Result<(), String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push((sink, reason.to_owned()));
        Ok(())
    }
}
