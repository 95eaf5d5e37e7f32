//! Taking matches to alerts through a store.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde::Serialize;
use serde_json::{Map, Value};

use super::contribute::{Contribution, Moment};
use super::judge::{Fulfilled, fulfilled};
use super::memory::MemoryStore;
use super::window::{Addition, Claim, Item, WindowKey, WindowStore};
use super::{Correlation, Reference};
use crate::rule::Rule;

/// Most events that an alert lists; the count is exact.
const MAX_EVENTS: usize = 100;

/// A correlation is fulfilled.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert<'r> {
    /// The correlation's header.
    pub rule: &'r Rule,
    /// The same for the same correlation, group and time, however often it is raised.
    pub id: String,
    /// The values that its events have in common, with the names of their fields.
    pub group: Vec<(String, String)>,
    /// When its last event happened, in milliseconds since 1970.
    pub time_ms: i64,
    /// How many events it is made of.
    pub event_count: usize,
    /// Those events, as account and `eventID`, the last hundred at most.
    pub events: Vec<String>,
}

/// Which correlations are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Only those that later events cannot undo.
    Live,
    All,
}

/// A window that items are added to.
struct Touched<'r> {
    key: WindowKey,
    /// Number of the correlation.
    number: usize,
    correlation: &'r Correlation,
    /// Never empty.
    added: Vec<Contribution>,
}

/// What a window amounts to after items were added.
struct Judged {
    /// In the order of their times.
    items: Vec<Item>,
    /// The windows that an added item is in.
    ends: Vec<End>,
}

struct End {
    window: Fulfilled,
    /// Not too close to another alert.
    is_alert: bool,
}

/// Adds `contributions` to the store, and returns the alerts that this completes.
pub(crate) async fn correlate<'r, S: WindowStore>(
    correlations: &'r [Correlation],
    store: &S,
    contributions: Vec<Contribution>,
    scope: Scope,
) -> Result<Vec<Alert<'r>>, S::Error> {
    let mut alerts = Vec::new();
    let mut round = contributions;
    // Correlations refer only to earlier ones, so the rounds end.
    while !round.is_empty() {
        let windows = touched(correlations, round, scope);
        // All is written before anything is judged: few calls, and no window waits for another's reading.
        let additions: Vec<Addition<'_>> = windows.iter().flat_map(Touched::additions).collect();
        store.put(&additions).await?;
        let mut next = Vec::new();
        for window in &windows {
            let judged = complete(store, window).await?;
            let group = window.added.first().map(|one| one.group.as_slice()).unwrap_or_default();
            for end in &judged.ends {
                let Some(items) = judged.items.get(end.window.first..=end.window.last) else { continue };
                let ended = Ended { key: &window.key, group, items };
                next.extend(ended.parents(correlations, window.number, end.is_alert));
                if end.is_alert && !is_silenced(correlations, window.number) {
                    alerts.push(ended.alert(window.correlation));
                }
            }
        }
        round = next;
    }
    Ok(alerts)
}

/// Does the same over nothing but `contributions`, in the order of their times.
pub(crate) fn correlate_history(
    correlations: &[Correlation],
    contributions: Vec<Contribution>,
) -> Vec<Alert<'_>> {
    let store = MemoryStore::default();
    let mut correlating = pin!(correlate(correlations, &store, contributions, Scope::All));
    loop {
        // The memory store is always ready, so the first look is the last.
        if let Poll::Ready(done) = correlating.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            let Ok(mut alerts) = done;
            alerts.sort_by(|one, other| (one.time_ms, &one.id).cmp(&(other.time_ms, &other.id)));
            return alerts;
        }
    }
}

/// Sorts contributions by window; those of correlations that are not judged are left out.
fn touched(correlations: &[Correlation], contributions: Vec<Contribution>, scope: Scope) -> Vec<Touched<'_>> {
    let mut windows: BTreeMap<WindowKey, Touched<'_>> = BTreeMap::new();
    for contribution in contributions {
        let number = contribution.correlation;
        let Some(correlation) = correlations
            .get(number)
            .filter(|correlation| scope == Scope::All || correlation.is_decidable_live())
        else {
            continue;
        };
        let key = contribution.window.clone();
        let untouched = || Touched { key: key.clone(), number, correlation, added: Vec::new() };
        windows.entry(key.clone()).or_insert_with(untouched).added.push(contribution);
    }
    windows.into_values().collect()
}

impl Touched<'_> {
    fn items(&self) -> BTreeSet<&Item> {
        self.added.iter().map(|contribution| &contribution.item).collect()
    }

    fn additions(&self) -> impl Iterator<Item = Addition<'_>> {
        let timespan_ms = self.correlation.timespan_ms;
        self.items().into_iter().map(move |item| Addition { window: &self.key, item, timespan_ms })
    }
}

