//! What comes of a day that is finished: its numbers for later days, reviews, and word of them.

use crate::progress::{OfDay, REFERENCE_DAYS, decode, encode};
use crate::{Day, Progress, ReviewActivity};
use jiff::Timestamp;
use std::collections::BTreeMap;
use trailreflex_activity::{
    Activity, DETAIL_TYPE_REVIEW, Every, Period, Read, Review, SOURCE_REVIEW_ACTIVITY, Summary,
};
use trailreflex_aws::BusEvent;
use trailreflex_lambda::Failure;
use trailreflex_metrics::{Answers, Datum, Metric};
use trailreflex_model::Region;
use trailreflex_pages::{Beside, PAGE, gaps, review_files};

impl ReviewActivity {
    /// Finishes the first day that is not: keeps it, and writes the reviews that are due with it.
    ///
    /// Safe to repeat until `progress` is kept: all of it is written the same again, and a summary has the same id for
    /// whoever tells people.
    pub(crate) async fn finish_day(
        &self,
        progress: &mut Progress,
        now: Timestamp,
    ) -> Result<Vec<String>, Failure> {
        let (day, due) = (progress.day, progress.due());
        let of_day = progress.finish();
        let kept = encode(&of_day).map_err(|error| Failure::permanent("NotJson", error))?;
        let key = day_key(day);
        self.store.write(&key, "application/gzip", kept).await.map_err(not_kept)?;
        let mut pages = Vec::new();
        for (every, period) in due {
            let (review, read) = self.review(period, (day, &of_day)).await?;
            pages.push(self.publish(every, &review, read, now).await?);
        }
        Ok(pages)
    }

    /// Reviews a period that ends with the day that is given.
    async fn review(&self, period: Period, (last, of_day): (Day, &OfDay)) -> Result<(Review, Read), Failure> {
        let from = Day::of(period.from);
        let (mut activity, mut read) = (Activity::default(), Read::default());
        let mut day = from.plus(-REFERENCE_DAYS);
        while day <= last {
            let kept = if day == last { Some(of_day.clone()) } else { self.kept(day).await? };
            if let Some(OfDay { activity: mut of_day, read: of_files }) = kept {
                if day >= from {
                    read.add(of_files);
                } else {
                    of_day.forget_rhythms();
                }
                activity.merge(of_day);
            }
            day = day.plus(1);
        }
        Ok((activity.review_period(period), read))
    }

    /// What is kept of a day. One that is damaged counts as not there, and the review tells that its days are missing.
    async fn kept(&self, day: Day) -> Result<Option<OfDay>, Failure> {
        let key = day_key(day);
        let Some(held) = self.store.read(&key).await.map_err(not_kept)? else { return Ok(None) };
        match decode(&key, &held.content) {
            Ok(of_day) => Ok(Some(of_day)),
            Err(error) => {
                tracing::error!(reason = trailreflex_model::cause_chain(&error), "a day is left out");
                Ok(None)
            }
        }
    }

    /// What Trailreflex did, or nothing if CloudWatch does not say.
    async fn answers(&self, period: Period) -> Option<Answers> {
        let (from, until) = (Day::of(period.from), Day::of(period.to).plus(1));
        let (from, until) = (from.first_hour().start(), until.first_hour().start());
        match self.published.read(&Answers::READ, from, until).await {
            Ok(read) => Some(Answers::of(&read)),
            Err(error) => {
                let reason = trailreflex_model::cause_chain(&error);
                tracing::warn!(reason, "the review lacks what was found and done");
                None
            }
        }
    }

    /// Writes a review's files and tells of it; returns where its page is.
    async fn publish(
        &self,
        every: Every,
        review: &Review,
        read: Read,
        now: Timestamp,
    ) -> Result<String, Failure> {
        let folder = format!("reviews/{}/{}", every.as_str(), review.period.from);
        let answers = self.answers(review.period).await;
        let files = review_files(review, read, Beside { answers: answers.as_ref(), ..Beside::default() })
            .map_err(|error| Failure::permanent("NotWritten", error))?;
        for file in files {
            let key = format!("{folder}/{}", file.name);
            self.store.write(&key, file.content_type, file.content).await.map_err(not_kept)?;
        }
        let page = format!("{folder}/{PAGE}");
        let link = console_link(&self.region, &self.bucket, &page);
        let summary = Summary::of(review, every, self.account.clone(), gaps(review, &read), link);
        let detail = serde_json::to_string(&summary).map_err(|error| Failure::permanent("NotJson", error))?;
        let event = BusEvent {
            source: SOURCE_REVIEW_ACTIVITY,
            detail_type: DETAIL_TYPE_REVIEW,
            detail,
            resources: Vec::new(),
            time: now,
        };
        self.bus.put(&[event]).await.map_err(|error| Failure::retryable("NotTold", error))?;
        if every == Every::Day {
            let data: Vec<_> = notable(review, trailreflex_lambda::now()).collect();
            if let Err(error) = self.metrics.publish(&data).await {
                let reason = trailreflex_model::cause_chain(&error);
                tracing::warn!(reason, "metrics were not published");
            }
        }
        tracing::info!(page, notable = review.notable.len(), "a review is written");
        Ok(page)
    }
}

/// How much is unlike before, by kind.
fn notable(review: &Review, now: Timestamp) -> impl Iterator<Item = Datum> {
    let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
    for one in &review.notable {
        let count = kinds.entry(one.kind.as_str()).or_default();
        *count = count.saturating_add(1);
    }
    kinds.into_iter().map(move |(kind, count)| Datum::count(Metric::Notable(kind), count, now))
}

fn day_key(day: Day) -> String {
    format!("state/days/{}.json.gz", day.date())
}

/// Where the console shows an object to whoever may read it.
fn console_link(region: &Region, bucket: &str, key: &str) -> String {
    format!("{}/s3/object/{bucket}?region={region}&prefix={key}", region.console())
}

fn not_kept(error: trailreflex_aws::CallFailed) -> Failure {
    Failure::retryable("ReportBucketFailed", error)
}
