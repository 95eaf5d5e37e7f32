//! Each record counts once, whatever is delivered twice, late or to a function that is stopped.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use trailreflex_metering::{
    FlushId, LEASE, LedgerInMemory, Meter, Services, SinkInMemory, Stopped, activities,
};
use trailreflex_metrics::Activity;
use trailreflex_model::cloudtrail::Record;

const START: i64 = 1_790_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(START + second).unwrap()
}

fn record(number: u32) -> Record {
    let services = ["iam", "s3", "ec2"];
    let error = if number.is_multiple_of(5) { json!("AccessDenied") } else { json!(null) };
    Record::parse(json!({
        "eventVersion": "1.11", "eventType": "AwsApiCall", "eventCategory": "Management",
        "eventID": format!("00000000-0000-4000-8000-{number:012}"),
        "eventTime": at(i64::from(number % 180) - 300).to_string(),
        "eventSource": format!("{}.amazonaws.com", services[number as usize % 3]), "eventName": "GetThing",
        "errorCode": error, "awsRegion": "us-east-1", "recipientAccountId": "111122223333", "readOnly": number.is_multiple_of(2),
        "userIdentity": {"type": "AssumedRole", "principalId": format!("AROA{}:s", number % 7)},
    }))
    .unwrap()
}

fn services() -> Services {
    "iam,s3".parse().unwrap()
}

/// What counting each record once comes to, without the delay, which depends on when that is done.
fn expected(records: impl Iterator<Item = u32>) -> BTreeMap<Activity, f64> {
    let mut sums = BTreeMap::new();
    let mut people = std::collections::BTreeSet::new();
    for number in records {
        for activity in activities(&record(number), &services()) {
            *sums.entry(activity).or_default() += 1.0;
        }
        people.insert(number % 7);
    }
    if !people.is_empty() {
        sums.insert(Activity::NewPrincipals, people.len() as f64);
    }
    sums
}

struct World {
    meter: Meter<LedgerInMemory>,
    sink: SinkInMemory,
    second: i64,
    flushes: usize,
    uncertain: usize,
}

impl World {
    fn new() -> Self {
        let meter = Meter { ledger: LedgerInMemory::default(), services: services(), home: None };
        Self { meter, sink: SinkInMemory::default(), second: 0, flushes: 0, uncertain: 0 }
    }

    /// Delivers a batch; returns what is to come again.
    async fn deliver(&mut self, numbers: &[u32], ends: &[Stopped]) -> Vec<u32> {
        self.flushes += 1;
        self.second += 1;
        let records: Vec<_> = numbers.iter().map(|number| record(*number)).collect();
        *self.meter.ledger.ends.borrow_mut() = ends.to_vec();
        let flush = FlushId(format!("flush-{}", self.flushes));
        let counted = self.meter.count(&records, &flush, at(self.second)).await;
        self.meter.ledger.ends.borrow_mut().clear();
        let total = counted.counted + counted.duplicates + counted.again.len();
        assert_eq!(total, numbers.len(), "every record is accounted for: {counted:?}");
        assert_eq!(counted.again.is_empty(), counted.problems.is_empty());
        counted.again.iter().map(|place| numbers[*place]).collect()
    }

    async fn publish(&mut self, ledger: &[Stopped], sink: &[Stopped]) {
        self.second += 1;
        *self.meter.ledger.ends.borrow_mut() = ledger.to_vec();
        *self.sink.ends.borrow_mut() = sink.to_vec();
        let published = self.meter.publish(&self.sink, &format!("at-{}", self.second), at(self.second)).await;
        self.uncertain += published.uncertain;
        self.meter.ledger.ends.borrow_mut().clear();
        self.sink.ends.borrow_mut().clear();
    }

    /// Lets all leases end and everything come again without faults.
    async fn settle(&mut self, mut again: Vec<u32>) {
        for _ in 0..4 {
            self.second += LEASE.as_secs() + 1;
            again = if again.is_empty() { again } else { self.deliver(&again, &[]).await };
            self.publish(&[], &[]).await;
        }
        assert_eq!(again, Vec::<u32>::new(), "what comes again is counted at last");
    }

    fn sums(&self) -> BTreeMap<Activity, f64> {
        let mut sums = self.sink.sums.borrow().clone();
        sums.remove(&Activity::SecondsToMetric);
        sums
    }
}

fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future);
}

fn stopped() -> impl Strategy<Value = Stopped> {
    prop_oneof![6 => Just(Stopped::Not), 1 => Just(Stopped::Before), 1 => Just(Stopped::After)]
}

