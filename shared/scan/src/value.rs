//! A value as it stands in the bytes.

use std::borrow::Cow;

/// A JSON value that has not been parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawValue<'a>(&'a [u8]);

impl<'a> RawValue<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the value as it is written, without the blanks around it. The same bytes mean the same value, though one
    /// value can be written in several ways.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Returns what a text says; none if the value is no text, or not one that `serde_json` accepts.
    ///
    /// Only one with escapes is copied.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        if inner.iter().any(|byte| matches!(byte, b'\\' | b'"' | ..b' ')) {
            return serde_json::from_slice(self.0).ok().map(Cow::Owned);
        }
        std::str::from_utf8(inner).ok().map(Cow::Borrowed)
    }

    /// Tells whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0 == b"null"
    }

    /// Parses the value.
    ///
    /// # Errors
    /// Whatever `serde_json` has against it.
    pub fn parse(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_slice(self.0)
    }
}
