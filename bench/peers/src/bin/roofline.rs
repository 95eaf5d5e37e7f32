//! What no pipeline that is right can be faster than: decompression in one go, the scan for records, and of each record the
//! call that it is about, looked up. No rules.

use foldhash::fast::RandomState;
use std::collections::HashMap;
use trailreflex_bench_peers::{arguments, each_file};
use trailreflex_scan::Scan;

fn main() -> anyhow::Result<()> {
    let (_, logs) = arguments()?;
    let mut scan = Scan::new();
    let mut calls: HashMap<Vec<u8>, usize, RandomState> = HashMap::default();
    let (mut records, mut key) = (0_usize, Vec::new());
    each_file(&logs, |content| {
        records += scan.each(content, |record| {
            key.clear();
            for name in ["eventSource", "eventName"] {
                if let Ok(Some(value)) = record.field(name) {
                    key.extend_from_slice(value.bytes());
                }
            }
            match calls.get_mut(&key) {
                Some(count) => *count += 1,
                None => _ = calls.insert(key.clone(), 1),
            }
        })?;
        Ok(())
    })?;
    println!("{records} records, {} calls", calls.len());
    Ok(())
}
