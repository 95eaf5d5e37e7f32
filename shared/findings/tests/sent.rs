//! Findings go out once, whoever is stopped wherever and whatever is delivered twice.

#![cfg(test)] // so that clippy knows every helper here as part of a test

use jiff::Timestamp;
use serde_json::json;
use trailreflex_findings::{
    Claimant, Dispatched, Entry, Fault, LEASE_SECONDS, MemoryOutlet, Progress, Sender, Turn, dispatch,
};
use trailreflex_model::{AccountId, EventId, Finding, FindingId};

fn finding(number: usize) -> Finding {
    let account: AccountId = "111122223333".parse().unwrap();
    let event: EventId = format!("event-{number}").parse().unwrap();
    serde_json::from_value(json!({
        "id": FindingId::of(&account, &event, "r"), "rule": {"id": "r", "title": "t"}, "severity": "high",
        "evidence": {"account": account, "region": "us-east-1", "eventId": event, "eventSource": "s",
                     "eventName": "n", "succeeded": true},
        "actor": {"kind": "IAMUser"}
    }))
    .unwrap()
}

fn by(sender: Sender, delivery: &str) -> Claimant {
    Claimant { sender, delivery: delivery.to_owned() }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

async fn send(
    outlet: &MemoryOutlet,
    count: usize,
    claimant: &Claimant,
    second: i64,
) -> Result<Dispatched<Fault>, Fault> {
    dispatch((0..count).map(finding).collect(), claimant, outlet, outlet, || at(second)).await
}

#[test]
fn whose_turn_it_is_depends_on_what_is_known() {
    let detect = by(Sender::Detect, "one");
    let entry = |progress| Entry { progress, ..Entry::claim(&finding(0), &detect, at(0)) };
    for (case, progress, claimant, second, expected) in [
        ("sent", Progress::Sent, &detect, 0, Turn::Done(Sender::Detect)),
        ("sent long ago", Progress::Sent, &detect, 9_999, Turn::Done(Sender::Detect)),
        ("claimed by the same delivery", Progress::Claimed, &detect, 0, Turn::TakeOver(Sender::Detect)),
        ("claimed by another delivery", Progress::Claimed, &by(Sender::Detect, "two"), 45, Turn::Others),
        (
            "claimed by another delivery that was stopped",
            Progress::Claimed,
            &by(Sender::Ingest, "two"),
            46,
            Turn::TakeOver(Sender::Detect),
        ),
        ("claimed by a clock that is ahead", Progress::Claimed, &by(Sender::Ingest, "two"), -9, Turn::Others),
    ] {
        assert_eq!(entry(progress).turn(claimant, at(second)), expected, "{case}");
    }
}

#[tokio::test]
async fn what_has_been_sent_is_not_sent_again() {
    let outlet = MemoryOutlet::default();
    let first = send(&outlet, 23, &by(Sender::Detect, "one"), 0).await.unwrap();
    assert_eq!((first.sent.len(), first.known.len()), (23, 0));
    let second = send(&outlet, 24, &by(Sender::Ingest, "two"), 300).await.unwrap();
    assert_eq!(second.sent, [(finding(23), None)]);
    assert!(second.known.iter().all(|(_, sender)| *sender == Sender::Detect) && second.known.len() == 23);
    assert_eq!(outlet.sent().len(), 24);
}

#[tokio::test]
async fn a_delivery_that_is_stopped_anywhere_loses_nothing() {
    // Three claims, one sending, three marks.
    for calls in 0..=7 {
        for (case, next, second) in [
            ("the same delivery", by(Sender::Detect, "one"), 1),
            ("the other path, after the lease", by(Sender::Ingest, "two"), LEASE_SECONDS + 1),
        ] {
            let outlet = MemoryOutlet::default();
            outlet.stop_after(Some(calls));
            let stopped = send(&outlet, 3, &by(Sender::Detect, "one"), 0).await;
            outlet.stop_after(None);
            send(&outlet, 3, &next, second).await.unwrap();
            let sent = outlet.sent();
            let times = |number| sent.iter().filter(|id| **id == finding(number).id).count();
            let unmarked = if stopped.is_ok() { 7 - calls } else { 0 };
            for number in 0..3 {
                let expected = if number >= 3 - unmarked { 2 } else { 1 };
                assert_eq!(times(number), expected, "{case}, stopped after {calls} calls: {number}");
            }
        }
    }
}

#[tokio::test]
async fn two_deliveries_at_the_same_time_send_once() {
    let outlet = MemoryOutlet::default();
    outlet.stop_after(Some(1));
    send(&outlet, 1, &by(Sender::Detect, "one"), 0).await.unwrap_err();
    outlet.stop_after(None);
    let held = send(&outlet, 1, &by(Sender::Ingest, "two"), LEASE_SECONDS).await.unwrap();
    assert_eq!((held.held, outlet.sent()), (vec![finding(0).id], Vec::new()));
    let taken = send(&outlet, 1, &by(Sender::Ingest, "two"), LEASE_SECONDS + 1).await.unwrap();
    assert_eq!(taken.sent, [(finding(0), Some(Sender::Detect))]);
}

#[tokio::test]
async fn a_log_that_is_down_keeps_no_finding_back() {
    let outlet = MemoryOutlet::default();
    outlet.take_log_down();
    let done = send(&outlet, 2, &by(Sender::Detect, "one"), 0).await.unwrap();
    assert_eq!((done.sent.len(), done.log_failures.len()), (2, 4));
    assert_eq!(outlet.sent(), [finding(0).id, finding(1).id]);
}
