//! From documents to a rule set: what each is, and which of them refer to others.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::collection::{self, Collection};
use crate::correlation::{self, Correlation, ParsedCorrelation, Reference};
use crate::detection::Detection;
use crate::document::{Document, Origin};
use crate::entry::Test;
use crate::filter::Filter;
use crate::lint::{self, Concern, Warning};
use crate::logsource;
use crate::placeholders::Placeholders;
use crate::reject::{Reason, Rejected};
use crate::rule::{self, Rule};
use crate::ruleset::{Loaded, RuleSet};

/// Accepted documents and how they refer to one another, from which a bundle is made.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// Each with the numbers of the filters that concern it.
    pub(crate) rules: Vec<(Document, Vec<usize>)>,
    pub(crate) filters: Vec<Document>,
    /// Each with what it is about, and after that.
    pub(crate) correlations: Vec<(Document, Vec<Reference>)>,
}

/// Compiles `documents`; also returns those it accepts.
pub(crate) fn load(
    documents: impl IntoIterator<Item = Document>,
    placeholders: &Placeholders,
) -> (Loaded, Kept) {
    let mut loader = Loader::new(placeholders);
    let mut collection = Collection::default();
    let documents: Vec<Document> = documents.into_iter().collect();
    let is_collection = collection::is_needed(&documents);
    for document in documents {
        if !is_collection {
            loader.add(document);
            continue;
        }
        match collection.resolve(&document) {
            Ok(Some(document)) => loader.add(document),
            Ok(None) => {}
            Err(reason) => loader.reject(&document, reason),
        }
    }
    loader.finish()
}

/// What a document is.
enum Kind {
    Rule(Box<(Rule, Test)>),
    Filter(Filter),
    Correlation(Box<ParsedCorrelation>),
}

impl Kind {
    fn concerns(&self, document: &Document) -> Vec<Concern> {
        match self {
            Self::Rule(rule) => lint::lint(document, Some(&rule.1.detection)),
            Self::Filter(filter) => lint::lint(document, Some(&filter.detection)),
            Self::Correlation(parsed) => lint::lint_fields(parsed.fields()),
        }
    }
}

struct Loader<'p> {
    placeholders: &'p Placeholders,
    rules: Vec<(Rule, Test)>,
    filters: Vec<(Document, Filter)>,
    correlations: Vec<(Document, ParsedCorrelation)>,
    kept: Kept,
    names: HashMap<String, Origin>,
    rejected: Vec<Rejected>,
    warnings: Vec<Warning>,
}

