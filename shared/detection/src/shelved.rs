//! The rules of a bundle where they stand, each to be read and compiled when it is asked for.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::correlation::{self, Correlation, ParsedCorrelation, Reference};
use crate::detection::Detection;
use crate::document::{Document, Origin};
use crate::entry::{Part, Test};
use crate::load::Kept;
use crate::placeholders::Placeholders;
use crate::reject::{Reason, Rejected};
use crate::rule::Rule;
use crate::shelf::Shelf;

/// What stands before the filters and rules, by the number of its text.
const INDEX: usize = 0;
const PARTS: usize = 1;
const PLACEHOLDERS: usize = 2;
const CORRELATIONS: usize = 3;
const FIRST: usize = 4;

/// Rules on a shelf. Filters stand before rules, a rule's header before its test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shelved {
    shelf: Shelf,
    rules: usize,
    placeholders: OnceLock<Option<Placeholders>>,
    filters: Box<[Lazy]>,
}

/// A filter, once it was needed.
type Lazy = OnceLock<Result<Arc<Detection>, Box<Reason>>>;

/// What a rule looks for, as a bundle keeps it.
#[derive(Serialize, Deserialize)]
struct Body {
    detection: Value,
    /// The numbers of the filters that concern it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    filters: Vec<usize>,
}

/// A correlation, as a bundle keeps it.
#[derive(Serialize, Deserialize)]
struct ShelvedCorrelation {
    document: Document,
    references: Vec<Reference>,
}

impl Shelved {
    /// Puts down what was accepted.
    pub(crate) fn write(
        index: Vec<u8>,
        parts: impl Iterator<Item = Part>,
        placeholders: &Placeholders,
        kept: Kept,
    ) -> Result<Vec<u8>, serde_json::Error> {
        let correlations: Vec<ShelvedCorrelation> = kept
            .correlations
            .into_iter()
            .map(|(document, references)| ShelvedCorrelation { document, references })
            .collect();
        let mut texts = vec![
            index,
            parts.map(Part::to_byte).collect(),
            serde_json::to_vec(placeholders)?,
            serde_json::to_vec(&correlations)?,
        ];
        for filter in &kept.filters {
            texts.push(serde_json::to_vec(filter)?);
        }
        for (mut document, filters) in kept.rules {
            let detection = document.value.as_object_mut().and_then(|map| map.shift_remove("detection"));
            texts.push(serde_json::to_vec(&document)?);
            texts.push(serde_json::to_vec(&Body { detection: detection.unwrap_or_default(), filters })?);
        }
        Ok(Shelf::write(&texts))
    }

    /// Looks at what [`Shelved::write`] has written; none if it cannot be that.
    pub(crate) fn read(bytes: Bytes) -> Option<Self> {
        let shelf = Shelf::read(bytes)?;
        let rules = shelf.text(PARTS)?.len();
        let filters = shelf.len().checked_sub(FIRST)?.checked_sub(rules.checked_mul(2)?)?;
        let filters = std::iter::repeat_with(Lazy::new).take(filters).collect();
        Some(Self { shelf, rules, placeholders: OnceLock::new(), filters })
    }

    /// Returns what [`crate::index::Index::write`] has written.
    pub(crate) fn index(&self) -> Option<Bytes> {
        self.shelf.part(INDEX)
    }

