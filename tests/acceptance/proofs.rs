//! The proofs of the rule pack hold, and every rule has some.

use crate::repository::{files, read};
use std::collections::BTreeMap;
use trailreflex_detection::{Bundle, RuleSet};
use trailreflex_proofs::{Proof, called};

/// Most rules need more than one near miss to show where their limit is.
const NEAR_MISSES: usize = 2;

/// The built-in rules.
pub(crate) fn rules() -> RuleSet {
    Bundle::built_in(trailreflex_content::RULES).unwrap().load().unwrap()
}

/// All proofs that stand beside them.
pub(crate) fn proofs() -> Vec<Proof> {
    let files = files("rules", &["yml"]).into_iter().filter(|file| file.ends_with(".tests.yml"));
    files.flat_map(|file| trailreflex_proofs::read(&file, &read(&file)).unwrap()).collect()
}

#[test]
fn every_proof_holds() {
    let rules = rules();
    let failure = |proof: &Proof| {
        let failure = proof.failure(&rules)?;
        Some(format!("{}: `{}`: {failure}", proof.file, proof.what))
    };
    let failures: Vec<_> = proofs().iter().filter_map(failure).collect();
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn every_rule_is_shown_to_fire_and_to_stay_quiet() {
    let rules = rules();
    let proofs = proofs();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for proof in &proofs {
        for rule in proof.fires.iter().filter_map(|name| rules.rule(name)) {
            counts.entry(called(rule).to_owned()).or_default().0 += 1;
        }
        for rule in proof.near_miss_of.iter().filter_map(|name| rules.rule(name)) {
            counts.entry(called(rule).to_owned()).or_default().1 += 1;
        }
    }
    let mut unproven = Vec::new();
    for rule in rules.reported() {
        let (firing, near_misses) = counts.get(called(rule)).copied().unwrap_or_default();
        if firing < 1 || near_misses < NEAR_MISSES {
            unproven.push(format!("{}: fires in {firing} proofs, quiet in {near_misses}", called(rule)));
        }
    }
    assert_eq!(unproven, Vec::<String>::new());
}
