//! Ignoring case, one character at a time.
//!
//! Sigma compares strings without case. A character maps to exactly one character, so that `?` and the
//! index see the same text as the comparison does; characters that would grow (`İ`) stay as they are.

use std::borrow::Cow;

/// Returns `character` in lower case, if that is one character.
pub(crate) fn fold_char(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        (Some(_) | None, _) => character,
    }
}

/// Returns `text` with every character folded.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold_char).collect() }
}

/// Folds `text` only where comparing bytes without ASCII case would not do.
pub(crate) fn folded_unless_ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(fold(text)) }
}
