//! A bundle means what the documents mean that it was made of, although it compiles them late.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use trailreflex_detection::{Bundle, Contribution, Document, Placeholders, RuleSet};

use crate::generated::{detection, record};

const LOGSOURCE: [&str; 2] = ["aws", "cloudtrail"];

fn documents(
    detections: &[Value],
    filters: &[(Value, Index)],
    correlations: &[(Value, Index)],
) -> Vec<Document> {
    let logsource = json!({"product": LOGSOURCE[0], "service": LOGSOURCE[1]});
    let rule = |(number, detection): (usize, &Value)| {
        json!({
            "title": format!("Rule {number}"), "name": format!("rule_{number}"), "logsource": logsource,
            "detection": detection, "description": "Prose.", "author": "Ada", "custom": {"number": number},
        })
    };
    let filter = |(number, (section, about)): (usize, &(Value, Index))| {
        let mut section = section.clone();
        section["rules"] = json!([format!("rule_{}", about.index(detections.len()))]);
        json!({"title": format!("Filter {number}"), "logsource": logsource, "filter": section})
    };
    let correlation = |(number, (section, about)): (usize, &(Value, Index))| {
        let mut section = section.clone();
        // About a rule or about a correlation that may come later in the file.
        let names = detections.len() + correlations.len();
        let about = about.index(names);
        let name = match about.checked_sub(detections.len()) {
            None => format!("rule_{about}"),
            Some(other) => format!("correlation_{other}"),
        };
        section["rules"] = json!([name]);
        json!({
            "title": format!("Correlation {number}"), "name": format!("correlation_{number}"),
            "correlation": section,
        })
    };
    let all = (0..).zip(correlations).map(correlation);
    let all = all.chain((0..).zip(filters).map(filter)).chain((0..).zip(detections).map(rule));
    (1..).zip(all).map(|(line, value)| Document::new("rules.yml", line, value)).collect()
}

fn correlation() -> impl Strategy<Value = Value> {
    let (spans, fields) = (select(vec!["1s", "1m"]), select(vec!["agent", "user.name"]));
    let kinds = select(vec!["event_count", "value_count", "temporal"]);
    (kinds, spans, fields, any::<bool>()).prop_map(|(kind, timespan, field, generate)| {
        let condition = match kind {
            "value_count" => json!({"gte": 1, "field": "eventName"}),
            _ => json!({"gte": 1}),
        };
        json!({
            "type": kind, "timespan": timespan, "group-by": [field], "generate": generate, "condition": condition,
        })
    })
}

/// All that a rule set says of records, to be compared.
fn account(rules: &RuleSet, records: &[Value]) -> Vec<String> {
    let mut said = Vec::new();
    let mut contributions: Vec<Contribution> = Vec::new();
    for record in records {
        let evaluated = rules.evaluate(record);
        let observed = rules.observe(record);
        for found in &evaluated {
            said.push(format!("{:?} {:?}", found.rule, found.explain(record)));
        }
        let titles: Vec<&str> = observed.matches.iter().map(|found| found.rule.title.as_str()).collect();
        said.push(format!("{titles:?} {:?} {:?}", observed.contributions, observed.skipped));
        assert_eq!(rules.unusable(record), Vec::<&_>::new());
        contributions.extend(observed.contributions);
    }
    said.push(format!("{:?}", rules.correlate_history(contributions)));
    said.extend(rules.required_events().map(|required| format!("{required:?}")));
    said.extend(rules.rules().chain(rules.correlations()).map(|rule| format!("{rule:?}")));
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_bundle_says_what_its_documents_say(
        detections in prop::collection::vec(detection(), 1..40),
        filters in prop::collection::vec((detection(), any::<Index>()), 0..3),
        correlations in prop::collection::vec((correlation(), any::<Index>()), 0..4),
        records in prop::collection::vec(record(), 1..12),
    ) {
        let mut records = records;
        for (number, record) in records.iter_mut().enumerate().filter(|(_, record)| record.is_object()) {
            record["eventTime"] = format!("2024-11-25T22:00:{number:02}Z").into();
            record["eventID"] = format!("event-{number}").into();
        }
        records.extend([json!(null), json!([]), json!("a")]);
        let documents = documents(&detections, &filters, &correlations);
        let eager = RuleSet::load(documents.clone());
        let (bundle, rejected) = Bundle::build(documents, &Placeholders::default()).unwrap();
        prop_assert_eq!(rejected.len(), eager.rejected.len());
        let expected = account(&eager.rules, &records);

        let again = Bundle::from_bytes(bundle.as_bytes().to_vec()).unwrap();
        prop_assert_eq!(&account(&again.load().unwrap(), &records), &expected);
        // What a command makes of it that reads the documents again, with others.
        let reloaded = RuleSet::load(again.documents().unwrap());
        prop_assert_eq!(reloaded.rejected, Vec::new());
        prop_assert_eq!(&account(&reloaded.rules, &records), &expected);
    }
}

#[test]
fn placeholders_of_a_bundle_take_the_values_they_had_when_it_was_built() {
    let rule = json!({
        "title": "t", "logsource": {"product": "aws"},
        "detection": {"s": {"a|expand": "role/%admins%"}, "condition": "s"},
    });
    let placeholders = Placeholders::new([("admins".to_owned(), vec!["ada".to_owned()])].into());
    let (bundle, rejected) = Bundle::build(vec![Document::new("a.yml", 1, rule)], &placeholders).unwrap();
    assert_eq!(rejected, Vec::new());
    let rules = bundle.load().unwrap();
    assert_eq!(rules.evaluate(&json!({"a": "role/ada"})).len(), 1);
}
