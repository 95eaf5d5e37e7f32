//! A journal in memory: the fake of the journal's port.

use crate::{
    ActionClass, Counted, Created, Entry, EntryState, Journal, JournalError, PlanId, Replaced, Tally,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// A journal in memory, with the same conditional writes as the real one.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    entries: Mutex<BTreeMap<PlanId, Entry>>,
    /// Calls that go well before failures begin, and how many fail then.
    failures: Mutex<(usize, usize)>,
    tallies: Mutex<BTreeMap<Tally, BTreeSet<PlanId>>>,
    /// How many replacements another writer outruns.
    outrun: Mutex<usize>,
}

impl MemoryJournal {
    /// Makes the next `count` calls fail for now.
    pub fn fail_next(&self, count: usize) {
        *self.failures.lock().unwrap_or_else(PoisonError::into_inner) = (0, count);
    }

    /// Lets another writer note that a plan was reported right before each of the next `count` replacements of its entry.
    pub fn outrun_next(&self, count: usize) {
        *self.outrun.lock().unwrap_or_else(PoisonError::into_inner) = count;
    }

    /// Makes one call fail for now, after `calls` that go well.
    pub fn fail_after(&self, calls: usize) {
        *self.failures.lock().unwrap_or_else(PoisonError::into_inner) = (calls, 1);
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
        match &mut *failures {
            (_, 0) => return Ok(()),
            (0, count) => *count -= 1,
            (calls, _) => {
                *calls -= 1;
                return Ok(());
            }
        }
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
        let mut outrun = self.outrun.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = outrun.checked_sub(1) {
            *outrun = left;
            self.locked(|entries| {
                if let Some(stored) = entries.get_mut(&entry.plan.id) {
                    *stored = Entry { reported: true, ..stored.next(stored.state, stored.lease_until) };
                }
            });
        }
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

    async fn due(&self, class: ActionClass, now: Timestamp) -> Result<Vec<PlanId>, JournalError> {
        self.answer("dynamodb:Query")?;
        let mut due: Vec<_> = self.entries().into_iter().filter(|entry| entry.plan.class == class).collect();
        due.retain(|entry| entry.due_at().is_some_and(|at| at <= now));
        due.sort_by_key(Entry::due_at);
        Ok(due.into_iter().map(|entry| entry.plan.id).collect())
    }

    async fn count(&self, tally: &Tally, plan: &PlanId, limit: usize) -> Result<Counted, JournalError> {
        self.answer("dynamodb:UpdateItem")?;
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = tallies.entry(tally.clone()).or_default();
        if counted.contains(plan) || counted.len() < limit {
            counted.insert(plan.clone());
            return Ok(Counted::Within);
        }
        Ok(Counted::Full)
    }

    async fn counted(&self, tally: &Tally) -> Result<usize, JournalError> {
        self.answer("dynamodb:GetItem")?;
        let tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(tallies.get(tally).map_or(0, BTreeSet::len))
    }

    async fn undone(&self, subject: &str) -> Result<Vec<Entry>, JournalError> {
        self.answer("dynamodb:Query")?;
        let mut entries = self.entries();
        entries.retain(|entry| {
            entry.state == EntryState::Undone && entry.plan.whole_subject().as_deref() == Some(subject)
        });
        Ok(entries)
    }
}
