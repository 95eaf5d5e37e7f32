//! Every rule fires where it should, stays quiet where it should, and says what people need to know of it.

use crate::events::{Detection, event, expected};
use crate::proofs::{proofs, rules};
use serde_json::json;
use std::collections::BTreeSet;
use trailreflex_detection::Rule;
use trailreflex_findings::{Evaluated, Event, SOURCE_RULES, SourceRule};
use trailreflex_model::{Finding, Target, cause_chain};
use trailreflex_proofs::called;
use trailreflex_response::Playbooks;

/// ATT&CK v18 and what v19 made of it: reports of both versions must find the rule.
const RENUMBERED: [(&str, &str); 5] = [
    ("attack.t1562", "attack.t1685"),
    ("attack.t1562.001", "attack.t1685"),
    ("attack.t1562.002", "attack.t1685.001"),
    ("attack.t1562.007", "attack.t1686.001"),
    ("attack.t1562.008", "attack.t1685.002"),
];

fn found(case: &Detection) -> Vec<Finding> {
    let rules = rules();
    match Event::read(event(&case.file)) {
        Ok(read) => {
            assert_eq!(case.refused, None, "{}: it was read", case.file);
            let Evaluated { findings, ignored, .. } = read.evaluate(&rules);
            let ignored: Vec<_> = ignored.into_iter().map(|reason| reason.as_str().to_owned()).collect();
            assert_eq!(ignored, case.ignored, "{}", case.file);
            findings
        }
        Err(error) => {
            assert_eq!(Some(cause_chain(&error)), case.refused, "{}", case.file);
            Vec::new()
        }
    }
}

/// What stands for a rule where something else than a rule in Sigma does the detecting.
pub(crate) fn reported_rules() -> impl Iterator<Item = &'static SourceRule> {
    let by_access = trailreflex_access_changes::ACCESS_RULES;
    SOURCE_RULES.into_iter().chain(by_access).chain(trailreflex_credentials::RULES)
}

fn is_reported(id: &str) -> bool {
    reported_rules().any(|rule| rule.id == id)
}

