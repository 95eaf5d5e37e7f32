//! Which notices are one message, whatever fails in between.

use crate::support::{alarm, finding, notifier, now};
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;
use trailreflex_model::Severity;
use trailreflex_notify::{Behind, Handled, NotSent, OutboxInMemory, Sink, WINDOW_SECONDS, read};

const BOTH: &[(Sink, Severity)] = &[(Sink::Topic, Severity::Low), (Sink::PagerDuty, Severity::Critical)];

fn later() -> jiff::Timestamp {
    now() + SignedDuration::from_secs(WINDOW_SECONDS)
}

fn sent(outbox: &OutboxInMemory) -> Vec<(Sink, String)> {
    outbox.sent.lock().unwrap().iter().map(|(sink, notice)| (*sink, notice.headline())).collect()
}

#[tokio::test]
async fn five_thousand_calls_that_are_alike_are_two_messages() {
    let (outbox, notifier) = (OutboxInMemory::default(), notifier(BOTH));
    let message = read(&finding(&[]).to_string()).unwrap();
    for number in 0..5000 {
        let end = notifier.handle(&format!("m{number}"), &message, &Behind::default(), &outbox, now()).await;
        assert_eq!((end.counted, end.again), (number > 0, Vec::new()));
    }
    let other =
        read(&finding(&[("/actor/arn", json!("arn:aws:iam::111122223333:user/bob"))]).to_string()).unwrap();
    notifier.handle("other", &other, &Behind::default(), &outbox, now()).await;
    assert_eq!(notifier.sweep(&outbox, now()).await.closed, 0);
    let swept = notifier.sweep(&outbox, later()).await;
    assert_eq!((swept.closed, swept.problems), (2, Vec::new()));
    let title = "A trail was stopped";
    let expected = [title.to_owned(), title.to_owned(), format!("{title} (4999 more)")];
    assert_eq!(sent(&outbox), expected.map(|text| (Sink::Topic, text)));
    // A new window begins.
    assert!(!notifier.handle("again", &message, &Behind::default(), &outbox, later()).await.counted);
}

#[tokio::test]
async fn each_channel_is_told_from_its_own_severity_on() {
    for (case, severity, expected) in [
        ("too low for both", "informational", vec![]),
        ("high enough for one", "high", vec![Sink::Topic]),
        ("high enough for both", "critical", vec![Sink::Topic, Sink::PagerDuty]),
    ] {
        let (outbox, notifier) = (OutboxInMemory::default(), notifier(BOTH));
        let message = read(&finding(&[("/severity", json!(severity))]).to_string()).unwrap();
        let end = notifier.handle("m", &message, &Behind::default(), &outbox, now()).await;
        assert_eq!(end.told.into_iter().collect::<Vec<_>>(), expected, "{case}");
    }
}

#[tokio::test]
async fn an_incident_that_was_opened_is_closed_although_its_end_is_harmless() {
    let (outbox, notifier) = (OutboxInMemory::default(), notifier(&[(Sink::PagerDuty, Severity::High)]));
    for state in ["ALARM", "OK"] {
        let message = read(&alarm(state, &json!([])).to_string()).unwrap();
        notifier.handle(state, &message, &Behind::default(), &outbox, now()).await;
    }
    let over: Vec<_> = outbox.sent.lock().unwrap().iter().map(|(_, notice)| notice.is_over).collect();
    assert_eq!(over, [false, true]);
}

#[tokio::test]
async fn a_channel_that_fails_is_told_later_and_the_other_not_twice() {
    let (outbox, notifier) =
        (OutboxInMemory::default(), notifier(&[(Sink::Topic, Severity::Low), (Sink::Slack, Severity::Low)]));
    let message = read(&finding(&[]).to_string()).unwrap();
    let failing = NotSent::Later("503".to_owned());
    outbox.failing.lock().unwrap().insert(Sink::Slack, failing);
    let end = notifier.handle("m1", &message, &Behind::default(), &outbox, now()).await;
    assert_eq!(end.again, ["slack: 503"]);
    assert!(notifier.handle("m2", &message, &Behind::default(), &outbox, now()).await.counted);
    outbox.failing.lock().unwrap().clear();
    let end = notifier.handle("m1", &message, &Behind::default(), &outbox, now()).await;
    assert_eq!(end, Handled { told: [Sink::Slack].into(), ..Handled::default() });
    let title = "A trail was stopped".to_owned();
    assert_eq!(sent(&outbox), [(Sink::Topic, title.clone()), (Sink::Slack, title)]);
}

#[tokio::test]
async fn what_a_channel_refuses_for_good_is_kept_and_not_sent_again() {
    let (outbox, notifier) = (OutboxInMemory::default(), notifier(&[(Sink::Slack, Severity::Low)]));
    let message = read(&finding(&[]).to_string()).unwrap();
    outbox.failing.lock().unwrap().insert(Sink::Slack, NotSent::Never("404 no_team".to_owned()));
    let end = notifier.handle("m1", &message, &Behind::default(), &outbox, now()).await;
    assert_eq!((end.again, end.refused), (Vec::new(), [(Sink::Slack, "404 no_team".to_owned())].into()));
    assert_eq!(*outbox.kept.lock().unwrap(), [(Sink::Slack, "404 no_team".to_owned())]);
    assert_eq!(notifier.handle("m1", &message, &Behind::default(), &outbox, now()).await, Handled::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Messages come in any order, some twice, and the table stops answering at any call: whoever comes again until nothing
    /// asks for it is told of, each channel at least once and, if nothing failed, exactly once.
    #[test]
    fn nothing_is_lost_whenever_the_table_stops(order in prop::collection::vec(0_u8..5, 1..20), left in 0_usize..30) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (outbox, notifier) = (OutboxInMemory::default(), notifier(&[(Sink::Topic, Severity::Low)]));
            let message = read(&finding(&[]).to_string()).unwrap();
            *notifier.groups.left.lock().unwrap() = Some(left);
            let mut waiting: Vec<String> = order.iter().enumerate().map(|(place, number)| format!("{number}-{place}")).collect();
            let mut failed = false;
            while let Some(id) = waiting.pop() {
                let end = notifier.handle(&id, &message, &Behind::default(), &outbox, now()).await;
                if !end.again.is_empty() {
                    failed = true;
                    *notifier.groups.left.lock().unwrap() = None;
                    waiting.insert(0, id);
                }
            }
            *notifier.groups.left.lock().unwrap() = None;
            notifier.sweep(&outbox, later()).await;
            let told: u64 = outbox.sent.lock().unwrap().iter().map(|(_, notice)| notice.more.unwrap_or(1)).sum();
            let number = u64::try_from(order.len()).unwrap();
            prop_assert!(told >= number, "{told} of {number}");
            prop_assert!(failed || told == number, "{told} of {number}");
            prop_assert_eq!(notifier.sweep(&outbox, later()).await.closed, 0);
            Ok(())
        })?;
    }
}
