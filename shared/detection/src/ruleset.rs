//! Rules compiled together.

use std::sync::Arc;

use serde_json::Value;

use crate::detection::Detection;
use crate::document::Document;
use crate::explain::{self, Explanation};
use crate::index::Index;
use crate::lint::Warning;
use crate::load;
use crate::pin::Pins;
use crate::placeholders::Placeholders;
use crate::reject::Rejected;
use crate::rule::Rule;

/// Rules, compiled and indexed.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: Vec<CompiledRule>,
    index: Index,
}

/// What became of documents.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Those that can be honoured.
    pub rules: RuleSet,
    /// Those that cannot.
    pub rejected: Vec<Rejected>,
    /// What is odd about those that can.
    pub warnings: Vec<Warning>,
}

/// A rule that matches a record.
#[derive(Debug, Clone, Copy)]
pub struct Match<'r> {
    /// The rule's header.
    pub rule: &'r Rule,
    detection: &'r Detection,
}

/// The calls without which a rule cannot match.
#[derive(Debug, Clone)]
pub struct RequiredEvents<'r> {
    /// The rule's header.
    pub rule: &'r Rule,
    /// Its calls.
    pub pins: Pins,
}

/// A rule and the filters that concern it.
#[derive(Debug, Clone)]
pub(crate) struct CompiledRule {
    pub(crate) rule: Rule,
    pub(crate) detection: Detection,
    pub(crate) filters: Vec<Arc<Detection>>,
}

impl RuleSet {
    /// Compiles `documents` without any list for placeholders.
    pub fn load(documents: impl IntoIterator<Item = Document>) -> Loaded {
        Self::load_with(documents, &Placeholders::default())
    }

    /// Compiles `documents`; one that cannot be honoured is reported and does not affect the others.
    pub fn load_with(documents: impl IntoIterator<Item = Document>, placeholders: &Placeholders) -> Loaded {
        load::load(documents, placeholders).0
    }

    /// Indexes compiled rules.
    pub(crate) fn new(rules: Vec<CompiledRule>) -> Self {
        let mut index = Index::default();
        for compiled in &rules {
            index.add(&compiled.detection.pins());
        }
        Self { rules, index }
    }

    /// Returns the rules that `record` matches, in the order they were loaded.
    pub fn evaluate(&self, record: &Value) -> Vec<Match<'_>> {
        let mut matches = Vec::new();
        self.index.candidates(record, |number| {
            let rule = usize::try_from(number).ok().and_then(|number| self.rules.get(number));
            matches.extend(rule.filter(|rule| rule.matches(record)).map(CompiledRule::as_match));
        });
        matches
    }

    /// Returns the headers of all rules.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// Returns the rule of that id or name.
    pub fn rule(&self, id_or_name: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.is_called(id_or_name))
    }

    /// Returns, per rule, the calls without which it cannot match: what event patterns must let through.
    pub fn required_events(&self) -> impl ExactSizeIterator<Item = RequiredEvents<'_>> {
        self.rules
            .iter()
            .map(|compiled| RequiredEvents { rule: &compiled.rule, pins: compiled.detection.pins() })
    }
}

impl CompiledRule {
    fn matches(&self, record: &Value) -> bool {
        self.detection.matches(record) && self.filters.iter().all(|filter| filter.matches(record))
    }

    fn as_match(&self) -> Match<'_> {
        Match { rule: &self.rule, detection: &self.detection }
    }
}

impl Match<'_> {
    /// Tells which selections and which values of `record`, the one that matched, made the rule match.
    pub fn explain(&self, record: &Value) -> Explanation {
        explain::explain(self.detection, record)
    }
}
