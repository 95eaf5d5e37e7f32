//! What is told of a review of activity, and to whom.

use crate::support::{notifier, now};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use trailreflex_model::Severity;
use trailreflex_notify::{Behind, Fact, Notice, OutboxInMemory, Sink, Unusable, read};

fn review(changes: &[(&str, Value)]) -> Value {
    let counts = |calls: u64| json!({"calls": calls, "writes": 20, "errors": 9, "denied": 4, "throttled": 0, "principals": 12});
    let mut detail = json!({
        "account": "111122223333", "every": "week", "period": {"from": "2026-11-16", "to": "2026-11-22"},
        "totals": counts(1200), "before": counts(1000),
        "notable": [
            {"what": "the root user was used", "principal": "arn:aws:iam::111122223333:root"},
            {"what": "calls from a network for the first time", "principal": "arn:aws:iam::111122223333:user/alice",
             "values": ["203.0.0.0/16", "198.51.0.0/16"]},
        ],
        "notableTotal": 7, "gaps": ["1 inputs could not be read.", "second", "third"],
        "page": "https://eu-west-1.console.aws.amazon.com/s3/object/reports?region=eu-west-1&prefix=reviews/weekly/2026-11-16/review.html",
    });
    for (pointer, value) in changes {
        *detail.pointer_mut(pointer).unwrap() = value.clone();
    }
    json!({"source": "trailreflex.review-activity", "detail-type": "Trailreflex Review", "detail": detail})
}

/// Tells of a message on all channels, each from `critical` on.
async fn told(message: &Value) -> Vec<(Sink, Notice)> {
    let outbox = OutboxInMemory::default();
    let message = read(&message.to_string()).unwrap();
    let channels: Vec<_> = Sink::ALL.map(|sink| (sink, Severity::Critical)).to_vec();
    let end = notifier(&channels).handle("m1", &message, &Behind::default(), &outbox, now()).await;
    assert_eq!((end.again, end.refused.len()), (Vec::new(), 0));
    let sent = outbox.sent.lock().unwrap();
    sent.clone()
}

#[tokio::test]
async fn a_week_is_told_where_people_read_with_numbers_what_is_unlike_before_and_the_way_to_the_page() {
    let told = told(&review(&[])).await;
    let sinks: BTreeSet<_> = told.iter().map(|(sink, _)| *sink).collect();
    assert_eq!(sinks, BTreeSet::from([Sink::Topic, Sink::Slack, Sink::Teams]), "nobody is paged for it");
    let (_, notice) = &told[0];
    assert_eq!(notice.headline(), "Activity of 2026-11-16 to 2026-11-22: 7 things unlike before");
    assert_eq!(notice.severity, Severity::Low);
    let facts: Vec<_> =
        notice.facts.iter().map(|Fact { label, value }| (label.as_str(), value.as_str())).collect();
    assert_eq!(
        facts,
        [
            ("Account", "111122223333"),
            ("Calls", "1200, of them 20 changes and 4 refused; the week before: 1000"),
            ("Principals", "12"),
            ("Unlike before", "arn:aws:iam::111122223333:root the root user was used"),
            (
                "Unlike before",
                "arn:aws:iam::111122223333:user/alice calls from a network for the first time: 203.0.0.0/16, 198.51.0.0/16"
            ),
            ("Not known", "1 inputs could not be read."),
            ("Not known", "second"),
        ]
    );
    let link = notice.link.as_ref().unwrap();
    assert_eq!((link.text.as_str(), link.url.ends_with("/review.html")), ("Open the review", true));
}

#[tokio::test]
async fn a_day_is_told_only_if_something_is_unlike_before_or_nothing_was_delivered() {
    let day = ("/every", json!("day"));
    let to = ("/period/to", json!("2026-11-16"));
    let nothing = [("/notable", json!([])), ("/notableTotal", json!(0))];
    for (case, changes, expected) in [
        ("a day with something", vec![], Some("Activity of 2026-11-16: 7 things unlike before")),
        (
            "one thing",
            vec![("/notableTotal", json!(1))],
            Some("Activity of 2026-11-16: 1 thing unlike before"),
        ),
        ("a day like all others", nothing.to_vec(), None),
        (
            "a day without records",
            [nothing.to_vec(), vec![("/totals/calls", json!(0))]].concat(),
            Some("Activity of 2026-11-16: CloudTrail has delivered no record"),
        ),
    ] {
        let message = review(&[vec![day.clone(), to.clone()], changes].concat());
        let told = told(&message).await;
        assert_eq!(told.first().map(|(_, notice)| notice.headline()).as_deref(), expected, "{case}");
    }
    let week = told(&review(&nothing)).await;
    assert_eq!(
        week[0].1.headline(),
        "Activity of 2026-11-16 to 2026-11-22: nothing unlike before",
        "a week is told"
    );
}

#[tokio::test]
async fn names_that_somebody_has_chosen_make_no_lines_and_are_cut() {
    let hostile = format!("x\nSeverity: low\u{202e}{}", "n".repeat(10_000));
    let told = told(&review(&[("/notable/0/principal", json!(hostile))])).await;
    for (_, notice) in told {
        for fact in notice.facts {
            assert!(
                !fact.value.contains(['\n', '\u{202e}']) && fact.value.chars().count() <= 500,
                "{}",
                fact.value
            );
        }
    }
}

#[test]
fn a_review_that_lacks_something_is_kept_with_what_it_lacks() {
    let mut message = review(&[]);
    message["detail"].as_object_mut().unwrap().remove("period");
    let Err(Unusable::Malformed { what, problem }) = read(&message.to_string()) else {
        panic!("it is taken")
    };
    assert_eq!((what, problem.contains("period")), ("review", true));
}
