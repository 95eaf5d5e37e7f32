//! How far was read, which days are finished when, and what of late, odd and doubled records becomes.

#![cfg(test)]

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;
use trailreflex_activity::Every;
use trailreflex_model::cloudtrail::Record;
use trailreflex_review_activity::{Day, Hour, Progress, Unusable, encode};

/// A Wednesday.
fn now() -> Timestamp {
    "2026-11-25T10:20:00Z".parse().unwrap()
}

fn record(time: &str, number: u64) -> Record {
    Record::parse(json!({
        "eventVersion": "1.11", "eventID": format!("00000000-0000-4000-8000-{number:012}"), "eventTime": time,
        "eventType": "AwsApiCall", "eventSource": "s3.amazonaws.com", "eventName": "ListBuckets", "readOnly": true,
        "awsRegion": "eu-west-1", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/alice"}
    }))
    .unwrap()
}

/// Reads on without files, as far as `now` lets it; returns each day that is finished, with its reviews.
fn read_on(progress: &mut Progress, now: Timestamp) -> Vec<(String, Vec<Every>)> {
    let mut finished = Vec::new();
    loop {
        while progress.may_finish() {
            let due = progress.due().into_iter().map(|(every, _)| every).collect();
            finished.push((progress.day.date().to_string(), due));
            progress.finish();
        }
        if !progress.may_read(now) {
            return finished;
        }
        progress.next_hour();
    }
}

#[test]
fn days_before_the_deployment_are_kept_and_only_those_since_the_day_before_are_reviewed() {
    let mut progress = Progress::begin(now(), 4);
    let finished = read_on(&mut progress, now());
    let of = |day: &str, reviews: &[Every]| (day.to_owned(), reviews.to_vec());
    assert_eq!(
        finished,
        [
            of("2026-11-21", &[]),
            of("2026-11-22", &[]),
            of("2026-11-23", &[]),
            of("2026-11-24", &[Every::Day])
        ]
    );
    assert_eq!(progress.hour.start().to_string(), "2026-11-25T10:00:00Z", "ten to eleven is not over");
    let later = now() + SignedDuration::from_hours(24 * 5);
    let finished = read_on(&mut progress, later);
    assert_eq!(finished.last().unwrap(), &of("2026-11-29", &[Every::Day, Every::Week]), "a Sunday");
    assert_eq!(finished.len(), 5);
}

#[test]
fn an_hour_is_read_a_quarter_of_an_hour_after_its_end_and_a_day_is_finished_three_hours_after_its_own() {
    let at = |text: &str| -> Timestamp { text.parse().unwrap() };
    let mut progress = Progress::begin(at("2026-11-25T00:00:00Z"), 0);
    for (time, may_read) in [("2026-11-25T01:14:59Z", false), ("2026-11-25T01:15:00Z", true)] {
        assert_eq!(progress.may_read(at(time)), may_read, "{time}");
    }
    read_on(&mut progress, at("2026-11-26T03:14:59Z"));
    assert_eq!(progress.day.date().to_string(), "2026-11-25");
    read_on(&mut progress, at("2026-11-26T03:15:00Z"));
    assert_eq!(progress.day.date().to_string(), "2026-11-26");
    assert_eq!(progress.seconds_unread(at("2026-11-26T04:00:00Z")), 3600);
    assert_eq!(progress.seconds_unread(at("2026-11-26T02:00:00Z")), 0, "the clock is off");
}

#[test]
fn a_record_counts_on_the_day_of_its_call_and_what_cannot_be_is_told() {
    let mut progress = Progress::begin(now(), 2);
    read_on(&mut progress, "2026-11-25T02:20:00Z".parse().unwrap());
    assert_eq!(
        (progress.day.date().to_string(), progress.hour.day().date().to_string()),
        ("2026-11-24".into(), "2026-11-25".into())
    );
    for (number, time) in [
        (1, "2026-11-24T23:59:59Z"), // delivered after midnight
        (2, "2026-11-25T01:00:00Z"),
        (2, "2026-11-25T01:00:00Z"), // a copy
        (3, "2026-11-26T23:00:00Z"), // a clock that is off
        (4, "2026-11-27T00:00:00Z"), // no clock is that far off
        (5, "2026-11-23T23:00:00Z"), // that day is finished
        (6, "2026-11-01T00:00:00Z"), // before everything
    ] {
        progress.take(&record(time, number));
    }
    let read = *progress.read();
    assert_eq!((read.records, read.late, read.malformed), (7, 1, 1));
    let calls = |progress: &mut Progress| {
        progress.finish().activity.review(None, None).map(|review| review.totals.counts.calls)
    };
    assert_eq!(calls(&mut progress), Some(1));
    assert_eq!(calls(&mut progress), Some(1));
    assert_eq!(calls(&mut progress), Some(1));
}

#[test]
fn what_is_kept_is_read_again_and_what_is_damaged_or_of_another_form_is_named() {
    let mut progress = Progress::begin(now(), 1);
    progress.take(&record("2026-11-24T10:00:00Z", 1));
    progress.read_to.insert("AWSLogs/111122223333/CloudTrail/eu-west-1/".to_owned(), "key".to_owned());
    let kept = encode(&progress).unwrap();
    let again = Progress::decode("p", &kept).unwrap();
    assert_eq!(again, progress);
    for (case, kept) in [
        ("empty", Vec::new()),
        ("cut off", kept.get(..kept.len() - 30).unwrap().to_vec()),
        ("no gzip", b"{\"version\":1}".to_vec()),
        ("other JSON", encode(&json!([1])).unwrap()),
        ("a part of it", encode(&json!({"version": 1})).unwrap()),
    ] {
        assert!(matches!(Progress::decode("p", &kept), Err(Unusable::Damaged { .. })), "{case}");
    }
    let other = Progress::decode("p", &encode(&json!({"version": 2})).unwrap()).unwrap_err();
    assert_eq!(
        other.to_string(),
        "`p` in the report bucket has form 2, and this is form 1; remove it to begin anew"
    );
}

proptest! {
    #[test]
    fn every_day_is_finished_once_and_in_order_however_often_it_runs(pauses in prop::collection::vec(0_i64..40, 1..30)) {
        let mut progress = Progress::begin(now(), 3);
        let (first, mut time, mut days) = (progress.day, now(), Vec::new());
        for pause in pauses {
            time += SignedDuration::from_hours(pause);
            days.extend(read_on(&mut progress, time).into_iter().map(|(day, _)| day));
        }
        let expected: Vec<_> = (0..).map(|number| first.plus(number).date().to_string()).take(days.len()).collect();
        prop_assert_eq!(days, expected);
        prop_assert!(progress.day <= Hour::of(time).day());
        prop_assert!(Hour::of(time).day() <= progress.day.plus(1), "nothing is left behind");
        prop_assert_eq!(Day::of(progress.day.date()), progress.day);
    }
}
