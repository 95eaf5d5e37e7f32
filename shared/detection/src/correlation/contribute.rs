//! What a match adds to which windows.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::window::{Item, WindowKey};
use super::{Correlation, Kind, Reference};
use crate::field::FieldPath;
use crate::hex::hex;
use crate::matcher::text_of;
use crate::time;
use std::ops::ControlFlow;

/// Most groups that one event belongs to: fields with several values put it into one for each.
const MAX_GROUPS: usize = 16;

/// A match that counts in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    pub(crate) correlation: usize,
    /// The window.
    pub window: WindowKey,
    /// The values it is grouped by, with the names of their fields.
    pub group: Vec<(String, String)>,
    /// What is added to the window.
    pub item: Item,
}

/// A match that counts in no window of a correlation although it is one of its rules'.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// [`crate::Rule::key`] of the correlation.
    pub correlation: String,
    /// Why.
    pub reason: SkipReason,
}

/// Why a match counts in no window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// The record has no usable time.
    #[error("`eventTime` is missing or not an RFC 3339 time")]
    NoTime,
    /// The record lacks a field by which the correlation groups.
    #[error("the field `{0}`, by which the correlation groups, is missing")]
    NoGroup(String),
}

/// When an event happened and which it is.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) time_ms: i64,
    pub(crate) event: String,
}

impl Moment {
    /// Returns when `record` happened; none if it does not say.
    pub(crate) fn of(record: &Value) -> Option<Self> {
        let time_ms = record.get("eventTime").and_then(Value::as_str).and_then(time::milliseconds)?;
        let text = |key| record.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let event = match (text("recipientAccountId"), text("eventID")) {
            (Some(account), Some(event)) => format!("{account}/{event}"),
            (None, Some(event)) => event.to_owned(),
            // A record without an id is the same as another only if all of it is.
            (_, None) => hex(&Sha256::digest(record.to_string().as_bytes())),
        };
        Some(Self { time_ms, event })
    }
}

impl Correlation {
    /// Returns what a match of `reference` on `record` adds to windows of this correlation, whose number is `number`.
    pub(crate) fn contributions(
        &self,
        number: usize,
        reference: Reference,
        moment: &Moment,
        record: &Value,
    ) -> Result<Vec<Contribution>, SkipReason> {
        let mut contributions = Vec::new();
        for (rule, _) in (0..).zip(&self.references).filter(|(_, one)| **one == reference) {
            let groups = self.groups(rule, record)?;
            for group in groups {
                let item = Item {
                    time_ms: moment.time_ms,
                    event: moment.event.clone(),
                    rule,
                    values: self.values(record),
                    carried: self.carried.iter().map(|field| texts(field, record)).collect(),
                };
                let window = self.window(&group);
                contributions.push(Contribution { correlation: number, window, group, item });
            }
        }
        Ok(contributions)
    }

    fn window(&self, group: &[(String, String)]) -> WindowKey {
        let mut hash = Sha256::new();
        for (_, value) in group {
            hash.update(u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(value.as_bytes());
        }
        WindowKey { correlation: self.rule.key().to_owned(), group: hex(&hash.finalize()) }
    }

    /// Returns every combination of the values of the group-by fields.
    fn groups(&self, rule: u32, record: &Value) -> Result<Vec<Vec<(String, String)>>, SkipReason> {
        let mut groups = vec![Vec::new()];
        for field in &self.group_by {
            let path = usize::try_from(rule).ok().and_then(|rule| field.paths.get(rule));
            let values = path.map(|path| texts(path, record)).unwrap_or_default();
            if values.is_empty() {
                return Err(SkipReason::NoGroup(field.name.clone()));
            }
            let with_each = |group: &Vec<(String, String)>| {
                let group = group.clone();
                values.iter().map(move |value| {
                    group.iter().cloned().chain([(field.name.clone(), value.clone())]).collect()
                })
            };
            groups = groups.iter().flat_map(with_each).take(MAX_GROUPS).collect();
        }
        Ok(groups)
    }

    /// Returns the values that count; of several fields, every combination.
    fn values(&self, record: &Value) -> Vec<String> {
        match &self.kind {
            Kind::ValueCount(fields, _) => {
                let mut combinations = vec![String::new()];
                for field in fields {
                    let values = texts(field, record);
                    let with_each = |sofar: &String| {
                        let sofar = sofar.clone();
                        values.iter().map(move |value| format!("{sofar}\0{value}"))
                    };
                    combinations = combinations.iter().flat_map(with_each).collect();
                }
                combinations
            }
            Kind::Statistic(_, field, _) => texts(field, record),
            Kind::EventCount(_) | Kind::Temporal(_) | Kind::TemporalCount(_) | Kind::TemporalOrdered => {
                Vec::new()
            }
        }
    }
}

/// Returns the different values of a field as text; null and empty values are none.
fn texts(field: &FieldPath, record: &Value) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    field.visit(record, &mut |value| {
        if let Some(text) = text_of(value).filter(|text| !text.is_empty())
            && !texts.iter().any(|known| *known == text)
        {
            texts.push(text.into_owned());
        }
        ControlFlow::Continue(())
    });
    texts
}
