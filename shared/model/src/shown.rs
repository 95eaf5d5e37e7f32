//! Cuts texts that somebody else chose, before they are shown or logged.

/// Most characters of such a text that an error repeats.
const MAX_SHOWN: usize = 80;

/// Returns what errors and logs may repeat of a text that was found: its first 80 characters.
///
/// An attacker chooses what is found in events and files; an error that repeated all of it could fill a log or a
/// queue's message.
#[must_use]
pub fn shown(text: &str) -> String {
    first(text, MAX_SHOWN)
}

/// Returns the first `count` characters of a text.
pub(crate) fn first(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        for (case, text, expected) in [
            ("a short text", "abc".to_owned(), "abc".to_owned()),
            ("a long text", "x".repeat(100_000), "x".repeat(80)),
            ("letters of several bytes", "é".repeat(81), "é".repeat(80)),
        ] {
            assert_eq!(shown(&text), expected, "{case}");
        }
    }
}
