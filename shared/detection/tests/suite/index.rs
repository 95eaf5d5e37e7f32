//! The index finds exactly what looking at every rule finds.

use proptest::prelude::*;
use serde_json::{Value, json};
use trailreflex_detection::{Document, RuleSet};

use crate::generated::{detection, record};

/// Loads rules; without `indexed`, in a way that leaves the index nothing to go by.
fn load(detections: &[Value], indexed: bool) -> RuleSet {
    let documents = (0..).zip(detections).map(|(number, detection)| {
        let mut detection = detection.clone();
        if !indexed {
            let condition = detection["condition"].as_str().unwrap();
            detection["condition"] = format!("not not ({condition})").into();
        }
        let logsource = json!({"product": "aws", "service": "cloudtrail"});
        let rule = json!({"title": format!("{number}"), "logsource": logsource, "detection": detection});
        Document::new("rules.yml", number, rule)
    });
    RuleSet::load(documents).rules
}

fn titles(rules: &RuleSet, record: &Value) -> Vec<String> {
    rules.evaluate(record).iter().map(|found| found.rule.title.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_index_finds_what_a_full_scan_finds(
        detections in prop::collection::vec(detection(), 1..60),
        records in prop::collection::vec(record(), 1..20),
    ) {
        let indexed = load(&detections, true);
        let scanned = load(&detections, false);
        for record in records.iter().chain([&json!(null), &json!([]), &json!("a")]) {
            prop_assert_eq!(titles(&indexed, record), titles(&scanned, record), "{}", record);
        }
    }
}
