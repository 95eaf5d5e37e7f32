//! Correlations: what they mean, and that the order, batching and repetition of events do not matter.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use proptest::sample::Index;
use serde::Deserialize;
use serde_json::{Value, json};
use trailreflex_detection::{Alert, Contribution, Document, MemoryStore, RuleSet, SkipReason};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    child: Option<Value>,
    correlation: Value,
    events: Vec<Value>,
    #[serde(default = "yes")]
    live: bool,
    alerts: Vec<Expected>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    at: i64,
    group: Vec<String>,
    events: usize,
}

fn yes() -> bool {
    true
}

const START_S: i64 = 1_700_000_000;

fn rules(correlations: &[(&str, &Value)]) -> RuleSet {
    let base = |name: &str, detection: Value| {
        json!({
            "title": name, "name": name, "logsource": {"product": "aws", "service": "cloudtrail"},
            "detection": {"s": detection, "condition": "s"},
        })
    };
    let mut documents = vec![base("any", json!({"kind": "*"}))];
    documents.extend(["x", "y", "z"].map(|kind| base(kind, json!({"kind": kind}))));
    // Correlations come first: they may be read before what they are about.
    let first = correlations.iter().map(|(name, correlation)| {
        json!({"title": name, "name": name, "level": "high", "correlation": correlation})
    });
    let all = first.chain(documents);
    let loaded = RuleSet::load(all.map(|value| Document::new("rules.yml", 1, value)));
    assert!(loaded.rejected.is_empty(), "{}", loaded.rejected[0]);
    loaded.rules
}

/// Turns `t` into the time of the event, and gives it an id.
fn record(number: usize, event: &Value) -> Value {
    let mut record = event.clone();
    let seconds = START_S + event["t"].as_i64().unwrap();
    record["eventTime"] = jiff::Timestamp::from_second(seconds).unwrap().to_string().into();
    if record.get("eventID").is_none() {
        record["eventID"] = format!("event-{number}").into();
    }
    record
}

fn contributions(rules: &RuleSet, records: &[Value]) -> Vec<Contribution> {
    records.iter().flat_map(|record| rules.observe(record).contributions).collect()
}

/// Runs a future of the memory store, which never waits.
fn done<T>(future: impl Future<Output = Result<T, Infallible>>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(done)) => done,
        Poll::Pending => panic!("the memory store waits"),
    }
}

fn live<'r>(
    rules: &'r RuleSet,
    batches: impl IntoIterator<Item = Vec<Value>>,
) -> BTreeMap<String, Alert<'r>> {
    let store = MemoryStore::default();
    let mut alerts = BTreeMap::new();
    for batch in batches {
        for alert in done(rules.correlate(&store, contributions(rules, &batch))) {
            alerts.insert(alert.id.clone(), alert);
        }
    }
    alerts
}

#[test]
fn correlations_mean_what_they_say() {
    let cases: Vec<Case> = yaml_serde::from_str(include_str!("../correlations.yml")).unwrap();
    for case in cases {
        let mut correlations = vec![("correlation", &case.correlation)];
        correlations.extend(case.child.iter().map(|child| ("child", child)));
        let rules = rules(&correlations);
        let records: Vec<Value> =
            (0..).zip(&case.events).map(|(number, event)| record(number, event)).collect();
        let found = |alerts: Vec<Alert<'_>>| -> Vec<Expected> {
            let each = alerts.into_iter().map(|alert| Expected {
                at: alert.time_ms / 1000 - START_S,
                group: alert.group.into_iter().map(|(_, value)| value).collect(),
                events: alert.event_count,
            });
            each.collect()
        };
        let history = rules.correlate_history(contributions(&rules, &records));
        assert_eq!(found(history), case.alerts, "{}", case.name);

        let mut sorted = records;
        sorted.sort_by_key(|record| record["eventTime"].as_str().unwrap().to_owned());
        let alerts = live(&rules, sorted.into_iter().map(|record| vec![record]));
        // In order, and second by second, a stream finds what history finds, unless it could be undone.
        if case.live && !case.correlation["type"].as_str().unwrap().starts_with("value_") {
            let times: Vec<i64> = alerts.values().map(|alert| alert.time_ms / 1000 - START_S).collect();
            assert_eq!(
                times,
                case.alerts.iter().map(|alert| alert.at).collect::<Vec<_>>(),
                "live: {}",
                case.name
            );
        }
        assert!(case.live || alerts.is_empty(), "live: {}", case.name);
    }
}

