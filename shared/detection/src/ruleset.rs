//! Rules compiled together.

use std::sync::Arc;

use serde_json::Value;

use crate::correlation::{
    self, Alert, Contribution, Correlation, Moment, Reference, Scope, SkipReason, Skipped, WindowStore,
};
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
    /// Each after those it is about.
    correlations: Vec<Correlation>,
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
    compiled: &'r CompiledRule,
    number: usize,
}

/// All that a record means to a rule set.
#[derive(Debug, Clone)]
pub struct Observation<'r> {
    /// The rules it matches, as [`RuleSet::evaluate`] returns them.
    pub matches: Vec<Match<'r>>,
    /// What it adds to correlations; to be given to [`RuleSet::correlate`].
    pub contributions: Vec<Contribution>,
    /// The correlations it should count in but cannot.
    pub skipped: Vec<Skipped>,
}

/// The calls without which a rule cannot match.
#[derive(Debug, Clone)]
pub struct RequiredEvents<'r> {
    /// The rule's header.
    pub rule: &'r Rule,
    /// Its calls.
    pub pins: Pins,
    /// Whether a match is a finding in its own right.
    pub is_reported: bool,
    /// The correlations that count its matches, directly or through another one.
    pub correlations: Vec<&'r Rule>,
}

/// A rule and the filters that concern it.
#[derive(Debug, Clone)]
pub(crate) struct CompiledRule {
    pub(crate) rule: Rule,
    pub(crate) detection: Detection,
    pub(crate) filters: Vec<Arc<Detection>>,
    /// Whether a match is a finding, not only part of one.
    pub(crate) is_reported: bool,
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

    /// Indexes compiled rules; each of `correlations` comes after those it is about.
    pub(crate) fn new(mut rules: Vec<CompiledRule>, correlations: Vec<Correlation>) -> Self {
        for correlation in correlations.iter().filter(|correlation| !correlation.generate) {
            for reference in &correlation.references {
                if let Reference::Rule(number) = reference
                    && let Some(compiled) = rules.get_mut(*number)
                {
                    compiled.is_reported = false;
                }
            }
        }
        let index = Index::new(rules.iter().map(|compiled| &compiled.detection));
        Self { rules, correlations, index }
    }

    /// Returns the rules that `record` matches, in the order they were loaded.
    ///
    /// Rules that only serve correlations are left out, see [`RuleSet::observe`].
    pub fn evaluate(&self, record: &Value) -> Vec<Match<'_>> {
        let mut matches = self.all_matches(record);
        matches.retain(|found| found.compiled.is_reported);
        matches
    }

    /// Returns the rules that `record` matches, and what it adds to correlations.
    pub fn observe(&self, record: &Value) -> Observation<'_> {
        let mut matches = self.all_matches(record);
        let (contributions, skipped) = self.contributions(&matches, record);
        matches.retain(|found| found.compiled.is_reported);
        Observation { matches, contributions, skipped }
    }

    /// Adds contributions to `store`, and returns the alerts that this completes.
    ///
    /// Contributions of one record or of many, in any order, and again after a failure: an item counts once, and
    /// of each correlation and group no two alerts are closer than its time span. Alerts that are returned again
    /// have the same id. Correlations that a later event could undo are not judged here.
    ///
    /// # Errors
    /// Those of the store; the caller then repeats the whole call.
    pub async fn correlate<S: WindowStore>(
        &self,
        store: &S,
        contributions: Vec<Contribution>,
    ) -> Result<Vec<Alert<'_>>, S::Error> {
        correlation::correlate(&self.correlations, store, contributions, Scope::Live).await
    }

    /// Returns the alerts of everything that happened, oldest first.
    ///
    /// The result is the same for any order of `contributions`, and with any of them several times.
    pub fn correlate_history(&self, contributions: Vec<Contribution>) -> Vec<Alert<'_>> {
        correlation::correlate_history(&self.correlations, contributions)
    }

    /// Returns the headers of all correlations.
    pub fn correlations(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.correlations.iter().map(|correlation| &correlation.rule)
    }

    /// Returns the headers of all rules.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// Returns the headers of the rules and correlations that are findings in their own right when they match.
    pub fn reported(&self) -> impl Iterator<Item = &Rule> {
        let rules = self.rules.iter().filter(|compiled| compiled.is_reported).map(|compiled| &compiled.rule);
        let correlations = self.correlations.iter().enumerate();
        let correlations =
            correlations.filter(|(number, _)| !correlation::is_silenced(&self.correlations, *number));
        rules.chain(correlations.map(|(_, correlation)| &correlation.rule))
    }

    /// Returns the rule or correlation of that id or name.
    pub fn rule(&self, id_or_name: &str) -> Option<&Rule> {
        self.rules().chain(self.correlations()).find(|rule| rule.is_called(id_or_name))
    }

    /// Returns, per rule, the calls without which it cannot match: what event patterns must let through.
    pub fn required_events(&self) -> impl ExactSizeIterator<Item = RequiredEvents<'_>> {
        self.rules.iter().enumerate().map(|(number, compiled)| RequiredEvents {
            rule: &compiled.rule,
            pins: compiled.detection.pins(),
            is_reported: compiled.is_reported,
            correlations: self.counting(number),
        })
    }

    /// Returns the correlations that the matches of a rule reach.
    fn counting(&self, rule: usize) -> Vec<&Rule> {
        let mut reached = vec![Reference::Rule(rule)];
        let mut counting = Vec::new();
        for (number, correlation) in self.correlations.iter().enumerate() {
            // Each comes after those it is about, so one pass reaches all.
            if correlation.references.iter().any(|reference| reached.contains(reference)) {
                reached.push(Reference::Correlation(number));
                counting.push(&correlation.rule);
            }
        }
        counting
    }

    fn all_matches(&self, record: &Value) -> Vec<Match<'_>> {
        let mut matches = Vec::new();
        for number in self.index.candidates(record) {
            let Ok(number) = usize::try_from(number) else { continue };
            if let Some(compiled) = self.rules.get(number).filter(|compiled| compiled.matches(record)) {
                matches.push(Match { rule: &compiled.rule, compiled, number });
            }
        }
        matches
    }

    fn contributions(&self, matches: &[Match<'_>], record: &Value) -> (Vec<Contribution>, Vec<Skipped>) {
        let mut contributions = Vec::new();
        let mut skipped = Vec::new();
        let mut moment = None;
        for found in matches {
            let reference = Reference::Rule(found.number);
            let about = self.correlations.iter().enumerate();
            for (number, correlation) in about.filter(|(_, one)| one.references.contains(&reference)) {
                let moment = moment.get_or_insert_with(|| Moment::of(record));
                let added = match moment {
                    Some(moment) => correlation.contributions(number, reference, moment, record),
                    None => Err(SkipReason::NoTime),
                };
                match added {
                    Ok(added) => contributions.extend(added),
                    Err(reason) => {
                        skipped.push(Skipped { correlation: correlation.rule.key().to_owned(), reason });
                    }
                }
            }
        }
        (contributions, skipped)
    }
}

impl CompiledRule {
    fn matches(&self, record: &Value) -> bool {
        self.detection.matches(record) && self.filters.iter().all(|filter| filter.matches(record))
    }
}

impl Match<'_> {
    /// Tells which selections and which values of `record`, the one that matched, made the rule match.
    pub fn explain(&self, record: &Value) -> Explanation {
        explain::explain(&self.compiled.detection, record)
    }
}
