//! Who does what, against what they used to do: reads the trail's log files every hour, keeps a few numbers of each day, and
//! writes a page of each day and of each week.
//!
//! Holds no power over the account.

mod config;
mod folder;
mod hour;
mod progress;
mod reading;
mod reports;

pub use config::Config;
pub use folder::Trail;
pub use hour::{Day, Hour};
pub use progress::{OfDay, Progress, REFERENCE_DAYS, Unusable, decode, encode};

use folder::{Folder, folders};
use jiff::{SignedDuration, Timestamp};
use reading::HourRead;
use serde_json::{Value, json};
use trailreflex_aws::{Bus, CallFailed, Held, Metrics, Objects, Published, ReviewStore};
use trailreflex_lambda::{Failure, is_scheduled, now};
use trailreflex_metrics::{Datum, Function, Metric};
use trailreflex_model::cloudtrail::Envelope;
use trailreflex_model::{AccountId, Region, cause_chain};

/// Where it is kept how far was read.
const PROGRESS: &str = "state/progress.json.gz";
/// Least time, in seconds, that must be left to read on or to finish a day.
const RESERVE: SignedDuration = SignedDuration::from_secs(90);
/// After that time what was read is kept, so that a run that is cut off loses little.
const BETWEEN_SAVES: SignedDuration = SignedDuration::from_secs(60);

/// The function `review-activity`.
#[derive(Debug)]
pub struct ReviewActivity {
    /// The log files.
    pub objects: Objects,
    /// Where they are.
    pub trail: Trail,
    /// Where reviews are kept.
    pub store: ReviewStore,
    /// The name of that bucket.
    pub bucket: String,
    /// Where it is told that there is a review.
    pub bus: Bus,
    /// Where numbers go.
    pub metrics: Metrics,
    /// Where the numbers of all functions are read.
    pub published: Published,
    /// The stack's account.
    pub account: AccountId,
    /// The stack's Region.
    pub region: Region,
    /// Of how many days before the first run log files are read.
    pub backfill_days: u8,
}

/// Why a run stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    /// All that is there has been read.
    UpToDate,
    /// There was no time left; the next run goes on.
    NoTimeLeft,
    /// Another run has gone on in between.
    Elsewhere,
}

impl ReviewActivity {
    /// Reads on from where the last run has stopped, and finishes the days that are over, until `deadline`.
    ///
    /// The time of the event is the time that is decided by, so that a repetition does the same. Safe to repeat and to run
    /// twice at once: what was read is kept only if nobody else has kept anything in between.
    ///
    /// # Errors
    /// [`Failure::Permanent`] if the payload is not of a schedule or what was kept is unusable, [`Failure::Retryable`] if AWS
    /// did not answer.
    pub async fn handle(&self, payload: Value, deadline: Timestamp) -> Result<Value, Failure> {
        let time = scheduled_time(payload)?;
        let held = self.store.read(PROGRESS).await.map_err(|error| Failure::retryable("NoState", error))?;
        let (mut progress, mut tag) = match held {
            Some(Held { content, tag }) => {
                let progress = Progress::decode(PROGRESS, &content);
                (progress.map_err(|error| Failure::permanent("UnusableState", error))?, Some(tag))
            }
            None => (Progress::begin(time, self.backfill_days), None),
        };
        let mut pages = Vec::new();
        let stopped = self.go_on(&mut progress, &mut tag, time, deadline, &mut pages).await?;
        let unread = progress.seconds_unread(time);
        let data = [
            Datum::one(Metric::Events(Function::ReviewActivity), now()),
            Datum::seconds(Metric::SecondsUnread, unread, now()),
        ];
        if let Err(error) = self.metrics.publish(&data).await {
            tracing::warn!(reason = cause_chain(&error), "metrics were not published");
        }
        let status = match stopped {
            Stopped::UpToDate => "upToDate",
            Stopped::NoTimeLeft => "noTimeLeft",
            Stopped::Elsewhere => "elsewhere",
        };
        let hour = progress.hour.start().to_string();
        Ok(json!({"status": status, "readTo": hour, "day": progress.day.date(), "pages": pages}))
    }

    /// Reads and finishes as long as there is something to read, and time.
    async fn go_on(
        &self,
        progress: &mut Progress,
        tag: &mut Option<String>,
        time: Timestamp,
        deadline: Timestamp,
        pages: &mut Vec<String>,
    ) -> Result<Stopped, Failure> {
        let has_time = || deadline.duration_since(now()) > RESERVE;
        let listed = folders(&self.trail, &self.objects).await;
        let listed = listed.map_err(|error| Failure::retryable("TrailNotListed", error))?;
        let mut folders: Vec<_> = listed.iter().filter_map(|prefix| Folder::of(prefix, progress)).collect();
        let mut saved = now();
        loop {
            while progress.may_finish() {
                if !has_time() {
                    return self.end(progress, tag, Stopped::NoTimeLeft).await;
                }
                pages.extend(Box::pin(self.finish_day(progress, time)).await?);
                if !self.keep(progress, tag).await? {
                    return Ok(Stopped::Elsewhere);
                }
                saved = now();
            }
            if !progress.may_read(time) {
                return self.end(progress, tag, Stopped::UpToDate).await;
            }
            if !has_time() {
                return self.end(progress, tag, Stopped::NoTimeLeft).await;
            }
            match Box::pin(self.read_hour(progress, &mut folders, has_time)).await? {
                HourRead::Whole => progress.next_hour(),
                HourRead::Part => return self.end(progress, tag, Stopped::NoTimeLeft).await,
            }
            if now().duration_since(saved) > BETWEEN_SAVES {
                if !self.keep(progress, tag).await? {
                    return Ok(Stopped::Elsewhere);
                }
                saved = now();
            }
        }
    }

    async fn end(
        &self,
        progress: &Progress,
        tag: &mut Option<String>,
        stopped: Stopped,
    ) -> Result<Stopped, Failure> {
        Ok(if self.keep(progress, tag).await? { stopped } else { Stopped::Elsewhere })
    }

    /// Keeps how far was read; tells whether that counts, because nobody else has kept anything since it was read.
    async fn keep(&self, progress: &Progress, tag: &mut Option<String>) -> Result<bool, Failure> {
        let kept = encode(progress).map_err(|error| Failure::permanent("NotJson", error))?;
        let failed = |error: CallFailed| Failure::retryable("NotKept", error);
        match self.store.replace(PROGRESS, tag.as_deref(), kept).await.map_err(failed)? {
            Some(new) => {
                *tag = Some(new);
                Ok(true)
            }
            None => {
                tracing::warn!("another run has gone on in between; what this one has read does not count");
                Ok(false)
            }
        }
    }
}

/// The time of what a schedule sends.
fn scheduled_time(payload: Value) -> Result<Timestamp, Failure> {
    if !is_scheduled(&payload) {
        return Err(Failure::permanent(
            "NotASchedule",
            "only the event of a schedule lets this function read on",
        ));
    }
    let envelope = Envelope::parse(payload).map_err(|error| Failure::permanent("NotAnEvent", error))?;
    Ok(envelope.time)
}
