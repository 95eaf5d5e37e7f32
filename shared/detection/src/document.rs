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
    pub(crate) fn place_of(&self, wanted: &[&str]) -> Origin {
        let text = self.text.as_deref().unwrap_or_default();
        let line_of = |part: &&str| (0..).zip(text.lines()).find(|(_, line)| line.contains(part));
        let offset = wanted.iter().find_map(line_of).map_or(0, |(offset, _)| offset);
        Origin { file: self.origin.file.clone(), line: self.origin.line.saturating_add(offset) }
    }
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
