//! Whether what a proof states is true of a set of rules.

use crate::Proof;
use std::collections::BTreeSet;
use std::fmt;
use trailreflex_detection::{Rule, RuleSet};

/// How what happened differs from what a proof states; all by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// The proof names rules that there are not.
    pub unknown: BTreeSet<String>,
    /// Rules that should have fired.
    pub silent: BTreeSet<String>,
    /// Rules that fired besides.
    pub unexpected: BTreeSet<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let parts = [
            ("no such rule", &self.unknown),
            ("did not fire", &self.silent),
            ("fired besides", &self.unexpected),
        ];
        let parts = parts.iter().filter(|(_, names)| !names.is_empty());
        formatter.write_str(
            &parts.map(|(what, names)| format!("{what}: {}", list(names))).collect::<Vec<_>>().join("; "),
        )
    }
}

/// Returns what proofs call a rule: its name, else its id, else its title.
pub fn called(rule: &Rule) -> &str {
    rule.name.as_deref().unwrap_or_else(|| rule.key())
}

impl Proof {
    /// Returns the names of the rules and correlations that fire on the records.
    pub fn fired(&self, rules: &RuleSet) -> BTreeSet<String> {
        let mut fired = BTreeSet::new();
        let mut contributions = Vec::new();
        for record in &self.records {
            let observed = rules.observe(record);
            fired.extend(observed.matches.iter().map(|found| called(found.rule).to_owned()));
            contributions.extend(observed.contributions);
        }
        let alerts = rules.correlate_history(contributions);
        fired.extend(alerts.iter().map(|alert| called(alert.rule).to_owned()));
        fired
    }

    /// Tells how what happens differs from what the proof states; nothing if it holds.
    pub fn failure(&self, rules: &RuleSet) -> Option<Failure> {
        let fired = self.fired(rules);
        let mut failure = Failure::default();
        let mut expected = BTreeSet::new();
        for name in &self.fires {
            if let Some(rule) = rules.rule(name) {
                expected.insert(called(rule).to_owned());
            } else {
                failure.unknown.insert(name.clone());
            }
        }
        failure.unknown.extend(self.near_miss_of.iter().filter(|name| rules.rule(name).is_none()).cloned());
        failure.silent = expected.difference(&fired).cloned().collect();
        failure.unexpected = fired.difference(&expected).cloned().collect();
        (failure != Failure::default()).then_some(failure)
    }
}
