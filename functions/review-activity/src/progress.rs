//! How far log files have been read, and the days that are not finished. All of it is decided here, without clock or calls.
//!
//! Files are read hour by hour of their delivery, in all folders alike, so that few days are in memory however much there is
//! to catch up on.

use crate::{Day, Hour};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::BufReader;
use trailreflex_activity::{Activity, Call, Every, Period, Read};
use trailreflex_model::cloudtrail::Record;

/// The form of what is kept; another one is not read.
const VERSION: u32 = 1;
/// How long after its end an hour is read: a file is there at most minutes after the time in its name.
const SETTLING: SignedDuration = SignedDuration::from_mins(15);
/// How many hours after its end a day is finished. CloudTrail delivers within about five minutes on average, and promises
/// nothing; what comes later is counted as late.
const GRACE_HOURS: i64 = 3;
/// Most records of which copies are known, 8 bytes each and the table around them: about 130 MB at worst.
const MAX_EVENTS: usize = 4_000_000;
/// Days before a period that it is compared with, as far as they are kept: twice four weeks, as who is silent for a month is
/// known only by what was before.
pub const REFERENCE_DAYS: i64 = 56;

/// How far it got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    version: u32,
    /// The first day that counts.
    begin: Day,
    /// The first day of which there is to be a review.
    first_review: Day,
    /// The first day that is not finished.
    pub day: Day,
    /// The hour of delivery that is read now.
    pub hour: Hour,
    /// The last key that was read, by folder.
    pub read_to: BTreeMap<String, String>,
    /// The days that are not finished and have records.
    pub days: BTreeMap<Day, OfDay>,
}

/// What is known of a day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfDay {
    /// Its calls.
    pub activity: Activity,
    /// What was read for it.
    pub read: Read,
}

/// Why something that was kept cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// It is damaged.
    #[error("`{key}` in the report bucket is damaged; remove it, and its days are read again")]
    Damaged {
        /// Where it is.
        key: String,
        /// What is wrong.
        #[source]
        cause: serde_json::Error,
    },
    /// Another version has written it.
    #[error(
        "`{key}` in the report bucket has form {found}, and this is form {VERSION}; remove it to begin anew"
    )]
    OtherVersion {
        /// Where it is.
        key: String,
        /// Its form.
        found: u32,
    },
}

impl Progress {
    /// Begins: at `now`, with the days before of which there may be files.
    #[must_use]
    pub fn begin(now: Timestamp, backfill_days: u8) -> Self {
        let today = Hour::of(now).day();
        let begin = today.plus(-i64::from(backfill_days));
        Self {
            version: VERSION,
            begin,
            first_review: today.plus(-1).max(begin),
            day: begin,
            hour: begin.first_hour(),
            read_to: BTreeMap::new(),
            days: BTreeMap::new(),
        }
    }

    /// Whether all files of the hour are there at `now`.
    #[must_use]
    pub fn may_read(&self, now: Timestamp) -> bool {
        self.hour.next().start().saturating_add(SETTLING).is_ok_and(|settled| settled <= now)
    }

    /// Seconds of deliveries that have not been read.
    #[must_use]
    pub fn seconds_unread(&self, now: Timestamp) -> i64 {
        now.duration_since(self.hour.start()).as_secs().max(0)
    }

    /// Whether the first day that is not finished can be: nothing more of it is waited for.
    #[must_use]
    pub fn may_finish(&self) -> bool {
        self.hour.0 >= self.day.plus(1).first_hour().0.saturating_add(GRACE_HOURS)
    }

    /// The reviews that are due with the day that is finished next.
    #[must_use]
    pub fn due(&self) -> Vec<(Every, Period)> {
        if self.day < self.first_review {
            return Vec::new();
        }
        let to = self.day.date();
        let mut due = vec![(Every::Day, Period { from: to, to })];
        if to.weekday() == jiff::civil::Weekday::Sunday {
            due.push((Every::Week, Period { from: self.day.plus(-6).date(), to }));
        }
        due
    }

    /// Takes a record of a file of the hour that is read now.
    pub fn take(&mut self, record: &Record) {
        let call = Call::of(record);
        let read = self.read();
        read.records = read.records.saturating_add(1);
        let Some(call) = call else { return };
        let (first, last) = (self.day, self.hour.day().plus(1));
        let day = Hour::of(call.time).day();
        if day < self.begin {
            return; // of before, whether late or not
        }
        if day < first {
            let read = self.read();
            read.late = read.late.saturating_add(1);
        } else if day > last {
            let read = self.read();
            read.malformed = read.malformed.saturating_add(1);
        } else {
            self.days.entry(day).or_default().activity.add(&call);
        }
    }

    /// What is counted of the files of the hour that is read now.
    pub fn read(&mut self) -> &mut Read {
        &mut self.days.entry(self.hour.day().max(self.day)).or_default().read
    }

    /// Forgets by what copies are known, if there is too much of it.
    pub fn bound(&mut self) {
        self.bound_to(MAX_EVENTS);
    }

    fn bound_to(&mut self, most: usize) {
        let all: usize = self.days.values().map(|of| of.activity.events()).sum();
        if all <= most {
            return;
        }
        for of_day in self.days.values_mut() {
            let events = u64::try_from(of_day.activity.events()).unwrap_or(u64::MAX);
            of_day.read.unchecked = of_day.read.unchecked.saturating_add(events);
            of_day.activity.forget_events();
        }
    }

    /// Goes on to the next hour.
    pub fn next_hour(&mut self) {
        self.hour = self.hour.next();
    }

    /// Takes out the day that is finished.
    pub fn finish(&mut self) -> OfDay {
        let mut of_day = self.days.remove(&self.day).unwrap_or_default();
        of_day.activity.forget_events();
        self.day = self.day.plus(1);
        of_day
    }

    /// Reads what was kept.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn decode(key: &str, kept: &[u8]) -> Result<Self, Unusable> {
        /// The one field that all forms have.
        #[derive(Deserialize)]
        struct Form {
            version: u32,
        }
        match decode::<Form>(key, kept)?.version {
            VERSION => decode(key, kept),
            found => Err(Unusable::OtherVersion { key: key.to_owned(), found }),
        }
    }
}

/// Puts something in the form in which it is kept: JSON, compressed.
///
/// # Errors
/// None that is known: it is written to memory.
pub fn encode(kept: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    serde_json::to_writer(&mut gzip, kept)?;
    gzip.finish().map_err(serde_json::Error::io)
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// [`Unusable::Damaged`].
pub fn decode<T: DeserializeOwned>(key: &str, kept: &[u8]) -> Result<T, Unusable> {
    serde_json::from_reader(BufReader::new(GzDecoder::new(kept)))
        .map_err(|cause| Unusable::Damaged { key: key.to_owned(), cause })
}