#[test]
fn rules_that_serve_correlations_are_silent_unless_these_say_otherwise() {
    let silent = json!({"type": "event_count", "rules": ["x"], "timespan": "1m", "condition": {"gte": 2}});
    let mut loud = silent.clone();
    loud["generate"] = true.into();
    for (correlation, expected) in [(silent, 0), (loud, 1)] {
        let rules = rules(&[("c", &correlation)]);
        let record = record(0, &json!({"t": 0, "kind": "x"}));
        let matches = rules.evaluate(&record);
        assert_eq!(matches.iter().filter(|found| found.rule.title == "x").count(), expected);
        assert_eq!(rules.observe(&record).contributions.len(), 1);
    }
}

#[test]
fn what_correlations_count_must_be_delivered_although_it_is_no_finding() {
    let count = json!({"type": "event_count", "rules": ["x"], "timespan": "1m", "condition": {"gte": 2}});
    let chain = json!({"type": "event_count", "rules": ["c"], "timespan": "1h", "condition": {"gte": 2}});
    let rules = rules(&[("c", &count), ("d", &chain)]);
    let required: Vec<(String, bool, Vec<String>)> = rules
        .required_events()
        .map(|required| {
            let correlations = required.correlations.iter().map(|rule| rule.title.clone()).collect();
            (required.rule.title.clone(), required.is_reported, correlations)
        })
        .collect();
    let alone = |name: &str| (name.to_owned(), true, Vec::new());
    let counted = ("x".to_owned(), false, vec!["c".to_owned(), "d".to_owned()]);
    assert_eq!(required, [alone("any"), counted, alone("y"), alone("z")]);
}

#[test]
fn what_cannot_be_counted_is_reported() {
    let correlation = json!({
        "type": "event_count", "rules": ["x"], "group-by": ["user"], "timespan": "1m", "condition": {"gte": 2},
    });
    let rules = rules(&[("c", &correlation)]);
    let reasons = |record: Value| -> Vec<SkipReason> {
        rules.observe(&record).skipped.into_iter().map(|skipped| skipped.reason).collect()
    };
    assert_eq!(reasons(record(0, &json!({"t": 0, "kind": "x"}))), [SkipReason::NoGroup("user".to_owned())]);
    assert_eq!(reasons(json!({"kind": "x", "user": "ada"})), [SkipReason::NoTime]);
}

#[test]
fn a_caller_who_failed_after_claiming_gets_the_same_alert_again() {
    let correlation =
        json!({"type": "event_count", "rules": ["x"], "timespan": "1m", "condition": {"gte": 2}});
    let rules = rules(&[("c", &correlation)]);
    let store = MemoryStore::default();
    let records: Vec<Value> =
        (0..3).map(|number| record(number, &json!({"t": number, "kind": "x"}))).collect();
    let ids = |record: &Value| -> Vec<String> {
        let alerts = done(rules.correlate(&store, rules.observe(record).contributions));
        alerts.into_iter().map(|alert| alert.id).collect()
    };
    assert!(ids(&records[0]).is_empty());
    let first = ids(&records[1]);
    assert_eq!(first.len(), 1);
    assert_eq!(ids(&records[1]), first);
    assert!(ids(&records[2]).is_empty());
}

const TIMESPAN_S: i64 = 20;