    /// Returns what each rule is for.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> {
        self.shelf.text(PARTS).unwrap_or_default().iter().map(|byte| Part::of_byte(*byte))
    }

    /// Returns the header of the rule of that number.
    pub(crate) fn rule(&self, number: usize) -> Result<Rule, Box<Rejected>> {
        let document = self.header(number)?;
        let rule = document.value.as_object().ok_or(Reason::NotAMap);
        rule.and_then(|map| Rule::parse(&document, map)).map_err(|reason| rejected(&document, reason))
    }

    /// Compiles what the rule of that number looks for.
    pub(crate) fn test(&self, number: usize) -> Result<Test, Box<Rejected>> {
        // Only a message needs the header.
        let compile = || {
            let body = self.body(number)?;
            let detection = self.detection(&body.detection, "timeframe")?;
            let mut filters = Vec::with_capacity(body.filters.len());
            for filter in body.filters {
                filters.push(self.filter(filter)?);
            }
            Ok(Test { detection, filters })
        };
        compile().map_err(|reason: Reason| match self.header(number) {
            Ok(document) => rejected(&document, reason),
            Err(damaged) => damaged,
        })
    }

    /// Compiles all correlations, each after those it is about.
    pub(crate) fn correlations(&self) -> Result<Vec<Correlation>, Box<Rejected>> {
        let shelved: Vec<ShelvedCorrelation> =
            self.json(CORRELATIONS).map_err(|reason| self.lost("correlations", reason))?;
        let mut compiled = Vec::with_capacity(shelved.len());
        for one in shelved {
            compiled.push(one.compile().map_err(|reason| rejected(&one.document, reason))?);
        }
        correlation::carry(&mut compiled);
        Ok(compiled)
    }

    /// Returns everything as it was accepted: rules, filters, correlations.
    pub(crate) fn documents(&self) -> Result<Vec<Document>, Box<Rejected>> {
        let mut documents = Vec::with_capacity(self.shelf.len());
        for number in 0..self.rules {
            let mut document = self.header(number)?;
            let body = self.body(number).map_err(|reason| rejected(&document, reason))?;
            if let Some(map) = document.value.as_object_mut() {
                map.insert("detection".to_owned(), body.detection);
            }
            documents.push(document);
        }
        for number in 0..self.filters.len() {
            let filter = self.json(FIRST.saturating_add(number));
            documents.push(filter.map_err(|reason| self.lost(&format!("filter {number}"), reason))?);
        }
        let correlations: Vec<ShelvedCorrelation> =
            self.json(CORRELATIONS).map_err(|reason| self.lost("correlations", reason))?;
        documents.extend(correlations.into_iter().map(|one| one.document));
        Ok(documents)
    }

    fn header(&self, number: usize) -> Result<Document, Box<Rejected>> {
        self.json(self.place(number)).map_err(|reason| self.lost(&format!("rule {number}"), reason))
    }

    fn body(&self, number: usize) -> Result<Body, Reason> {
        self.json(self.place(number).saturating_add(1))
    }

    fn place(&self, rule: usize) -> usize {
        rule.saturating_mul(2).saturating_add(self.filters.len()).saturating_add(FIRST)
    }

    fn filter(&self, number: usize) -> Result<Arc<Detection>, Reason> {
        let compile = || {
            let document: Document = self.json(FIRST.saturating_add(number))?;
            self.detection(document.value.get("filter").unwrap_or(&Value::Null), "rules").map(Arc::new)
        };
        self.filters
            .get(number)
            .ok_or(Reason::Damaged)?
            .get_or_init(|| compile().map_err(Box::new))
            .clone()
            .map_err(|reason| *reason)
    }

    fn detection(&self, section: &Value, reserved: &str) -> Result<Detection, Reason> {
        let section = section.as_object().ok_or(Reason::Damaged)?;
        let placeholders = self.placeholders.get_or_init(|| self.json(PLACEHOLDERS).ok());
        Detection::compile(section, &[reserved], placeholders.as_ref().ok_or(Reason::Damaged)?)
    }

    fn json<T: for<'j> Deserialize<'j>>(&self, text: usize) -> Result<T, Reason> {
        let text = self.shelf.text(text).ok_or(Reason::Damaged)?;
        serde_json::from_slice(text).map_err(|_| Reason::Damaged)
    }

    /// Says of something that cannot even be read, where it should be.
    fn lost(&self, what: &str, reason: Reason) -> Box<Rejected> {
        Box::new(Rejected {
            origin: Origin { file: format!("bundle, {what}"), line: 1 },
            title: None,
            reason,
        })
    }
}

impl ShelvedCorrelation {
    fn compile(&self) -> Result<Correlation, Reason> {
        let map = self.document.value.as_object().ok_or(Reason::NotAMap)?;
        let section = map.get("correlation").and_then(Value::as_object);
        let parsed =
            ParsedCorrelation::parse(Rule::parse(&self.document, map)?, section.unwrap_or(&Map::new()))?;
        if parsed.names.len() != self.references.len() {
            return Err(Reason::Damaged);
        }
        Ok(parsed.resolve(self.references.clone()))
    }
}

fn rejected(document: &Document, reason: Reason) -> Box<Rejected> {
    Box::new(Rejected { origin: document.origin.clone(), title: document.title(), reason })
}
