//! Whether a rule can match a record of which only some members are known.
//!
//! A rule is a function of the members that it reads. What it says while some of them are unknown is `no`, whatever they
//! may be, `yes`, or `maybe`.

use serde_json::{Map, Value};

use crate::clause::Clause;
use crate::condition::Condition;
use crate::detection::Detection;
use crate::entry::Test;
use crate::field::FieldPath;
use crate::record_fields::{Member, MemberSet};

/// What is certain of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    No,
    Maybe,
    Yes,
}

/// Some members of a record, none of whose top-level keys has a dot in it.
#[derive(Debug, Default)]
pub(crate) struct Glimpse {
    /// An object of those that are known and there.
    record: Value,
    known: MemberSet,
}

/// What a rule reads of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reads {
    pub(crate) members: MemberSet,
    /// It reads more: any text of the record, or a member that CloudTrail does not know.
    pub(crate) others: bool,
}

impl Glimpse {
    /// Takes members; those without a value are known not to be there.
    pub(crate) fn of(members: impl IntoIterator<Item = (Member, Option<Value>)>) -> Self {
        let mut record = Map::new();
        let mut known = MemberSet::default();
        for (member, value) in members {
            known.insert(member);
            if let Some(value) = value {
                record.insert(member.name().to_owned(), value);
            }
        }
        Self { record: Value::Object(record), known }
    }

    /// Returns the record as far as it is known.
    pub(crate) fn record(&self) -> &Value {
        &self.record
    }

    /// Says what is certain of a rule.
    pub(crate) fn asks(&self, test: &Test) -> Answer {
        let filters = test.filters.iter().map(|filter| self.detection(filter));
        std::iter::once(self.detection(&test.detection)).chain(filters).min().unwrap_or(Answer::Yes)
    }

    fn detection(&self, detection: &Detection) -> Answer {
        self.condition(detection, &detection.condition)
    }

    fn condition(&self, detection: &Detection, condition: &Condition) -> Answer {
        match condition {
            Condition::Selection(number) => {
                let selection = detection.selections.get(*number);
                selection.map_or(Answer::No, |selection| self.clause(&selection.clause))
            }
            Condition::Not(inner) => self.condition(detection, inner).opposite(),
            Condition::All(parts) => all(parts.iter().map(|part| self.condition(detection, part))),
            Condition::Any(parts) => any(parts.iter().map(|part| self.condition(detection, part))),
        }
    }

    fn clause(&self, clause: &Clause) -> Answer {
        match clause {
            Clause::All(parts) => all(parts.iter().map(|part| self.clause(part))),
            Clause::Any(parts) => any(parts.iter().map(|part| self.clause(part))),
            Clause::Not(part) => self.clause(part).opposite(),
            Clause::Keyword(_) => Answer::Maybe,
            Clause::Field(_) | Clause::Exists(_) | Clause::Reference(_) | Clause::Members(_) => {
                let reads = Reads::of_clause(clause);
                if reads.others || !self.known.holds(reads.members) {
                    return Answer::Maybe;
                }
                if clause.matches(&self.record) { Answer::Yes } else { Answer::No }
            }
        }
    }
}

impl Answer {
    fn opposite(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}

fn all(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut least = Answer::Yes;
    for answer in answers {
        least = least.min(answer);
        if least == Answer::No {
            break;
        }
    }
    least
}

fn any(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut most = Answer::No;
    for answer in answers {
        most = most.max(answer);
        if most == Answer::Yes {
            break;
        }
    }
    most
}

impl Reads {
    /// Returns what a rule and its filters read.
    pub(crate) fn of(test: &Test) -> Self {
        let mut reads = Self::default();
        for detection in std::iter::once(&test.detection).chain(test.filters.iter().map(|filter| &**filter)) {
            for selection in &detection.selections {
                reads.add(Self::of_clause(&selection.clause));
            }
        }
        reads
    }

    fn of_clause(clause: &Clause) -> Self {
        match clause {
            Clause::All(parts) | Clause::Any(parts) => {
                let mut reads = Self::default();
                parts.iter().for_each(|part| reads.add(Self::of_clause(part)));
                reads
            }
            Clause::Not(part) => Self::of_clause(part),
            Clause::Field(test) => Self::of_field(&test.field),
            Clause::Exists(field) => Self::of_field(field),
            Clause::Reference(reference) => {
                let mut reads = Self::of_field(&reference.field);
                reads.add(Self::of_field(&reference.other));
                reads
            }
            // What its tests read is within the member.
            Clause::Members(members) => Self::of_field(&members.field),
            Clause::Keyword(_) => Self { others: true, ..Self::default() },
        }
    }

    fn of_field(field: &FieldPath) -> Self {
        let mut reads = Self::default();
        match field.member() {
            Some(member) => reads.members.insert(member),
            None => reads.others = true,
        }
        reads
    }

    /// Adds what something else reads.
    pub(crate) fn add(&mut self, more: Self) {
        self.members.add(more.members);
        self.others |= more.others;
    }
}