fn definite() -> impl Strategy<Value = Stopped> {
    prop_oneof![3 => Just(Stopped::Not), 1 => Just(Stopped::Before)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any batches, in any order, with any duplicates; calls to the table fail in both ways; CloudWatch refuses now and then.
    #[test]
    fn the_sums_are_exact_unless_cloudwatch_leaves_open_whether_it_has_received_a_call(
        batches in prop::collection::vec((prop::collection::vec(0_u32..60, 1..20), prop::collection::vec(stopped(), 0..40)), 1..12),
        publishing in prop::collection::vec((prop::collection::vec(definite(), 0..4), any::<bool>()), 12),
        waits in prop::collection::vec(0_i64..200, 12),
    ) {
        run(async {
            let mut world = World::new();
            let mut again = Vec::new();
            for (((numbers, ends), (sink, is_published)), wait) in batches.iter().zip(&publishing).zip(&waits) {
                world.second += wait;
                again.extend(world.deliver(numbers, ends).await);
                if *is_published {
                    world.publish(&[], sink).await;
                }
            }
            world.settle(again).await;
            assert_eq!(world.sums(), expected(batches.iter().flat_map(|(numbers, _)| numbers.iter().copied()).collect::<std::collections::BTreeSet<_>>().into_iter()));
            assert_eq!(world.uncertain, 0);
        });
    }

    /// CloudWatch and the table may do anything while values are sent: none is lost, and what may be doubled is told.
    #[test]
    fn an_uncertain_call_may_count_twice_is_told_and_never_loses_anything(
        numbers in prop::collection::btree_set(0_u32..60, 1..30),
        attempts in prop::collection::vec((prop::collection::vec(stopped(), 0..6), prop::collection::vec(stopped(), 0..3)), 1..5),
    ) {
        run(async {
            let mut world = World::new();
            let numbers: Vec<_> = numbers.into_iter().collect();
            prop_assert_eq_none(&world.deliver(&numbers, &[]).await);
            for (ledger, sink) in &attempts {
                world.publish(ledger, sink).await;
                world.second += LEASE.as_secs();
            }
            world.settle(Vec::new()).await;
            let exact = expected(numbers.iter().copied());
            let sums = world.sums();
            assert_eq!(sums.keys().collect::<Vec<_>>(), exact.keys().collect::<Vec<_>>());
            for (activity, sum) in &sums {
                assert!(*sum >= exact[activity], "{activity:?}: {sum} of {}", exact[activity]);
            }
            if sums != exact {
                assert!(world.uncertain >= numbers.len(), "what is doubled is told: {}", world.uncertain);
            }
        });
    }
}

fn prop_assert_eq_none(again: &[u32]) {
    assert_eq!(again, &[] as &[u32]);
}

#[test]
fn a_flush_that_was_only_slow_counts_nothing_once_another_has_given_it_up() {
    use trailreflex_metering::{Claim, Key, Ledger, Part, PartId, PartState};
    run(async {
        let mut world = World::new();
        let event = record(1);
        let key = Key::Event(event.recipient_account().cloned(), event.event_id().unwrap().clone());
        let slow = FlushId("slow".to_owned());
        let claimed = world.meter.ledger.claim(&[key], &slow, at(0)).await;
        assert_eq!(claimed, [Ok(Claim::Taken)]);
        assert_eq!(world.deliver(&[1], &[]).await, [1], "while the lease runs, the record comes again");
        world.second += LEASE.as_secs();
        assert_eq!(world.deliver(&[1], &[]).await, [] as [u32; 0]);
        let part = Part {
            id: PartId { flush: slow.clone(), number: 0 },
            state: PartState::Waiting,
            events: 1,
            series: Vec::new(),
        };
        assert_eq!(world.meter.ledger.settle(&slow, &[part], at(500)).await, Ok(false));
        world.settle(Vec::new()).await;
        assert_eq!(world.sums(), expected([1].into_iter()));
    });
}

#[test]
fn a_hundred_thousand_records_with_copies_in_disorder_and_failing_calls_add_up_exactly() {
    run(async {
        let mut world = World::new();
        let mut again = Vec::new();
        // Every hundredth record comes twice, in another batch; the order is that of a fixed shuffle.
        let mut order: Vec<u32> = (0..100_000).chain((0..100_000).step_by(100)).collect();
        let mut state = 7_u64;
        for place in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(place, (state >> 33) as usize % (place + 1));
        }
        for (number, batch) in order.chunks(2_000).enumerate() {
            let ends = if number.is_multiple_of(3) {
                vec![Stopped::After, Stopped::Before, Stopped::Not]
            } else {
                Vec::new()
            };
            again.extend(world.deliver(batch, &ends).await);
            let sink = if number.is_multiple_of(4) { vec![Stopped::Before] } else { Vec::new() };
            world.publish(&[], &sink).await;
        }
        world.settle(again).await;
        assert_eq!(world.sums(), expected(0..100_000));
        assert_eq!(world.uncertain, 0);
    });
}

#[test]
fn records_that_cannot_be_counted_are_named_or_counted_by_reason() {
    run(async {
        let world = World::new();
        let mut without_id = record(1).into_raw();
        without_id["eventID"] = json!("");
        let mut old = record(2).into_raw();
        old["eventTime"] = json!(at(-14 * 24 * 3600).to_string());
        let mut timeless = record(3).into_raw();
        timeless["eventTime"] = json!("yesterday");
        let records = [without_id, old, timeless].map(|raw| Record::parse(raw).unwrap());
        let flush = FlushId("one".to_owned());
        let counted = world.meter.count(&records, &flush, at(SignedDuration::ZERO.as_secs())).await;
        let reasons: Vec<_> =
            counted.not_metered.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
        assert_eq!((counted.unidentified, reasons), (vec![0], vec![("tooOld", 1), ("noTime", 1)]));
    });
}
