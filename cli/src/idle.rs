//! Things that several threads use, each by one at a time, and that are worth keeping for the next.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Those that nobody uses at the moment.
#[derive(Debug)]
pub(crate) struct Idle<T>(Mutex<Vec<T>>);

impl<T> Default for Idle<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Idle<T> {
    /// Lends one to `work`: one that is idle, or else a new one.
    pub(crate) fn lend<R>(&self, make: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let idle = self.idle().pop();
        let mut lent = idle.unwrap_or_else(make);
        let made = work(&mut lent);
        self.idle().push(lent);
        made
    }

    fn idle(&self) -> MutexGuard<'_, Vec<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
