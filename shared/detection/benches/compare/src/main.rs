//! The same rules and records through this engine and through rsigma's library.
//!
//! `cargo run --release -- --bench` here: a run evaluates a thousand records, so that milliseconds are microseconds per record.
//! Both are given parsed records and must find the same number of matches.

#[path = "../../evaluate/workload.rs"]
mod workload;

use divan::Bencher;
use rsigma_eval::Engine;
use rsigma_eval::event::JsonEvent;
use serde_json::Value;
use trailreflex_detection::{Document, RuleSet};
use workload::Rules;

const CASES: [(Rules, usize); 6] = [
    (Rules::Distinct, 60),
    (Rules::Distinct, 800),
    (Rules::Distinct, 5000),
    (Rules::Hot, 60),
    (Rules::Hot, 800),
    (Rules::Hot, 5000),
];

fn main() {
    let records = workload::records();
    for (kind, count) in CASES {
        let (ours, theirs) = (ours(kind, count), rsigma(kind, count));
        let found = (run_ours(&ours, &records), run_rsigma(&theirs, &records));
        assert_eq!(found.0, found.1, "the engines disagree on {count} {kind:?} rules");
    }
    divan::main();
}

fn ours(kind: Rules, count: usize) -> RuleSet {
    let rules = (1..).zip(workload::rules(kind, count));
    RuleSet::load(rules.map(|(line, rule)| Document::new("rules.yml", line, rule))).rules
}

fn rsigma(kind: Rules, count: usize) -> Engine {
    // JSON is YAML.
    let texts: Vec<String> = workload::rules(kind, count).iter().map(Value::to_string).collect();
    let collection = rsigma_parser::parse_sigma_yaml(&texts.join("\n---\n")).expect("the rules are valid");
    let mut engine = Engine::new();
    engine.add_collection(&collection).expect("the rules compile");
    engine
}

fn run_ours(rules: &RuleSet, records: &[Value]) -> usize {
    records.iter().map(|record| rules.evaluate(record).len()).sum()
}

fn run_rsigma(engine: &Engine, records: &[Value]) -> usize {
    records.iter().map(|record| engine.evaluate(&JsonEvent::borrow(record)).len()).sum()
}

#[divan::bench(args = CASES, sample_count = 50)]
fn trailreflex(bencher: Bencher<'_, '_>, (kind, count): (Rules, usize)) {
    let (rules, records) = (ours(kind, count), workload::records());
    bencher.bench_local(|| run_ours(&rules, &records));
}

#[divan::bench(args = CASES, sample_count = 50)]
fn rsigma_library(bencher: Bencher<'_, '_>, (kind, count): (Rules, usize)) {
    let (engine, records) = (rsigma(kind, count), workload::records());
    bencher.bench_local(|| run_rsigma(&engine, &records));
}
