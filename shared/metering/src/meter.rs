//! The order of steps in which each record is counted once.
//!
//! Records are claimed, then the flush is settled together with all that is to be sent, in one step; only what is settled
//! counts, and it is sent from there. Whoever is stopped before that has counted nothing: the records come again, their
//! claims are found to be of a flush that never settled, and once its lease is over it is given up and the claims are
//! taken. Settling and giving up exclude each other, so a flush that was only slow finds out and counts nothing.

use crate::example::examples;
use crate::ledger::{Claim, Fate, FlushId, Key, Ledger, Part, PartId, PartState};
use crate::{NotMetered, Services, Tally, activities, is_canary, principal, sensor_of};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_metrics::{Activity, Example, Monitored, Sensor};
use trailreflex_model::cloudtrail::Record;

/// How long a flush may take to settle before another one gives it up; longer than the function may run.
pub const LEASE: SignedDuration = SignedDuration::from_secs(120);
/// Most examples of one control in one batch.
const MOST_EXAMPLES: usize = 5;
/// Most series in one call to CloudWatch.
const SERIES_PER_PART: usize = 1000;
/// Most parts that a table settles in one step, with the flush itself.
const MOST_PARTS: usize = 99;

/// Counts records.
#[derive(Debug, Clone)]
pub struct Meter<L> {
    /// Where claims and parts are kept.
    pub ledger: L,
    /// The services that have metrics of their own.
    pub services: Services,
    /// Whose canary says that events arrive; none where records come from elsewhere, such as from log files, which says nothing
    /// of events.
    pub home: Option<Sensor>,
}

/// What came of a batch of records, each by its place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// Records that are counted now.
    pub counted: usize,
    /// Records that were counted before.
    pub duplicates: usize,
    /// Records that are not counted, by reason: no delivery would change that.
    pub not_metered: BTreeMap<NotMetered, usize>,
    /// Places of records without an event id: they cannot be told from their copies.
    pub unidentified: Vec<usize>,
    /// Places of records that are to come again.
    pub again: Vec<usize>,
    /// Why they are.
    pub problems: BTreeSet<String>,
    /// The newest of the records that are counted now and are monitored, at most five of each control.
    pub examples: BTreeMap<Monitored, BTreeSet<Example>>,
}

impl Counted {
    fn again(&mut self, places: impl IntoIterator<Item = usize>, problem: impl Into<String>) {
        self.again.extend(places);
        self.problems.insert(problem.into());
    }

    fn note(&mut self, record: &Record) {
        for (control, example) in examples(record) {
            let newest = self.examples.entry(control).or_default();
            newest.insert(example);
            if newest.len() > MOST_EXAMPLES {
                newest.pop_first();
            }
        }
    }
}

/// What a key's claim means to the flush that made it.
enum Standing {
    /// The flush counts it.
    Own,
    /// It was counted before.
    Counted,
    /// Another flush has it now.
    Elsewhere(&'static str),
    /// It may be the flush's own or not. If such a flush settled, the key would be taken for counted.
    Unknown(String),
}

impl<L: Ledger> Meter<L> {
    /// Counts `records` as `flush`: when this returns, what is counted is kept and will be sent by [`Meter::publish`].
    ///
    /// An id of a flush is used for one batch only; the same batch under the same id is safe.
    pub async fn count(&self, records: &[Record], flush: &FlushId, now: Timestamp) -> Counted {
        let mut end = Counted::default();
        let mut places: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            match record.event_id() {
                Some(id) => {
                    let key = Key::Event(record.recipient_account().cloned(), id.clone());
                    places.entry(key).or_default().push(place);
                }
                None => end.unidentified.push(place),
            }
        }
        let mut tally = Tally::default();
        let mut people: BTreeMap<Key, i64> = BTreeMap::new();
        let mut own: Vec<usize> = Vec::new();
        let mut unknown: Vec<String> = Vec::new();
        let keys: Vec<Key> = places.keys().cloned().collect();
        for (key, standing) in keys.iter().zip(self.standings(&keys, flush, now).await) {
            let copies = places.remove(key).unwrap_or_default();
            match standing {
                Standing::Elsewhere(problem) => end.again(copies, problem),
                Standing::Unknown(problem) => {
                    unknown.push(problem.clone());
                    end.again(copies, problem);
                }
                Standing::Counted => end.duplicates = end.duplicates.saturating_add(copies.len()),
                Standing::Own => {
                    let Some(record) = copies.first().and_then(|place| records.get(*place)) else { continue };
                    end.duplicates = end.duplicates.saturating_add(copies.len().saturating_sub(1));
                    own.extend(copies.first());
                    match Tally::minute(record.event_time(), now) {
                        Ok(minute) => {
                            self.add(record, minute, now, (&mut tally, &mut people));
                            end.note(record);
                        }
                        Err(reason) => {
                            let count = end.not_metered.entry(reason).or_default();
                            *count = count.saturating_add(1);
                        }
                    }
                }
            }
        }
        let keys: Vec<Key> = people.keys().cloned().collect();
        for (key, standing) in keys.iter().zip(self.standings(&keys, flush, now).await) {
            match (standing, people.get(key)) {
                (Standing::Own, Some(minute)) => tally.add(Activity::NewPrincipals, *minute),
                (Standing::Unknown(problem), _) => unknown.push(problem),
                // Another flush is about to tell of them. If it is given up, its records come again and tell it.
                (Standing::Own | Standing::Counted | Standing::Elsewhere(_), _) => {}
            }
        }
        if let Some(problem) = unknown.pop() {
            // Whatever this flush has claimed is free at once, or after its lease if this fails too.
            if let Err(error) = self.ledger.abandon(flush, now).await {
                end.problems.insert(error.to_string());
            }
            end.not_metered.clear();
            end.again(own, problem);
            return end;
        }
        self.settle(tally, own, flush, now, end).await
    }

