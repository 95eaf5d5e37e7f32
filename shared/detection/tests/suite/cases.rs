//! Rules and the records they must and must not match, as files under `tests/cases`.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use trailreflex_detection::{Document, RuleSet};

/// A file of cases: each has a detection, and records that match and that do not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    detection: Value,
    #[serde(default)]
    fires: Vec<Value>,
    #[serde(default)]
    quiet: Vec<Value>,
}

#[test]
fn every_rule_fires_on_exactly_the_records_it_should() {
    let mut cases = 0;
    for (file, text) in files("cases") {
        let list: Vec<Case> = yaml_serde::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        for case in list {
            check(&file, &case);
            cases += 1;
        }
    }
    assert!(cases > 0);
}

fn check(file: &str, case: &Case) {
    let rule = serde_json::json!({
        "title": case.name,
        "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": case.detection,
    });
    let loaded = RuleSet::load([Document::new(file, 1, rule)]);
    assert!(loaded.rejected.is_empty(), "{file}: {}: {}", case.name, loaded.rejected[0]);
    let expected = case.fires.iter().map(|record| (record, true));
    for (record, fires) in expected.chain(case.quiet.iter().map(|record| (record, false))) {
        let fired = !loaded.rules.evaluate(record).is_empty();
        assert_eq!(fired, fires, "{file}: {}: {record}", case.name);
    }
}

fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect()
}
