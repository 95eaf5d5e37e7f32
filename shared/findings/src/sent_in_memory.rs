//! Fakes of the log and the outlet: for tests, here and in other crates.

use crate::{Entry, Outlet, SentLog};
use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};
use trailreflex_model::{Finding, FindingId};

/// A call that failed because a test said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the call failed")]
pub struct Fault;

/// A log and an outlet in memory, that can be stopped.
#[derive(Debug, Default)]
pub struct MemoryOutlet {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: BTreeMap<FindingId, Entry>,
    sent: Vec<FindingId>,
    calls: usize,
    stop_after: Option<usize>,
    log_is_down: bool,
}

impl MemoryOutlet {
    /// Lets every call behind the next `calls` fail, as after a crash; none lets all succeed again.
    pub fn stop_after(&self, calls: Option<usize>) {
        let mut state = self.lock();
        state.calls = 0;
        state.stop_after = calls;
    }

    /// Lets all calls to the log fail.
    pub fn take_log_down(&self) {
        self.lock().log_is_down = true;
    }

    /// Returns what was sent, in order.
    #[must_use]
    pub fn sent(&self) -> Vec<FindingId> {
        self.lock().sent.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code that holds the lock can panic half-way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn call(&mut self, is_log: bool) -> Result<(), Fault> {
        self.calls = self.calls.saturating_add(1);
        let is_stopped = self.stop_after.is_some_and(|last| self.calls > last);
        if is_stopped || (is_log && self.log_is_down) { Err(Fault) } else { Ok(()) }
    }
}

impl SentLog for MemoryOutlet {
    type Error = Fault;

    fn create(&self, entry: &Entry) -> impl Future<Output = Result<Option<Entry>, Fault>> {
        let mut state = self.lock();
        ready(state.call(true).map(|()| {
            let seen = state.entries.get(&entry.finding).cloned();
            state.entries.entry(entry.finding.clone()).or_insert_with(|| entry.clone());
            seen
        }))
    }

    fn replace(&self, seen: &Entry, entry: &Entry) -> impl Future<Output = Result<bool, Fault>> {
        let mut state = self.lock();
        ready(state.call(true).map(|()| {
            let is_there = state.entries.get(&entry.finding) == Some(seen);
            if is_there {
                state.entries.insert(entry.finding.clone(), entry.clone());
            }
            is_there
        }))
    }

    fn write(&self, entry: &Entry) -> impl Future<Output = Result<(), Fault>> {
        let mut state = self.lock();
        ready(state.call(true).map(|()| {
            state.entries.insert(entry.finding.clone(), entry.clone());
        }))
    }
}

impl Outlet for MemoryOutlet {
    type Error = Fault;

    fn send(&self, findings: &[&Finding]) -> impl Future<Output = Result<(), Fault>> {
        let mut state = self.lock();
        ready(
            state.call(false).map(|()| state.sent.extend(findings.iter().map(|finding| finding.id.clone()))),
        )
    }
}
