//! Rules compiled together.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::detection::Detection;
use crate::document::{Document, Origin};
use crate::explain::{self, Explanation};
use crate::index::Index;
use crate::logsource;
use crate::pin::Pins;
use crate::placeholders::Placeholders;
use crate::reject::{Reason, Rejected};
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
    /// All the others.
    pub rejected: Vec<Rejected>,
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

#[derive(Debug, Clone)]
pub(crate) struct CompiledRule {
    rule: Rule,
    detection: Detection,
}

impl RuleSet {
    /// Compiles `documents` without any list for placeholders.
    pub fn load(documents: impl IntoIterator<Item = Document>) -> Loaded {
        Self::load_with(documents, &Placeholders::default())
    }

    /// Compiles `documents`; one that cannot be honoured is reported and does not affect the others.
    pub fn load_with(documents: impl IntoIterator<Item = Document>, placeholders: &Placeholders) -> Loaded {
        let mut rules = Self::default();
        let mut rejected = Vec::new();
        let mut names = Names::default();
        for document in documents {
            let added = compile(&document, placeholders).and_then(|compiled| {
                names.claim(&compiled.rule)?;
                rules.index.add(&compiled.detection.pins());
                rules.rules.push(compiled);
                Ok(())
            });
            if let Err(reason) = added {
                let title = document.value.get("title").and_then(Value::as_str).map(str::to_owned);
                rejected.push(Rejected { origin: document.origin, title, reason });
            }
        }
        Loaded { rules, rejected }
    }

    /// Returns the rules that `record` matches, in the order they were loaded.
    pub fn evaluate(&self, record: &Value) -> Vec<Match<'_>> {
        let mut matches = Vec::new();
        self.index.candidates(record, |number| {
            let rule = usize::try_from(number).ok().and_then(|number| self.rules.get(number));
            matches.extend(rule.filter(|rule| rule.detection.matches(record)).map(CompiledRule::as_match));
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

fn compile(document: &Document, placeholders: &Placeholders) -> Result<CompiledRule, Reason> {
    let map = document.value.as_object().ok_or(Reason::NotAMap)?;
    let rule = Rule::parse(document, map)?;
    let section = section(map, "detection")?.ok_or(Reason::UnknownKind)?;
    logsource::check(map)?;
    let detection = Detection::compile(section, &["timeframe"], placeholders)?;
    Ok(CompiledRule { rule, detection })
}

fn section<'m>(
    map: &'m Map<String, Value>,
    key: &'static str,
) -> Result<Option<&'m Map<String, Value>>, Reason> {
    match map.get(key) {
        None => Ok(None),
        Some(Value::Object(section)) => Ok(Some(section)),
        Some(Value::Null) => Err(Reason::Missing(key)),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(Reason::WrongType { key: key.to_owned(), expected: "a map" })
        }
    }
}

/// The ids and names that are taken.
#[derive(Debug, Default)]
struct Names {
    taken: HashMap<String, Origin>,
}

impl Names {
    fn claim(&mut self, rule: &Rule) -> Result<(), Reason> {
        let wanted: Vec<&String> = rule.id.iter().chain(&rule.name).collect();
        for id in &wanted {
            if let Some(first) = self.taken.get(*id) {
                return Err(Reason::Duplicate { id: (*id).clone(), first: first.clone() });
            }
        }
        for id in wanted {
            self.taken.insert(id.clone(), rule.origin.clone());
        }
        Ok(())
    }
}
