//! Rules mean what pySigma says they mean; see `tests/pysigma`.

use serde::Deserialize;
use serde_json::{Value, json};
use trailreflex_detection::{Document, RuleSet};

#[derive(Deserialize)]
struct Suite {
    name: String,
    records: Vec<Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    detection: Value,
    filter: Option<Value>,
    /// A bit per record, or none if pySigma rejects the rule.
    matches: Option<String>,
}

impl Case {
    fn documents(&self) -> Vec<Document> {
        let logsource = json!({"product": "aws", "service": "cloudtrail"});
        let rule =
            json!({"title": "rule", "name": "filtered", "logsource": logsource, "detection": self.detection});
        let filter = self
            .filter
            .iter()
            .map(|filter| json!({"title": "filter", "logsource": logsource, "filter": filter}));
        [rule].into_iter().chain(filter).map(|value| Document::new("rule.yml", 1, value)).collect()
    }

    /// Tells whether a difference is meant; `accepted` is what the engine did.
    fn is_known(&self, accepted: bool) -> bool {
        let Some((key, value)) =
            self.detection["s"].as_object().and_then(|selection| selection.iter().next())
        else {
            return false;
        };
        let has = |wanted: &[&str]| key.split('|').skip(1).any(|modifier| wanted.contains(&modifier));
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let any = |test: fn(&Value) -> bool| values.iter().any(test);
        let is_number_or_bool = |value: &Value| value.is_number() || value.is_boolean();
        let is_time = has(&["minute", "hour", "day", "week", "month", "year"]);
        if !accepted {
            // A regular expression is text, and a part of a time is a whole number; pySigma makes do with others.
            return (has(&["re"]) && any(|value| value.is_null() || value.is_boolean()))
                || (is_time && any(Value::is_f64));
        }
        if self.matches.is_some() {
            return false;
        }
        let compares = is_time || has(&["lt", "lte", "gt", "gte"]);
        let is_text = !compares && !has(&["re", "cidr", "exists", "fieldref", "expand"]);
        // Numbers are text to modifiers of text, and text that is a number is one to comparisons, as in records.
        (is_text && any(is_number_or_bool))
            || (compares && values.iter().all(|value| value.as_str().is_none_or(|text| text.parse::<i64>().is_ok())))
            // pySigma goes through UTF-8, where only ASCII survives.
            || (has(&["wide", "utf16", "utf16be"]) && any(|value| value.as_str().is_some_and(|text| !text.is_ascii())))
    }

    /// Returns what the engine makes of the rule, in the notation of `matches`.
    fn evaluate(&self, records: &[Value]) -> Option<String> {
        let loaded = RuleSet::load(self.documents());
        if !loaded.rejected.is_empty() {
            return None;
        }
        let bits = records
            .iter()
            .fold(0_u128, |bits, record| bits << 1 | u128::from(!loaded.rules.evaluate(record).is_empty()));
        Some(format!("{bits:x}"))
    }
}

#[test]
fn every_rule_means_what_pysigma_says() {
    let suites: Vec<Suite> = serde_json::from_str(include_str!("../pysigma/expectations.json")).unwrap();
    let mut wrong = Vec::new();
    for suite in &suites {
        assert!(suite.records.len() <= 128, "{}: records do not fit the notation", suite.name);
        for case in &suite.cases {
            let found = case.evaluate(&suite.records);
            if found != case.matches && !case.is_known(found.is_some()) {
                wrong.push(format!(
                    "{}: {} {:?}: {found:?}, not {:?}",
                    suite.name, case.detection, case.filter, case.matches
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
