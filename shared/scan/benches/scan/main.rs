//! What finding records costs, beside a search for one text in the same bytes and beside parsing them.
//!
//! `cargo bench -p trailreflex-scan`: all look at the same 140 MB, so the figures of one run can be compared. So that the
//! search is compiled for speed as well: `CARGO_PROFILE_BENCH_OPT_LEVEL=3 cargo bench -p trailreflex-scan`.

mod records;

use divan::Bencher;
use divan::counter::BytesCount;
use std::sync::OnceLock;
use trailreflex_scan::{Record, Scan};

const BYTES: usize = 140_000_000;

fn main() {
    divan::main();
}

fn file() -> &'static (String, usize) {
    static FILE: OnceLock<(String, usize)> = OnceLock::new();
    FILE.get_or_init(|| records::log_file(BYTES))
}

/// Measures a scan whose records are looked at by `look`.
fn measure(bencher: Bencher<'_, '_>, mut scan: Scan, look: impl Fn(&Record<'_>) -> usize) {
    let (text, count) = file();
    bencher.counter(BytesCount::of_str(text)).bench_local(|| {
        let mut sum = 0;
        let found = scan.each(text.as_bytes(), |record| sum += look(&record));
        assert_eq!(found, Ok(*count));
        sum
    });
}

/// Where each record is, and what separates its fields.
#[divan::bench(sample_count = 20)]
fn scan(bencher: Bencher<'_, '_>) {
    measure(bencher, Scan::new(), |record| record.place().end);
}

/// The same, and the two fields that most rules are about.
#[divan::bench(sample_count = 20)]
fn scan_and_two_fields(bencher: Bencher<'_, '_>) {
    measure(bencher, Scan::new(), |record| {
        let length = |name| record.field(name).ok().flatten().map_or(0, |value| value.bytes().len());
        length("eventSource") + length("eventName")
    });
}

/// The same, and all fields with their keys and values.
#[divan::bench(sample_count = 20)]
fn scan_and_all_fields(bencher: Bencher<'_, '_>) {
    measure(bencher, Scan::new(), |record| {
        record.fields().flatten().map(|field| field.key.len() + field.value.bytes().len()).sum()
    });
}

/// Without vector instructions.
#[divan::bench(sample_count = 10)]
fn scan_portable(bencher: Bencher<'_, '_>) {
    measure(bencher, Scan::portable(), |record| record.place().end);
}

/// A search for one text: how fast bytes can be looked at in any sensible way.
#[divan::bench(sample_count = 20)]
fn search(bencher: Bencher<'_, '_>) {
    let (text, count) = file();
    let needle = memchr::memmem::Finder::new(b"\"eventName\":\"");
    bencher.counter(BytesCount::of_str(text)).bench_local(|| {
        let found = needle.find_iter(text.as_bytes()).count();
        assert_eq!(found, *count);
        found
    });
}

/// Parsing all of it.
#[divan::bench(sample_count = 2)]
fn serde_json(bencher: Bencher<'_, '_>) {
    let (text, _) = file();
    bencher
        .counter(BytesCount::of_str(text))
        .bench_local(|| serde_json::from_str::<serde_json::Value>(text).is_ok());
}