/// Judges one window and claims the alerts of those of its ends that the added items contribute to.
async fn complete<S: WindowStore>(store: &S, window: &Touched<'_>) -> Result<Judged, S::Error> {
    let (correlation, key) = (window.correlation, &window.key);
    let timespan = correlation.timespan_ms;
    let new = window.items();
    let (Some(earliest), Some(latest)) = (new.first(), new.last()) else {
        return Ok(Judged { items: Vec::new(), ends: Vec::new() });
    };
    let (from, to) = (earliest.time_ms.saturating_sub(timespan), latest.time_ms.saturating_add(timespan));
    let mut items = store.range(key, from, to).await?;
    items.sort_unstable();
    items.dedup_by(|one, other| {
        one.time_ms == other.time_ms && one.event == other.event && one.rule == other.rule
    });

    let mut ends = Vec::new();
    let mut raised: Option<i64> = None;
    for window in fulfilled(correlation, &items) {
        let Some(time_ms) = items.get(window.last).map(|item| item.time_ms) else { continue };
        // Other ends were judged when their own last item arrived.
        let began = time_ms.saturating_sub(timespan);
        let Some(holder) = new.iter().rfind(|item| (began..=time_ms).contains(&item.time_ms)) else {
            continue;
        };
        let is_near = |alert: i64| time_ms.abs_diff(alert) < timespan.unsigned_abs();
        let is_alert = !raised.is_some_and(is_near)
            && match store.claim(key, time_ms, timespan, &holder.event).await? {
                Claim::Granted => {
                    raised = Some(time_ms);
                    true
                }
                Claim::Taken { time_ms } => {
                    raised = Some(time_ms);
                    false
                }
            };
        ends.push(End { window, is_alert });
    }
    Ok(Judged { items, ends })
}

/// Tells whether a correlation only serves others.
pub(crate) fn is_silenced(correlations: &[Correlation], number: usize) -> bool {
    correlations
        .iter()
        .any(|parent| !parent.generate && parent.references.contains(&Reference::Correlation(number)))
}

fn id(key: &WindowKey, time_ms: i64) -> String {
    format!("{}/{}/{time_ms}", key.correlation, key.group)
}

/// A window that fulfils its correlation.
struct Ended<'w> {
    key: &'w WindowKey,
    group: &'w [(String, String)],
    items: &'w [Item],
}

impl Ended<'_> {
    /// Returns what the window adds to the correlations about its own, whose number is `number`.
    ///
    /// Those that count, count alerts. Those that ask whether and in which order something happened are told of
    /// every window: which of them became the alert depends on what arrived first, and must not matter.
    fn parents(&self, correlations: &[Correlation], number: usize, is_alert: bool) -> Vec<Contribution> {
        let reference = Reference::Correlation(number);
        let (Some(last), Some(own)) = (self.items.last(), correlations.get(number)) else {
            return Vec::new();
        };
        let about = (0..).zip(correlations).filter(|(_, parent)| {
            parent.references.contains(&reference) && (is_alert || parent.is_temporal())
        });
        let moment = Moment { time_ms: last.time_ms, event: id(self.key, last.time_ms) };
        let record = self.as_record(own, last);
        // A parent that groups by what the window does not know has no window for it.
        about
            .filter_map(|(number, parent)| parent.contributions(number, reference, &moment, &record).ok())
            .flatten()
            .collect()
    }

    /// Returns the window as a record, with the full names of its fields as keys.
    fn as_record(&self, correlation: &Correlation, last: &Item) -> Value {
        let mut record = Map::new();
        for (field, values) in correlation.carried.iter().zip(&last.carried) {
            record.insert(field.name().to_owned(), values.iter().cloned().map(Value::String).collect());
        }
        for (field, value) in self.group {
            record.insert(field.clone(), Value::String(value.clone()));
        }
        Value::Object(record)
    }

    fn alert<'r>(&self, correlation: &'r Correlation) -> Alert<'r> {
        let time_ms = self.items.last().map_or(0, |item| item.time_ms);
        let mut seen = BTreeSet::new();
        let newest = self.items.iter().rev().filter(|item| seen.insert(&item.event));
        let mut events: Vec<String> = newest.map(|item| item.event.clone()).collect();
        let event_count = events.len();
        events.truncate(MAX_EVENTS);
        events.reverse();
        let group = self.group.to_vec();
        Alert { rule: &correlation.rule, id: id(self.key, time_ms), group, time_ms, event_count, events }
    }
}
