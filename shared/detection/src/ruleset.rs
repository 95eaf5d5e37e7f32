//! Rules to be evaluated together: compiled, or in a bundle and compiled when they are needed.

use std::sync::OnceLock;

use serde_json::Value;

use crate::correlation::{
    self, Alert, Contribution, Correlation, Moment, Reference, Scope, SkipReason, Skipped, WindowStore,
};
use crate::document::Document;
use crate::entry::{Entry, Part, Test};
use crate::explain::{self, Explanation};
use crate::index::Index;
use crate::lint::Warning;
use crate::load;
use crate::pin::Pins;
use crate::placeholders::Placeholders;
use crate::reject::Rejected;
use crate::rule::Rule;
use crate::shelved::Shelved;
use crate::sieve::RuleSieve;

/// Rules, indexed.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    entries: Box<[Entry]>,
    /// Each after those it is about.
    correlations: OnceLock<Result<Vec<Correlation>, Box<Rejected>>>,
    index: Index,
    /// Where what is not compiled yet is to be found.
    shelved: Shelved,
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
    test: &'r Test,
    part: Part,
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
    pub(crate) fn compiled(rules: Vec<(Rule, Test)>, correlations: Vec<Correlation>) -> Self {
        let mut parts = vec![Part { is_reported: true, is_correlated: false }; rules.len()];
        for correlation in &correlations {
            for reference in &correlation.references {
                if let Reference::Rule(number) = reference
                    && let Some(part) = parts.get_mut(*number)
                {
                    part.is_correlated = true;
                    part.is_reported &= correlation.generate;
                }
            }
        }
        let index = Index::write(rules.iter().map(|(_, test)| &test.detection));
        let index = Index::read(index.into(), rules.len()).unwrap_or_else(|| Index::of_nothing(rules.len()));
        let numbered = (0..).zip(parts).zip(rules);
        let entries =
            numbered.map(|((number, part), (rule, test))| Entry::compiled(number, part, rule, test));
        Self {
            entries: entries.collect(),
            correlations: Ok(correlations).into(),
            index,
            shelved: Shelved::default(),
        }
    }

    /// Takes rules as they stand in a bundle; none if that is damaged.
    pub(crate) fn shelved(shelved: Shelved) -> Option<Self> {
        let numbered = (0..).zip(shelved.parts());
        let entries: Box<[Entry]> = numbered.map(|(number, part)| Entry::shelved(number, part)).collect();
        let index = Index::read(shelved.index()?, entries.len())?;
        Some(Self { entries, correlations: OnceLock::new(), index, shelved })
    }

    /// Returns the rules that `record` matches, in the order they were loaded.
    ///
    /// Rules that only serve correlations are left out, see [`RuleSet::observe`].
    pub fn evaluate(&self, record: &Value) -> Vec<Match<'_>> {
        let mut matches = self.all_matches(record);
        matches.retain(|found| found.part.is_reported);
        matches
    }

    /// Returns the rules that `record` matches, and what it adds to correlations.
    pub fn observe(&self, record: &Value) -> Observation<'_> {
        let mut matches = self.all_matches(record);
        let (contributions, skipped) = self.contributions(&matches, record);
        matches.retain(|found| found.part.is_reported);
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
        correlation::correlate(self.compiled_correlations(), store, contributions, Scope::Live).await
    }

    /// Returns the alerts of everything that happened, oldest first.
    ///
    /// The result is the same for any order of `contributions`, and with any of them several times.
    pub fn correlate_history(&self, contributions: Vec<Contribution>) -> Vec<Alert<'_>> {
        correlation::correlate_history(self.compiled_correlations(), contributions)
    }

    /// Returns a sieve that finds the records that these rules match in the bytes of log files.
    pub fn sieve(&self) -> RuleSieve<'_> {
        RuleSieve::new(self)
    }

    /// Returns the rules that may match a record of the same call, with their numbers: those that are about calls like that,
    /// and those that are about any.
    pub(crate) fn about_call(&self, record: &Value) -> [Vec<(u32, &Test)>; 2] {
        let entry = |number: u32| {
            let entry = self.entries.get(usize::try_from(number).ok()?)?;
            Some((number, entry.test(&self.shelved).ok()?))
        };
        self.index.about_call(record).map(|numbers| numbers.into_iter().filter_map(entry).collect())
    }

    /// Returns why rules that `record` may match cannot be used: then the matches found are not all there are.
    ///
    /// A bundle holds only rules that were compiled when it was built, so this is empty unless the bundle is damaged or
    /// was built by a version that understood rules in another way.
    pub fn unusable(&self, record: &Value) -> Vec<&Rejected> {
        let entries = || self.candidates(record);
        let mut problems: Vec<&Rejected> = entries().filter_map(Entry::problem).collect();
        if let Some(Err(rejected)) = self.correlations.get()
            && entries().any(|entry| entry.part.is_correlated)
        {
            problems.push(rejected);
        }
        problems
    }

    /// Compiles everything that is not yet, and returns why what cannot be used cannot.
    pub fn check(&self) -> Vec<&Rejected> {
        let _all = (self.tests().count(), self.rules(), self.compiled_correlations());
        let correlations = self.correlations.get().and_then(|correlations| correlations.as_ref().err());
        self.entries
            .iter()
            .filter_map(Entry::problem)
            .chain(correlations.map(|rejected| &**rejected))
            .collect()
    }

    /// Returns the correlation that a contribution to this rule set counts in.
    pub fn counted_by(&self, contribution: &Contribution) -> Option<&Rule> {
        self.compiled_correlations().get(contribution.correlation).map(|correlation| &correlation.rule)
    }

    /// Returns the headers of all correlations.
    pub fn correlations(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.compiled_correlations().iter().map(|correlation| &correlation.rule)
    }

    /// Returns the headers of all rules.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &Rule> {
        let usable = self.entries.iter().filter_map(|entry| entry.rule(&self.shelved).ok());
        usable.collect::<Vec<_>>().into_iter()
    }

    /// Returns the headers of the rules and correlations that are findings in their own right when they match.
    pub fn reported(&self) -> impl Iterator<Item = &Rule> {
        let rules = self.entries.iter().filter(|entry| entry.part.is_reported);
        let rules = rules.filter_map(|entry| entry.rule(&self.shelved).ok());
        let all = self.compiled_correlations();
        let correlations = all.iter().enumerate();
        let correlations = correlations.filter(|(number, _)| !correlation::is_silenced(all, *number));
        rules.chain(correlations.map(|(_, correlation)| &correlation.rule))
    }

    /// Returns the rule or correlation of that id or name.
    pub fn rule(&self, id_or_name: &str) -> Option<&Rule> {
        self.rules().chain(self.correlations()).find(|rule| rule.is_called(id_or_name))
    }

    /// Returns, per rule, the calls without which it cannot match: what event patterns must let through.
    ///
    /// Rules that only serve correlations are among them, so that those get what they count.
    pub fn required_events(&self) -> impl ExactSizeIterator<Item = RequiredEvents<'_>> {
        let required = self.entries.iter().filter_map(|entry| {
            let (rule, test) = (entry.rule(&self.shelved).ok()?, entry.test(&self.shelved).ok()?);
            let (pins, is_reported) = (test.detection.pins(), entry.part.is_reported);
            Some(RequiredEvents { rule, pins, is_reported, correlations: self.counting(entry.number) })
        });
        required.collect::<Vec<_>>().into_iter()
    }

    /// Returns the correlations that the matches of a rule reach.
    fn counting(&self, rule: usize) -> Vec<&Rule> {
        let mut reached = vec![Reference::Rule(rule)];
        let mut counting = Vec::new();
        for (number, correlation) in self.compiled_correlations().iter().enumerate() {
            // Each comes after those it is about, so one pass reaches all.
            if correlation.references.iter().any(|reference| reached.contains(reference)) {
                reached.push(Reference::Correlation(number));
                counting.push(&correlation.rule);
            }
        }
        counting
    }

    /// Returns what each rule looks for.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &Test> {
        self.entries.iter().filter_map(|entry| entry.test(&self.shelved).ok())
    }

    /// Returns what each rule is for.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> {
        self.entries.iter().map(|entry| entry.part)
    }

    fn compiled_correlations(&self) -> &[Correlation] {
        self.correlations.get_or_init(|| self.shelved.correlations()).as_deref().unwrap_or_default()
    }

    fn candidates(&self, record: &Value) -> impl Iterator<Item = &Entry> {
        self.index.candidates(record).into_iter().filter_map(|number| {
            let number = usize::try_from(number).ok()?;
            self.entries.get(number)
        })
    }

    fn all_matches(&self, record: &Value) -> Vec<Match<'_>> {
        let matches = self.candidates(record).filter_map(|entry| {
            let test = entry.test(&self.shelved).ok().filter(|test| test.matches(record))?;
            let rule = entry.rule(&self.shelved).ok()?;
            Some(Match { rule, test, part: entry.part, number: entry.number })
        });
        matches.collect()
    }

    fn contributions(&self, matches: &[Match<'_>], record: &Value) -> (Vec<Contribution>, Vec<Skipped>) {
        let mut contributions = Vec::new();
        let mut skipped = Vec::new();
        let mut moment = None;
        for found in matches.iter().filter(|found| found.part.is_correlated) {
            let reference = Reference::Rule(found.number);
            let about = self.compiled_correlations().iter().enumerate();
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

impl Match<'_> {
    /// Tells which selections and which values of `record`, the one that matched, made the rule match.
    pub fn explain(&self, record: &Value) -> Explanation {
        explain::explain(&self.test.detection, record)
    }
}
