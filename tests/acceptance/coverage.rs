//! `docs/coverage.md` says which rules cover what, and every row of the catalogue is covered.

use crate::generated::assert_file;
use crate::proofs::rules;
use crate::repository::read;
use crate::rule_pages::techniques;
use crate::template::playbooks;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use trailreflex_detection::Rule;
use trailreflex_proofs::called;
use trailreflex_response::ActionClass;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    catalogue: Vec<Row>,
    stratus: Vec<Technique>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    row: u64,
    name: String,
    v18: Vec<String>,
    v19: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Technique {
    id: String,
    name: String,
    note: Option<String>,
    /// Why nothing that answers its rules helps against it.
    uncontained: Option<String>,
}

fn catalogue() -> Catalogue {
    yaml_serde::from_str(&read("rules/catalogue.yml")).unwrap()
}

/// Rules by what they say under `custom`.
fn rules_by(key: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rule in rules().reported() {
        for value in custom_list(rule, key) {
            by.entry(value).or_default().insert(link(rule));
        }
    }
    by
}

/// What responders do about each technique: class, mode and action of the playbooks that answer rules about it.
fn answers() -> BTreeMap<String, BTreeSet<(ActionClass, String, String)>> {
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    let mut answers: BTreeMap<String, BTreeSet<_>> = BTreeMap::new();
    for rule in rules().reported() {
        for technique in custom_list(rule, "stratus") {
            for (class, playbooks) in playbooks() {
                let id = rule.id.as_deref().unwrap_or_default();
                let Some(playbook) = playbooks.for_rule(id) else { continue };
                let mode = word(serde_json::to_value(playbook.mode).unwrap());
                let actions =
                    playbook.actions.iter().map(|action| word(serde_json::to_value(action).unwrap()));
                let answer = actions.map(|action| (class, mode.clone(), action));
                answers.entry(technique.clone()).or_default().extend(answer);
            }
        }
    }
    answers
}

fn custom_list(rule: &Rule, key: &str) -> Vec<String> {
    let list = rule.custom.get("custom").and_then(|custom| custom.get(key)).and_then(|list| list.as_array());
    list.into_iter().flatten().map(|value| value.to_string().trim_matches('"').to_owned()).collect()
}

fn link(rule: &Rule) -> String {
    format!("[`{}`](../{})", called(rule), rule.origin.file)
}

fn joined(rules: &BTreeSet<String>) -> String {
    rules.iter().cloned().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_row_of_the_catalogue_is_covered_and_no_other_is_named() {
    let named: BTreeSet<_> = rules_by("catalogue").into_keys().collect();
    let rows: BTreeSet<_> = catalogue().catalogue.iter().map(|row| row.row.to_string()).collect();
    assert_eq!(named, rows);
    assert_eq!(rows.len(), 98);
}

#[test]
fn only_stratus_techniques_that_exist_are_named() {
    let known: BTreeSet<_> = catalogue().stratus.into_iter().map(|technique| technique.id).collect();
    let named: BTreeSet<_> = rules_by("stratus").into_keys().collect();
    assert_eq!(named.difference(&known).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn the_page_on_coverage_is_up_to_date() {
    let catalogue = catalogue();
    let by_row = rules_by("catalogue");
    let by_technique = rules_by("stratus");
    let seen = catalogue.stratus.iter().filter(|technique| by_technique.contains_key(&technique.id)).count();
    let mut text = format!(
        "# Coverage\n\n<!-- Written from rules/ by the acceptance tests. -->\n\nWhat the [rules](rules.md) see: {} \
         detections that public rule sets agree on, {seen} of {} techniques of Stratus Red Team, and techniques of \
         ATT&CK in the numbering of v18 and of v19 (April 2026). Where a record cannot tell everything, the note says so.\n",
        by_row.len(),
        catalogue.stratus.len(),
    );
    text.push_str(
        "\n## Detections\n\n| # | detection | ATT&CK v18 | v19 | rules | note |\n|--:|---|---|---|---|---|\n",
    );
    for Row { row, name, v18, v19, note } in &catalogue.catalogue {
        let covering = by_row.get(&row.to_string()).map(joined).unwrap_or_default();
        let note = note.as_deref().unwrap_or_default();
        let v19 = if v18 == v19 { "the same".to_owned() } else { v19.join(", ") };
        writeln!(text, "| {row} | {name} | {} | {v19} | {covering} | {note} |", v18.join(", ")).unwrap();
    }
    text.push_str(
        "\n## Stratus Red Team\n\nEach rule has proofs that it fires, on events written for it. `act`: contained at once in a stack that acts; \
         `plan`: planned, a person decides. What an action has changed its function takes back: `{\"undo\": \"<plan>\"}`.\n\n\
         | technique | what it does | detected by | contained by | undone by | note |\n|---|---|---|---|---|---|\n",
    );
    let answers = answers();
    for Technique { id, name, note, uncontained } in &catalogue.stratus {
        let covering = by_technique.get(id).map_or_else(|| "none".to_owned(), joined);
        let answer = answers.get(id).cloned().unwrap_or_default();
        let functions: BTreeSet<_> =
            answer.iter().map(|(class, ..)| format!("`{}`", class.as_str())).collect();
        let actions: BTreeSet<_> =
            answer.iter().map(|(_, mode, action)| format!("`{action}` ({mode})")).collect();
        if let Some(reason) = uncontained {
            let note = note.as_deref().unwrap_or_default();
            writeln!(text, "| `{id}` | {name} | {covering} | {reason} | | {note} |").unwrap();
            continue;
        }
        let [contained, undone] =
            [actions, functions].map(|all| if all.is_empty() { "a person".to_owned() } else { joined(&all) });
        let note = note.as_deref().unwrap_or_default();
        writeln!(text, "| `{id}` | {name} | {covering} | {contained} | {undone} | {note} |").unwrap();
    }
    text.push_str("\n## ATT&CK\n\n| technique | rules |\n|---|---|\n");
    let mut by_number: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for rule in rules().reported() {
        for number in techniques(rule) {
            by_number.entry(number).or_default().insert(link(rule));
        }
    }
    for (number, covering) in by_number {
        writeln!(text, "| {number} | {} |", joined(&covering)).unwrap();
    }
    assert_file("docs/coverage.md", &text);
}
