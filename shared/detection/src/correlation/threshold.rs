//! The numbers a correlation's condition compares with.

use serde_json::{Map, Value};

use crate::matcher::Comparison;
use crate::number::Number;

/// One limit or, for a range, several, all of which must hold.
#[derive(Debug, Clone)]
pub(crate) struct Threshold {
    limits: Vec<(Limit, Number)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Compare(Comparison),
    NotEqual,
}

impl Threshold {
    /// Reads `condition`, whose keys other than limits are in `others`.
    pub(crate) fn parse(condition: &Map<String, Value>, others: &[&str]) -> Result<Self, String> {
        let mut limits = Vec::new();
        for (key, value) in condition {
            if others.contains(&key.as_str()) {
                continue;
            }
            let limit = match key.as_str() {
                "gt" => Limit::Compare(Comparison::Greater),
                "gte" => Limit::Compare(Comparison::GreaterOrEqual),
                "lt" => Limit::Compare(Comparison::Less),
                "lte" => Limit::Compare(Comparison::LessOrEqual),
                "eq" => Limit::Compare(Comparison::Equal),
                "neq" => Limit::NotEqual,
                unknown => return Err(format!("the condition has the unknown key `{unknown}`")),
            };
            let number = Number::of(value).ok_or_else(|| format!("`{key}` is not a number"))?;
            limits.push((limit, number));
        }
        if limits.is_empty() {
            return Err("the condition has no limit such as `gte`".to_owned());
        }
        Ok(Self { limits })
    }

    /// Returns the limit "at least `count`".
    pub(crate) fn at_least(count: usize) -> Self {
        let count = Number::Integer(i128::try_from(count).unwrap_or(i128::MAX));
        Self { limits: vec![(Limit::Compare(Comparison::GreaterOrEqual), count)] }
    }

    /// Tells whether `number` is within all limits.
    pub(crate) fn admits(&self, number: Number) -> bool {
        self.limits.iter().all(|(limit, other)| match limit {
            Limit::Compare(comparison) => comparison.holds(number, *other),
            Limit::NotEqual => !Comparison::Equal.holds(number, *other),
        })
    }

    /// Tells whether something must be reached.
    pub(crate) fn has_lower_limit(&self) -> bool {
        let lower =
            |limit: &Limit| matches!(limit, Limit::Compare(Comparison::Greater | Comparison::GreaterOrEqual));
        self.limits.iter().any(|(limit, _)| lower(limit))
    }
}