fn five_correlations() -> RuleSet {
    let count = json!({"type": "event_count", "rules": ["x"], "group-by": ["user"], "timespan": "20s", "condition": {"gte": 3}});
    let values = json!({"type": "value_count", "rules": ["any"], "group-by": ["user"], "timespan": "20s", "condition": {"field": "value", "gte": 3}});
    let together =
        json!({"type": "temporal", "rules": ["x", "y", "z"], "group-by": ["user"], "timespan": "20s"});
    let ordered = json!({"type": "temporal_ordered", "rules": ["x", "y", "z"], "group-by": ["user"], "timespan": "20s"});
    let chained =
        json!({"type": "temporal_ordered", "rules": ["count", "y"], "group-by": ["user"], "timespan": "20s"});
    rules(&[
        ("count", &count),
        ("values", &values),
        ("together", &together),
        ("ordered", &ordered),
        ("chained", &chained),
    ])
}

/// Says of a window's events whether it fulfils a correlation, as plainly as possible.
fn is_fulfilled(correlation: &str, window: &[&Value]) -> bool {
    let of_kind = |kind: &str| window.iter().filter(|event| event["kind"] == kind).count();
    let time = |event: &Value| event["t"].as_i64().unwrap();
    match correlation {
        "count" => of_kind("x") >= 3,
        "values" => {
            let mut values: Vec<i64> = window.iter().map(|event| event["value"].as_i64().unwrap()).collect();
            values.sort_unstable();
            values.dedup();
            values.len() >= 3
        }
        "together" => ["x", "y", "z"].iter().all(|kind| of_kind(kind) > 0),
        _ => window.iter().filter(|one| one["kind"] == "x").any(|x| {
            window
                .iter()
                .filter(|one| one["kind"] == "y" && time(one) >= time(x))
                .any(|y| window.iter().any(|z| z["kind"] == "z" && time(z) >= time(y)))
        }),
    }
}

/// Returns the ends of all windows of a user that fulfil a correlation.
fn true_ends(correlation: &str, user: &str, events: &[Value]) -> Vec<i64> {
    let of_user: Vec<&Value> = events.iter().filter(|event| event["user"] == user).collect();
    let mut ends: Vec<i64> = of_user.iter().map(|event| event["t"].as_i64().unwrap()).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.retain(|end| {
        let inside = |event: &&&Value| (end - TIMESPAN_S..=*end).contains(&event["t"].as_i64().unwrap());
        let window: Vec<&Value> = of_user.iter().filter(inside).copied().collect();
        // A window counts only if an event of the correlation ends it.
        let relevant =
            |event: &&&Value| event["t"] == *end && (correlation != "count" || event["kind"] == "x");
        window.iter().any(|event| relevant(&event)) && is_fulfilled(correlation, &window)
    });
    ends
}

fn any_event() -> impl Strategy<Value = Value> {
    (0..150_i64, prop::sample::select(vec!["x", "y", "z"]), prop::sample::select(vec!["ada", "bob"]), 0..5)
        .prop_map(|(t, kind, user, value)| json!({"t": t, "kind": kind, "user": user, "value": value}))
}

/// Events close together, with long silence between.
fn any_bursts() -> impl Strategy<Value = Vec<Value>> {
    let burst = prop::collection::vec(any_event(), 0..12);
    prop::collection::vec(burst, 1..4).prop_map(|bursts| {
        let mut events = Vec::new();
        for (number, burst) in (0..).zip(bursts) {
            for mut event in burst {
                event["t"] = (event["t"].as_i64().unwrap() % (TIMESPAN_S - 1) + number * 1000).into();
                events.push(event);
            }
        }
        events
    })
}

