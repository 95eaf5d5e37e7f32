//! Correlations: what several matches within some time mean together.
//!
//! A match becomes an [`Item`] of a window, one per correlation and group of values. Every window that ends with
//! an item and reaches back over the time span is judged whenever one of its items arrives, by event time. So it
//! does not matter in which order items arrive, how they are batched, or whether some arrive twice.

mod contribute;
mod correlate;
mod judge;
mod memory;
mod parse;
mod threshold;
mod window;

use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::field::FieldPath;
use crate::rule::Rule;

pub use contribute::{Contribution, SkipReason, Skipped};
pub use correlate::Alert;
pub use memory::MemoryStore;
pub use window::{Addition, Claim, Item, WindowKey, WindowStore};

pub(crate) use contribute::Moment;
pub(crate) use correlate::{Scope, correlate, correlate_history, is_silenced};
pub(crate) use parse::ParsedCorrelation;
pub(crate) use threshold::Threshold;

/// A compiled correlation.
#[derive(Debug, Clone)]
pub(crate) struct Correlation {
    pub(crate) rule: Rule,
    pub(crate) kind: Kind,
    /// The rules it is about, in the order it names them.
    pub(crate) references: Vec<Reference>,
    /// How each group-by field is called in the records of each of `references`.
    pub(crate) group_by: Vec<GroupField>,
    pub(crate) timespan_ms: i64,
    /// Tells whether matches of `references` are findings in their own right.
    pub(crate) generate: bool,
    /// Fields of records that correlations about this one will ask for.
    pub(crate) carried: Vec<FieldPath>,
}

/// What a correlation looks at.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// How many events there are.
    EventCount(Threshold),
    /// How many different values the fields have.
    ValueCount(Vec<FieldPath>, Threshold),
    /// What the values of a field amount to.
    Statistic(Statistic, FieldPath, Threshold),
    /// Which rules matched.
    Temporal(Condition),
    /// How many of the rules matched.
    TemporalCount(Threshold),
    /// Whether all rules matched, in their order.
    TemporalOrdered,
}

/// A number made of many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    Sum,
    Average,
    /// The nearest-rank percentile, 0 to 100.
    Percentile(f64),
}

/// Something that can match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reference {
    Rule(usize),
    Correlation(usize),
}

/// A field by which events belong together.
#[derive(Debug, Clone)]
pub(crate) struct GroupField {
    pub(crate) name: String,
    pub(crate) paths: Vec<FieldPath>,
}

impl Correlation {
    /// Tells whether an event that is yet to come cannot undo what the others show.
    ///
    /// "Fewer than three" is true of every window's beginning, so a stream can only be judged by thresholds that
    /// are reached and stay so; the others are left to history.
    pub(crate) fn is_decidable_live(&self) -> bool {
        match &self.kind {
            Kind::EventCount(threshold)
            | Kind::ValueCount(_, threshold)
            | Kind::TemporalCount(threshold)
            | Kind::Statistic(_, _, threshold) => threshold.has_lower_limit(),
            Kind::Temporal(condition) => !condition.negates(),
            Kind::TemporalOrdered => true,
        }
    }
}

/// Lets every correlation carry what those about it will ask for; each comes after those it is about.
pub(crate) fn carry(correlations: &mut [Correlation]) {
    for number in (0..correlations.len()).rev() {
        let Some(asking) = correlations.get(number).map(Correlation::asks_for) else { continue };
        for (reference, fields) in asking {
            let Reference::Correlation(child) = reference else { continue };
            let Some(child) = correlations.get_mut(child) else { continue };
            for field in fields {
                if !child.carried.contains(&field) {
                    child.carried.push(field);
                }
            }
        }
    }
}

impl Correlation {
    /// Tells whether it asks what happened, not how often.
    fn is_temporal(&self) -> bool {
        match &self.kind {
            Kind::Temporal(_) | Kind::TemporalCount(_) | Kind::TemporalOrdered => true,
            Kind::EventCount(_) | Kind::ValueCount(..) | Kind::Statistic(..) => false,
        }
    }

    /// Returns the fields that it needs of each thing it is about.
    fn asks_for(&self) -> Vec<(Reference, Vec<FieldPath>)> {
        let counted = match &self.kind {
            Kind::ValueCount(fields, _) => fields.clone(),
            Kind::Statistic(_, field, _) => vec![field.clone()],
            Kind::EventCount(_) | Kind::Temporal(_) | Kind::TemporalCount(_) | Kind::TemporalOrdered => {
                Vec::new()
            }
        };
        let of_rule = |(rule, reference): (usize, &Reference)| {
            let grouped = self.group_by.iter().filter_map(|field| field.paths.get(rule));
            let fields = grouped.chain(&counted).chain(&self.carried).cloned().collect();
            (*reference, fields)
        };
        self.references.iter().enumerate().map(of_rule).collect()
    }
}
