//! A rule as it is read: a JSON value and where it came from.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One rule, correlation or filter before it is compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Where it was read.
    pub origin: Origin,
    /// What it says.
    pub value: Value,
    /// How it was written, to find the line of a mistake; not kept in bundles.
    #[serde(skip)]
    text: Option<Arc<str>>,
}

impl Document {
    /// Returns a document that was read from `file`, beginning at `line`.
    pub fn new(file: impl Into<String>, line: u32, value: Value) -> Self {
        Self { origin: Origin { file: file.into(), line }, value, text: None }
    }

    /// Adds the document as it was written, so that messages can name the line of a mistake.
    #[must_use]
    pub fn with_text(self, text: &str) -> Self {
        Self { text: Some(text.into()), ..self }
    }

    /// Returns the same document saying something else.
    pub(crate) fn with_value(&self, value: Value) -> Self {
        Self { value, origin: self.origin.clone(), text: self.text.clone() }
    }

    /// Forgets how it was written.
    pub(crate) fn without_text(self) -> Self {
        Self { text: None, ..self }
    }

    /// Returns the title, if there is one.
    pub(crate) fn title(&self) -> Option<String> {
        self.value.get("title").and_then(Value::as_str).map(str::to_owned)
    }

    /// Returns the place of the first of `wanted` that is found in the text, else where the document begins.
    ///
    /// Each is a way to the place: texts that follow one another, on one line or on several. A line that begins with a
    /// text counts before one that holds it, as prose may hold anything.
    pub(crate) fn place_of(&self, wanted: &[Vec<&str>]) -> Origin {
        let text = self.text.as_deref().unwrap_or_default();
        let offset = wanted.iter().find_map(|way| follow(text, way)).unwrap_or_default();
        Origin { file: self.origin.file.clone(), line: self.origin.line.saturating_add(offset) }
    }
}

/// Returns the line to which `way` leads, counted from 0.
fn follow(text: &str, way: &[&str]) -> Option<u32> {
    way.iter().try_fold(0, |reached, part| {
        let lines = || (0..).zip(text.lines()).filter(|(line, _)| *line >= reached);
        let begins = |line: &str| line.trim_start_matches([' ', '-', '\'', '"']).starts_with(part);
        let found = lines().find(|(_, line)| begins(line));
        found.or_else(|| lines().find(|(_, line)| line.contains(part))).map(|(line, _)| line)
    })
}

/// A place in a file, for messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// A path, object key or other name.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)
    }
}