    fn add(
        &self,
        record: &Record,
        minute: i64,
        now: Timestamp,
        (tally, people): (&mut Tally, &mut BTreeMap<Key, i64>),
    ) {
        for activity in activities(record, &self.services) {
            tally.add(activity, minute);
        }
        if let Some(time) = record.event_time() {
            tally.delayed(Activity::SecondsToMetric, time, now);
            if self.home.is_some() && is_canary(record) && sensor_of(record) == self.home {
                tally.delayed(Activity::SecondsToCanary, time, now);
            }
        }
        if let Some(who) = principal(record.identity()) {
            let first =
                people.entry(Key::Principal(record.recipient_account().cloned(), who)).or_insert(minute);
            *first = minute.min(*first);
        }
    }

    async fn settle(
        &self,
        tally: Tally,
        own: Vec<usize>,
        flush: &FlushId,
        now: Timestamp,
        mut end: Counted,
    ) -> Counted {
        if own.is_empty() {
            return end;
        }
        let series = tally.series(now);
        let part = |(number, series): (usize, &[_])| Part {
            id: PartId { flush: flush.clone(), number },
            state: PartState::Waiting,
            events: own.len(),
            series: series.to_vec(),
        };
        let parts: Vec<_> = series.chunks(SERIES_PER_PART).enumerate().map(part).collect();
        if parts.len() > MOST_PARTS {
            end.again(own, "a batch has more different metrics and minutes than can be kept at once");
            return end;
        }
        match self.ledger.settle(flush, &parts, now).await {
            Ok(true) => end.counted = own.len(),
            Ok(false) => end.again(own, "the batch took so long that another one has taken its records over"),
            // It may be settled all the same. If it can be given up it is not, and its records need not wait for its lease.
            Err(error) => match self.ledger.abandon(flush, now).await {
                Ok(false) => end.counted = own.len(),
                Ok(true) | Err(_) => end.again(own, error.to_string()),
            },
        }
        end
    }

    /// Claims keys and finds out what that means.
    async fn standings(&self, keys: &[Key], flush: &FlushId, now: Timestamp) -> Vec<Standing> {
        let mut fates: BTreeMap<FlushId, Result<Fate, String>> = BTreeMap::new();
        let mut standings = Vec::with_capacity(keys.len());
        for (key, claim) in keys.iter().zip(self.ledger.claim(keys, flush, now).await) {
            let standing = match claim {
                Ok(Claim::Taken) => Standing::Own,
                Ok(Claim::Held(by, _)) if by == *flush => Standing::Own,
                Ok(Claim::Held(by, since)) => {
                    let fate = match fates.get(&by) {
                        Some(fate) => fate.clone(),
                        None => {
                            let fate = self.fate(&by, since, now).await;
                            fates.insert(by.clone(), fate.clone());
                            fate
                        }
                    };
                    self.standing(key, fate, &by, flush, now).await
                }
                Err(error) => Standing::Unknown(error.to_string()),
            };
            standings.push(standing);
        }
        standings
    }

    async fn standing(
        &self,
        key: &Key,
        fate: Result<Fate, String>,
        by: &FlushId,
        flush: &FlushId,
        now: Timestamp,
    ) -> Standing {
        match fate {
            Ok(Fate::Settled) => Standing::Counted,
            Ok(Fate::Open) => Standing::Elsewhere("another batch is about to count the same record"),
            Ok(Fate::Abandoned) => match self.ledger.take_over(key, by, flush, now).await {
                Ok(true) => Standing::Own,
                Ok(false) => Standing::Elsewhere("another batch has just taken the same record over"),
                Err(error) => Standing::Unknown(error.to_string()),
            },
            Err(problem) => Standing::Unknown(problem),
        }
    }

    /// Returns what has become of the flush that holds a key `since`; gives it up if its lease is over.
    async fn fate(&self, by: &FlushId, since: Timestamp, now: Timestamp) -> Result<Fate, String> {
        let fate = self.ledger.fate(by).await.map_err(|error| error.to_string())?;
        if fate != Fate::Open || now.duration_since(since) < LEASE {
            return Ok(fate);
        }
        let is_abandoned = self.ledger.abandon(by, now).await.map_err(|error| error.to_string())?;
        Ok(if is_abandoned { Fate::Abandoned } else { Fate::Settled })
    }
}
