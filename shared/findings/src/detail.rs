//! Reads members of another service's report and names what is missing or malformed.

use serde_json::Value;
use std::fmt::Display;
use std::str::FromStr;
use trailreflex_model::shown;

/// Why a report cannot be used: no retry would change that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A member without which the report says too little is missing, null or empty.
    #[error("the {report} cannot be used: `{field}` is missing, expected {expected}")]
    Missing {
        /// What kind of report.
        report: &'static str,
        /// The member, as a dotted path.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A member is there and is something else.
    #[error("the {report} cannot be used: `{field}` is `{found}`, expected {expected}")]
    Unexpected {
        /// What kind of report.
        report: &'static str,
        /// The member, as a dotted path.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is, at most 80 characters of it.
        found: String,
    },
}

/// A report, or a part of one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Detail<'a> {
    report: &'static str,
    value: &'a Value,
}

impl<'a> Detail<'a> {
    /// A part of a `report`, whatever it is.
    pub(crate) fn new(report: &'static str, value: &'a Value) -> Self {
        Self { report, value }
    }

    /// Returns the value at a dotted path.
    pub(crate) fn at(&self, path: &str) -> Option<&'a Value> {
        path.split('.').try_fold(self.value, |value, key| value.get(key)).filter(|value| !value.is_null())
    }

    /// Returns the text at a dotted path; an empty one is absent.
    pub(crate) fn text(&self, path: &str) -> Option<&'a str> {
        self.at(path)?.as_str().filter(|text| !text.is_empty())
    }

    /// Returns whether `true`, or the text `true`, stands at a dotted path.
    pub(crate) fn says(&self, path: &str) -> bool {
        let is_true = |text: &str| text.eq_ignore_ascii_case("true");
        self.at(path).is_some_and(|value| value == &Value::Bool(true) || value.as_str().is_some_and(is_true))
    }

    /// Returns the entries of the array at a dotted path; none if there is no array.
    pub(crate) fn parts(&self, path: &str) -> impl Iterator<Item = Detail<'a>> + use<'a> {
        let report = self.report;
        let entries = self.at(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        entries.iter().map(move |value| Self { report, value })
    }

    /// Returns the text of this part itself.
    pub(crate) fn as_text(&self) -> Option<&'a str> {
        self.value.as_str().filter(|text| !text.is_empty())
    }

    /// Returns the text at a dotted path.
    ///
    /// # Errors
    /// [`Malformed`] if there is none.
    pub(crate) fn required(&self, field: &'static str, expected: &'static str) -> Result<&'a str, Malformed> {
        match self.at(field) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            None | Some(Value::String(_)) => Err(self.missing(field, expected)),
            Some(found) => Err(self.unexpected(field, expected, found)),
        }
    }

    /// Reads the text at a dotted path.
    ///
    /// # Errors
    /// [`Malformed`] if there is none, or it is not well formed.
    pub(crate) fn parsed<T: FromStr>(
        &self,
        field: &'static str,
        expected: &'static str,
    ) -> Result<T, Malformed> {
        let text = self.required(field, expected)?;
        text.parse().map_err(|_| self.unexpected(field, expected, &text))
    }

    /// Says that a member is missing.
    pub(crate) fn missing(&self, field: &'static str, expected: &'static str) -> Malformed {
        Malformed::Missing { report: self.report, field, expected }
    }

    /// Says that a member is something else.
    pub(crate) fn unexpected(
        &self,
        field: &'static str,
        expected: &'static str,
        found: &dyn Display,
    ) -> Malformed {
        Malformed::Unexpected { report: self.report, field, expected, found: shown(&found.to_string()) }
    }
}
