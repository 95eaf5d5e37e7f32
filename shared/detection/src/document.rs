//! A rule as it is read: a JSON value and where it came from.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One rule, correlation or filter before it is compiled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Where it was read.
    pub origin: Origin,
    /// What it says.
    pub value: Value,
}

impl Document {
    /// Returns a document that was read from `file`, beginning at `line`.
    pub fn new(file: impl Into<String>, line: u32, value: Value) -> Self {
        Self { origin: Origin { file: file.into(), line }, value }
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
