//! Windows in memory, for history and tests.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::future::{Future, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::window::{Addition, Claim, Item, WindowKey, WindowStore};

/// A [`WindowStore`] that forgets everything with the process and nothing before.
#[derive(Debug, Default)]
pub struct MemoryStore {
    windows: Mutex<BTreeMap<WindowKey, Window>>,
}

#[derive(Debug, Default)]
struct Window {
    items: BTreeSet<Item>,
    /// Who raised an alert, by the time of its last event.
    alerts: BTreeMap<i64, String>,
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<WindowKey, Window>> {
        // No code that holds the lock can panic half-way through a change.
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WindowStore for MemoryStore {
    type Error = Infallible;

    fn put(&self, additions: &[Addition<'_>]) -> impl Future<Output = Result<(), Infallible>> + Send {
        let mut windows = self.lock();
        for addition in additions {
            windows.entry(addition.window.clone()).or_default().items.insert(addition.item.clone());
        }
        ready(Ok(()))
    }

    fn range(
        &self,
        window: &WindowKey,
        from_ms: i64,
        to_ms: i64,
    ) -> impl Future<Output = Result<Vec<Item>, Infallible>> + Send {
        let windows = self.lock();
        let items =
            windows.get(window).into_iter().flat_map(|window| window.items.range(first_at(from_ms)..));
        ready(Ok(items.take_while(|item| item.time_ms <= to_ms).cloned().collect()))
    }

    fn claim(
        &self,
        window: &WindowKey,
        time_ms: i64,
        period_ms: i64,
        holder: &str,
    ) -> impl Future<Output = Result<Claim, Infallible>> + Send {
        let mut windows = self.lock();
        let alerts = &mut windows.entry(window.clone()).or_default().alerts;
        let first = time_ms.saturating_sub(period_ms).saturating_add(1);
        let mut near = alerts.range(first..time_ms.saturating_add(period_ms.max(1)));
        let claim = match near.next() {
            Some((at, other)) if *at != time_ms || other != holder => Claim::Taken { time_ms: *at },
            Some(_) => Claim::Granted,
            None => {
                alerts.insert(time_ms, holder.to_owned());
                Claim::Granted
            }
        };
        ready(Ok(claim))
    }
}

/// Returns what no item at `time_ms` is before.
fn first_at(time_ms: i64) -> Item {
    Item { time_ms, event: String::new(), rule: 0, values: Vec::new(), carried: Vec::new() }
}
