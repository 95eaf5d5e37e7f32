//! A journal in memory: the fake of the journal's port.

use crate::{Created, Entry, Journal, JournalError, PlanId, Replaced};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A journal in memory, with the same conditional writes as the real one.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    entries: Mutex<BTreeMap<PlanId, Entry>>,
    failures: Mutex<usize>,
}

impl MemoryJournal {
    /// Makes the next `count` calls fail for now.
    pub fn fail_next(&self, count: usize) {
        *self.failures.lock().unwrap_or_else(PoisonError::into_inner) = count;
    }

    /// Returns all entries.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.locked(|entries| entries.values().cloned().collect())
    }

    fn locked<T>(&self, work: impl FnOnce(&mut BTreeMap<PlanId, Entry>) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn answer(&self, call: &'static str) -> Result<(), JournalError> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if *failures == 0 {
            return Ok(());
        }
        *failures -= 1;
        Err(JournalError::Transient { call, cause: "throttled by the simulation".into() })
    }
}

impl Journal for MemoryJournal {
    async fn create(&self, entry: &Entry) -> Result<Created, JournalError> {
        self.answer("dynamodb:PutItem")?;
        Ok(self.locked(|entries| match entries.get(&entry.plan.id) {
            Some(existing) => Created::Exists(Box::new(existing.clone())),
            None => {
                entries.insert(entry.plan.id.clone(), entry.clone());
                Created::New
            }
        }))
    }

    async fn replace(&self, entry: &Entry) -> Result<Replaced, JournalError> {
        self.answer("dynamodb:PutItem")?;
        Ok(self.locked(|entries| match entries.get_mut(&entry.plan.id) {
            Some(stored) if stored.version.saturating_add(1) == entry.version => {
                *stored = entry.clone();
                Replaced::Yes
            }
            Some(_) | None => Replaced::Outdated,
        }))
    }

    async fn read(&self, id: &PlanId) -> Result<Option<Entry>, JournalError> {
        self.answer("dynamodb:GetItem")?;
        Ok(self.locked(|entries| entries.get(id).cloned()))
    }

    async fn standing(&self, subject: &str) -> Result<Vec<Entry>, JournalError> {
        self.answer("dynamodb:Query")?;
        let mut entries = self.entries();
        entries.retain(|entry| entry.stands() && entry.plan.subjects().contains(subject));
        entries.sort_by(|one, other| {
            (one.plan.decided_at, &one.plan.id).cmp(&(other.plan.decided_at, &other.plan.id))
        });
        Ok(entries)
    }
}
