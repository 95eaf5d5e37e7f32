//! What a record costs, by the number and kind of rules.
//!
//! `cargo bench -p trailreflex-detection`: a run evaluates a thousand records, so that milliseconds are
//! microseconds per record.

mod workload;

use divan::Bencher;
use serde_json::Value;
use trailreflex_detection::{Bundle, Document, Placeholders, RuleSet};
use workload::Rules;

const COUNTS: [usize; 3] = [60, 800, 5000];
const BUNDLES: [usize; 4] = [60, 250, 800, 5000];

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

/// A bundle as a function has it: part of the program.
fn built_in(count: usize) -> &'static [u8] {
    let bundle = Bundle::build(documents(Rules::Hot, count), &Placeholders::default());
    bundle.map(|(bundle, _)| bundle.as_bytes().to_vec()).unwrap_or_default().leak()
}

/// What a cold start costs before the first record.
#[divan::bench(args = BUNDLES)]
fn start(bencher: Bencher<'_, '_>, count: usize) {
    let bytes = built_in(count);
    bencher.bench_local(|| Bundle::built_in(bytes).and_then(|bundle| bundle.load()));
}

/// The same with the first record: of its rules, at most as many are compiled as are about its call.
#[divan::bench(args = BUNDLES)]
fn start_and_first_record(bencher: Bencher<'_, '_>, count: usize) {
    let bytes = built_in(count);
    let record = workload::records().into_iter().next().unwrap_or(Value::Null);
    bencher.bench_local(|| {
        let rules = Bundle::built_in(bytes).and_then(|bundle| bundle.load());
        rules.map(|rules| rules.evaluate(&record).len())
    });
}

/// A bundle from outside, whose hash is compared.
#[divan::bench(args = BUNDLES)]
fn start_from_outside(bencher: Bencher<'_, '_>, count: usize) {
    let bytes = built_in(count);
    bencher.bench_local(|| Bundle::from_bytes(bytes).and_then(|bundle| bundle.load()));
}

/// Compiling every rule, as the command does with files.
#[divan::bench(args = BUNDLES)]
fn compile_all(bencher: Bencher<'_, '_>, count: usize) {
    let documents = documents(Rules::Hot, count);
    bencher.bench_local(|| RuleSet::load(documents.iter().cloned()).rules.rules().len());
}
