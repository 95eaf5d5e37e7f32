//! A rule in a rule set: compiled, or yet to be compiled when the first record asks for it.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::detection::Detection;
use crate::reject::Rejected;
use crate::rule::Rule;
use crate::shelved::Shelved;

/// A rule's place in a rule set.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) number: usize,
    pub(crate) part: Part,
    rule: OnceLock<Result<Box<Rule>, Box<Rejected>>>,
    test: OnceLock<Result<Box<Test>, Box<Rejected>>>,
}

/// What a rule's matches are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// They are findings, not only part of one.
    pub(crate) is_reported: bool,
    /// Correlations are about them.
    pub(crate) is_correlated: bool,
}

/// What a rule looks for: its detection, and the filters that concern it.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) detection: Detection,
    pub(crate) filters: Vec<Arc<Detection>>,
}

impl Entry {
    /// Holds a compiled rule.
    pub(crate) fn compiled(number: usize, part: Part, rule: Rule, test: Test) -> Self {
        let (rule, test) = (Ok(Box::new(rule)), Ok(Box::new(test)));
        Self { number, part, rule: rule.into(), test: test.into() }
    }

    /// Holds the place of a rule in a bundle.
    pub(crate) fn shelved(number: usize, part: Part) -> Self {
        Self { number, part, rule: OnceLock::new(), test: OnceLock::new() }
    }

    /// Returns the rule's header.
    pub(crate) fn rule(&self, shelved: &Shelved) -> Result<&Rule, &Rejected> {
        let read = || shelved.rule(self.number).map(Box::new);
        self.rule.get_or_init(read).as_deref().map_err(|rejected| &**rejected)
    }

    /// Returns what the rule looks for.
    pub(crate) fn test(&self, shelved: &Shelved) -> Result<&Test, &Rejected> {
        let compile = || shelved.test(self.number).map(Box::new);
        self.test.get_or_init(compile).as_deref().map_err(|rejected| &**rejected)
    }

    /// Returns why the rule is unusable, as far as somebody has tried to use it.
    pub(crate) fn problem(&self) -> Option<&Rejected> {
        let test = self.test.get().and_then(|test| test.as_ref().err());
        test.or_else(|| self.rule.get().and_then(|rule| rule.as_ref().err())).map(|rejected| &**rejected)
    }
}

impl Part {
    /// Returns it as bundles keep it.
    pub(crate) fn to_byte(self) -> u8 {
        u8::from(self.is_reported) | u8::from(self.is_correlated) << 1
    }

    /// Undoes [`Part::to_byte`].
    pub(crate) fn of_byte(byte: u8) -> Self {
        Self { is_reported: byte & 1 != 0, is_correlated: byte & 2 != 0 }
    }
}

impl Test {
    /// Tells whether `record` is what the rule looks for.
    pub(crate) fn matches(&self, record: &Value) -> bool {
        self.detection.matches(record) && self.filters.iter().all(|filter| filter.matches(record))
    }
}