#[test]
fn every_event_leads_to_exactly_the_findings_that_it_lists() {
    let mut problems = Vec::new();
    for case in expected().detect {
        let fired: BTreeSet<_> = found(&case).into_iter().filter_map(|finding| finding.rule.name).collect();
        let wanted: BTreeSet<_> = case.fires.iter().cloned().collect();
        if fired != wanted {
            problems.push(format!("{}: {fired:?} fired instead of {wanted:?}", case.file));
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn the_rules_that_an_event_nearly_fires_exist_and_stay_quiet() {
    let rules = rules();
    for case in expected().detect {
        for rule in &case.near_miss_of {
            let is_known = rules.rule(rule).is_some() || reported_rules().any(|known| known.name == rule);
            assert!(is_known, "{}: no rule is called `{rule}`", case.file);
            assert!(!case.fires.contains(rule), "{}: both fires and does not fire `{rule}`", case.file);
        }
    }
}

#[test]
fn every_rule_says_what_people_need_to_know_of_it() {
    let mut problems = Vec::new();
    let rules = rules();
    for rule in rules.reported() {
        let file = &rule.origin.file;
        let name = rule.name.as_deref().unwrap_or_default();
        let custom = |path: &str| rule.custom.get("custom").and_then(|custom| custom.pointer(path));
        let tagged = |start: &str| rule.tags.iter().any(|tag| tag.starts_with(start));
        let texts = [("id", &rule.id), ("status", &rule.status), ("description", &rule.description)];
        let more = [("author", &rule.author), ("license", &rule.license)];
        let mut missing: Vec<_> =
            texts.into_iter().chain(more).filter(|(_, text)| text.is_none()).map(|(key, _)| key).collect();
        for (key, is_missing) in [
            ("references", rule.references.is_empty()),
            ("falsepositives", rule.false_positives.is_empty()),
            ("a technique (attack.t…)", !tagged("attack.t1")),
            ("a tactic (attack.…)", rule.tags.iter().all(|tag| tag.starts_with("attack.t1"))),
            ("a name that is the file's", !file.ends_with(&format!("/{name}.yml"))),
            ("custom.responder.suggest", custom("/responder/suggest").is_none_or(|words| !words.is_array())),
        ] {
            if is_missing {
                missing.push(key);
            }
        }
        if !missing.is_empty() {
            problems.push(format!("{file}: {}", missing.join(", ")));
        }
    }
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn every_level_is_written_down() {
    let files = crate::repository::files("rules", &["yml"]);
    for file in files.iter().filter(|file| !file.ends_with(".tests.yml") && !file.ends_with("/catalogue.yml"))
    {
        let text = crate::repository::read(file);
        let documents = text.split("\n---\n").count();
        let levels = text.matches("\nlevel: ").count();
        assert_eq!(levels, documents, "{file}: a level that is not stated counts as medium");
    }
}

#[test]
fn techniques_that_were_renumbered_have_both_numbers() {
    let rules = rules();
    for rule in rules.rules().chain(rules.correlations()) {
        let has = |tag: &str| rule.tags.iter().any(|found| found == tag);
        // v19 divided the tactic in two.
        let after = has("attack.defense-impairment") || has("attack.stealth");
        assert_eq!(
            has("attack.defense-evasion"),
            after,
            "{}: name the tactic as v18 and as v19 do",
            rule.origin
        );
        for (before, after) in RENUMBERED {
            assert!(!has(before) || has(after), "{}: `{before}` needs `{after}` beside it", rule.origin);
            let befores = RENUMBERED.iter().filter(|(_, other)| *other == after);
            let is_paired = !has(after) || befores.into_iter().any(|(before, _)| has(before));
            assert!(is_paired, "{}: `{after}` needs its number in v18 beside it", rule.origin);
        }
    }
}

#[test]
fn a_rule_that_names_a_target_finds_it_in_every_event_that_fires() {
    let rules = rules();
    for case in expected().detect {
        for finding in found(&case) {
            let Some(rule) = rules.rule(&finding.rule.id) else {
                assert!(is_reported(&finding.rule.id), "{}: `{}`", case.file, finding.rule.title);
                continue; // whom a report names, it says itself
            };
            let hint = rule.custom.get("custom").and_then(|custom| custom.pointer("/responder/target"));
            let names_a_target = hint.is_some_and(serde_json::Value::is_object);
            assert_eq!(finding.target.is_some(), names_a_target, "{}: `{}`", case.file, finding.rule.title);
        }
    }
}

/// An action that takes back what a call has added does nothing if that is not found, so a wrong path would go unseen.
#[test]
fn a_rule_that_says_where_additions_are_is_shown_to_find_some() {
    let rules = rules();
    let says = |rule: &Rule| {
        rule.custom.get("custom").is_some_and(|custom| custom.pointer("/responder/target/added").is_some())
    };
    let mut unseen: BTreeSet<_> = rules.rules().filter(|rule| says(rule)).map(called).collect();
    assert!(unseen.len() > 5, "{unseen:?}");
    for record in proofs().iter().flat_map(|proof| &proof.records) {
        let envelope = json!({
            "version": "0", "id": "e-1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.ssm",
            "account": "111122223333", "region": "us-east-1", "time": "2026-11-24T10:00:00Z", "resources": [],
            "detail": record,
        });
        for finding in Event::read(envelope).unwrap().evaluate(&rules).findings {
            let resource = finding.target.as_ref().and_then(Target::resource);
            if let (Some(rule), true) =
                (rules.rule(&finding.rule.id), resource.is_some_and(|resource| !resource.added.is_empty()))
            {
                unseen.remove(called(rule));
            }
        }
    }
    assert_eq!(unseen, BTreeSet::new());
}

#[test]
fn every_rule_of_a_playbook_exists_and_can_name_a_target() {
    let rules = rules();
    let playbooks = crate::template::playbooks();
    let mut ids = BTreeSet::new();
    for playbook in playbooks.values().flat_map(Playbooks::all) {
        assert!(ids.insert(&playbook.id), "two playbooks are called `{}`", playbook.id);
        for id in &playbook.rules {
            if is_reported(id) {
                continue;
            }
            let rule = rules.rule(id).unwrap_or_else(|| panic!("{}: no rule `{id}`", playbook.id));
            assert_eq!(rule.id.as_ref(), Some(id), "{}: rules are listed by id", playbook.id);
            let hint = rule.custom.get("custom").and_then(|custom| custom.pointer("/responder/target"));
            assert!(hint.is_some(), "{}: `{}` names nobody to respond to", playbook.id, rule.title);
        }
    }
}

#[test]
fn no_two_rules_share_an_id_or_a_name() {
    let rules = rules();
    let mut seen = BTreeSet::new();
    for rule in rules.rules().chain(rules.correlations()) {
        assert!(seen.insert(rule.id.clone()), "{}: its id is taken", rule.origin);
        assert!(seen.insert(rule.name.clone()), "{}: its name is taken", rule.origin);
    }
    for rule in reported_rules() {
        assert!(seen.insert(Some(rule.id.to_owned())), "{}: its id is taken", rule.name);
        assert!(seen.insert(Some(rule.name.to_owned())), "{}: its name is taken", rule.name);
    }
}