impl<'p> Loader<'p> {
    fn new(placeholders: &'p Placeholders) -> Self {
        Self {
            placeholders,
            rules: Vec::new(),
            filters: Vec::new(),
            correlations: Vec::new(),
            kept: Kept::default(),
            names: HashMap::new(),
            rejected: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Compiles one document as far as it stands for itself.
    fn add(&mut self, document: Document) {
        match self.try_add(&document) {
            Ok(kind) => {
                self.warn(&document, kind.concerns(&document));
                match kind {
                    Kind::Rule(compiled) => {
                        self.rules.push(*compiled);
                        self.kept.rules.push((document.without_text(), Vec::new()));
                    }
                    Kind::Filter(filter) => self.filters.push((document, filter)),
                    Kind::Correlation(parsed) => self.correlations.push((document, *parsed)),
                }
            }
            Err(reason) => self.reject(&document, reason),
        }
    }

    fn try_add(&mut self, document: &Document) -> Result<Kind, Reason> {
        let map = document.value.as_object().ok_or(Reason::NotAMap)?;
        if let Some(section) = section(map, "filter")? {
            rule::text(map, "title")?.ok_or(Reason::Missing("title"))?;
            logsource::check(map)?;
            return Filter::compile(section, self.placeholders).map(Kind::Filter);
        }
        let rule = Rule::parse(document, map)?;
        if let Some(section) = section(map, "correlation")? {
            let parsed = ParsedCorrelation::parse(rule, section)?;
            self.claim(&parsed.rule)?;
            return Ok(Kind::Correlation(Box::new(parsed)));
        }
        let section = section(map, "detection")?.ok_or(Reason::UnknownKind)?;
        logsource::check(map)?;
        let detection = Detection::compile(section, &["timeframe"], self.placeholders)?;
        self.claim(&rule)?;
        Ok(Kind::Rule(Box::new((rule, Test { detection, filters: Vec::new() }))))
    }

    /// Applies what refers to other documents.
    fn finish(mut self) -> (Loaded, Kept) {
        for (document, filter) in std::mem::take(&mut self.filters) {
            self.apply(document, &filter);
        }
        let correlations = self.resolve();
        let rules = RuleSet::compiled(self.rules, correlations);
        (Loaded { rules, rejected: self.rejected, warnings: self.warnings }, self.kept)
    }

    /// Looks up what correlations are about, each after those it is about; the others are rejected.
    fn resolve(&mut self) -> Vec<Correlation> {
        let mut resolved: Vec<Correlation> = Vec::new();
        let mut waiting = std::mem::take(&mut self.correlations);
        loop {
            let before = waiting.len();
            let mut still_waiting = Vec::new();
            for (document, parsed) in waiting {
                match parsed.names.iter().map(|name| self.find(&resolved, name)).collect() {
                    Ok(references) => {
                        let correlation = parsed.resolve(references);
                        if !correlation.is_decidable_live() {
                            self.warn(&document, vec![Concern::OnlyInHistory]);
                        }
                        let references = correlation.references.clone();
                        self.kept.correlations.push((document.without_text(), references));
                        resolved.push(correlation);
                    }
                    Err(_) => still_waiting.push((document, parsed)),
                }
            }
            waiting = still_waiting;
            if waiting.len() == before {
                break;
            }
        }
        for (document, parsed) in waiting {
            let missing = parsed.names.iter().find_map(|name| self.find(&resolved, name).err());
            self.reject(&document, missing.unwrap_or(Reason::UnknownKind));
        }
        correlation::carry(&mut resolved);
        resolved
    }

    fn find(&self, resolved: &[Correlation], name: &str) -> Result<Reference, Reason> {
        let rule = self.rules.iter().position(|(rule, _)| rule.is_called(name));
        let correlation = || resolved.iter().position(|correlation| correlation.rule.is_called(name));
        rule.map(Reference::Rule)
            .or_else(|| correlation().map(Reference::Correlation))
            .ok_or_else(|| Reason::UnknownRule(name.to_owned()))
    }

    /// Adds a filter to its rules; one that has none left is rejected.
    fn apply(&mut self, document: Document, filter: &Filter) {
        let is_missing = |name: &&String| !self.rules.iter().any(|(rule, _)| rule.is_called(name));
        let missing: Vec<String> = filter.names().iter().filter(is_missing).cloned().collect();
        if let Some(first) = missing.first()
            && missing.len() == filter.names().len()
        {
            return self.reject(&document, Reason::UnknownRule(first.clone()));
        }
        for ((rule, test), (_, filters)) in self.rules.iter_mut().zip(&mut self.kept.rules) {
            if filter.concerns(rule) {
                test.filters.push(Arc::clone(&filter.detection));
                filters.push(self.kept.filters.len());
            }
        }
        self.warn(&document, missing.into_iter().map(Concern::FilterOfUnknown).collect());
        self.kept.filters.push(document.without_text());
    }

    /// Takes the id and name of `rule`.
    fn claim(&mut self, rule: &Rule) -> Result<(), Reason> {
        let wanted: Vec<&String> = rule.id.iter().chain(&rule.name).collect();
        for id in &wanted {
            if let Some(first) = self.names.get(*id) {
                return Err(Reason::Duplicate { id: (*id).clone(), first: first.clone() });
            }
        }
        for id in wanted {
            self.names.insert(id.clone(), rule.origin.clone());
        }
        Ok(())
    }

    fn reject(&mut self, document: &Document, reason: Reason) {
        let origin = document.place_of(&reason.places());
        self.rejected.push(Rejected { origin, title: document.title(), reason });
    }

    fn warn(&mut self, document: &Document, concerns: Vec<Concern>) {
        let title = document.title();
        let warning = |concern: Concern| Warning {
            origin: document.place_of(&concern.places()),
            title: title.clone(),
            concern,
        };
        self.warnings.extend(concerns.into_iter().map(warning));
    }
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
