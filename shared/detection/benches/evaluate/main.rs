//! What a record costs, by the number and kind of rules.
//!
//! `cargo bench -p trailreflex-detection`: a run evaluates a thousand records, so that milliseconds are
//! microseconds per record.

mod workload;

use divan::Bencher;
use trailreflex_detection::{Bundle, Document, Placeholders, RuleSet};
use workload::Rules;

const COUNTS: [usize; 3] = [60, 800, 5000];

fn main() {
    divan::main();
}

fn documents(kind: Rules, count: usize) -> Vec<Document> {
    (1..)
        .zip(workload::rules(kind, count))
        .map(|(line, rule)| Document::new("rules.yml", line, rule))
        .collect()
}

fn evaluate(bencher: Bencher<'_, '_>, kind: Rules, count: usize) {
    let rules = RuleSet::load(documents(kind, count)).rules;
    let records = workload::records();
    bencher.bench_local(|| records.iter().map(|record| rules.evaluate(record).len()).sum::<usize>());
}

#[divan::bench(args = COUNTS)]
fn distinct_calls(bencher: Bencher<'_, '_>, count: usize) {
    evaluate(bencher, Rules::Distinct, count);
}

#[divan::bench(args = COUNTS)]
fn hot_calls(bencher: Bencher<'_, '_>, count: usize) {
    evaluate(bencher, Rules::Hot, count);
}

#[divan::bench(args = [60, 800])]
fn unpinned(bencher: Bencher<'_, '_>, count: usize) {
    evaluate(bencher, Rules::Unpinned, count);
}

/// A cold start: reading and compiling a bundle.
#[divan::bench(args = COUNTS)]
fn load_bundle(bencher: Bencher<'_, '_>, count: usize) {
    let (bundle, _) = Bundle::build(documents(Rules::Hot, count), Placeholders::default());
    let json = bundle.to_json().unwrap_or_default();
    bencher
        .bench_local(|| Bundle::from_json(json.as_bytes()).map(|bundle| bundle.load().rules.rules().len()));
}
