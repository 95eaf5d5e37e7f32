//! Inputs that once failed, or that a fuzzer should start from, go through what the fuzz targets do.

use crate::repository::root;
use std::collections::BTreeSet;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// What is done with an input.
type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 6] = [
    ("bundle", targets::bundle),
    ("condition", targets::condition),
    ("log_file", targets::log_file),
    ("record", targets::record),
    ("rule", targets::rule),
    ("scan", targets::scan),
];

#[test]
fn inputs_that_once_failed_do_no_more() {
    for (name, target) in TARGETS {
        let mut inputs = 0;
        for entry in std::fs::read_dir(root().join("tests/regressions").join(name)).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            target(&std::fs::read(&path).unwrap());
            inputs += 1;
        }
        assert!(inputs > 0, "{name}");
    }
}

#[test]
fn every_fuzz_target_has_its_regressions() {
    let stems = |folder: &str| -> BTreeSet<String> {
        let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    let known: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(stems("fuzz/fuzz_targets"), known);
    assert_eq!(stems("tests/regressions"), known);
}