/// Puts records into some order, some of them several times, and cuts them into batches.
fn delivered(records: &[Value], order: &[Index], cuts: &[bool]) -> Vec<Vec<Value>> {
    let mut sent: Vec<Value> =
        order.iter().filter(|_| !records.is_empty()).map(|one| one.get(records).clone()).collect();
    // Whatever the random order left out comes last, backwards.
    sent.extend(records.iter().rev().cloned());
    let mut batches = vec![Vec::new()];
    for (record, cut) in sent.into_iter().zip(cuts.iter().cycle()) {
        if *cut {
            batches.push(Vec::new());
        }
        batches.last_mut().unwrap().push(record);
    }
    batches
}

fn times_by_group(alerts: &[Alert<'_>]) -> BTreeMap<(String, String), Vec<i64>> {
    let mut times: BTreeMap<(String, String), Vec<i64>> = BTreeMap::new();
    for alert in alerts {
        let group = (alert.rule.title.clone(), alert.group[0].1.clone());
        times.entry(group).or_default().push(alert.time_ms / 1000 - START_S);
    }
    times.values_mut().for_each(|times| times.sort_unstable());
    times
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn history_is_the_same_in_any_order_and_with_duplicates(
        events in prop::collection::vec(any_event(), 0..40),
        order in prop::collection::vec(any::<Index>(), 0..60),
    ) {
        let rules = five_correlations();
        let records: Vec<Value> = (0..).zip(&events).map(|(number, event)| record(number, event)).collect();
        let expected = rules.correlate_history(contributions(&rules, &records));
        let shuffled = delivered(&records, &order, &[false]).concat();
        prop_assert_eq!(rules.correlate_history(contributions(&rules, &shuffled)), expected);
    }

    /// No window is missed, none is invented, and no two alerts are closer than the time span.
    #[test]
    fn alerts_of_a_stream_cover_exactly_the_windows_that_are_there(
        events in prop::collection::vec(any_event(), 0..40),
        order in prop::collection::vec(any::<Index>(), 0..60),
        cuts in prop::collection::vec(any::<bool>(), 1..20),
    ) {
        let rules = five_correlations();
        let records: Vec<Value> = (0..).zip(&events).map(|(number, event)| record(number, event)).collect();
        let alerts: Vec<Alert<'_>> = live(&rules, delivered(&records, &order, &cuts)).into_values().collect();
        let times = times_by_group(&alerts);
        // The counting correlation serves the chained one, so that its own alerts are not reported.
        for correlation in ["values", "together", "ordered"] {
            for user in ["ada", "bob"] {
                let raised = times.get(&(correlation.to_owned(), user.to_owned())).cloned().unwrap_or_default();
                let ends = true_ends(correlation, user, &events);
                prop_assert!(raised.iter().all(|time| ends.contains(time)), "{} {}: {:?} of {:?}", correlation, user, raised, ends);
                prop_assert!(raised.windows(2).all(|pair| pair[1] - pair[0] >= TIMESPAN_S));
                prop_assert!(ends.iter().all(|end| raised.iter().any(|time| (time - end).abs() < TIMESPAN_S)), "{} {}: {:?} of {:?}", correlation, user, raised, ends);
            }
        }
    }

    #[test]
    fn every_burst_raises_the_same_alerts_in_any_order(
        events in any_bursts(),
        order in prop::collection::vec(any::<Index>(), 0..60),
        cuts in prop::collection::vec(any::<bool>(), 1..20),
    ) {
        let rules = five_correlations();
        let records: Vec<Value> = (0..).zip(&events).map(|(number, event)| record(number, event)).collect();
        // Bursts last less than a time span and are far apart: which burst an alert belongs to is its thousand.
        let bursts = |alerts: &[Alert<'_>]| -> Vec<((String, String), Vec<i64>)> {
            let times = times_by_group(alerts).into_iter();
            times.map(|(group, times)| (group, times.into_iter().map(|time| time / 1000).collect())).collect()
        };
        let expected = bursts(&rules.correlate_history(contributions(&rules, &records)));
        let alerts: Vec<Alert<'_>> = live(&rules, delivered(&records, &order, &cuts)).into_values().collect();
        prop_assert_eq!(bursts(&alerts), expected);
    }
}
