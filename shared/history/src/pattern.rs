//! Wildcards: `*` for any text, `?` for one character, in any case.

use regex::{Regex, RegexBuilder};
use std::str::FromStr;

/// Longest pattern, in bytes: longer than any ARN.
const MAX_LENGTH: usize = 2048;

/// A text with wildcards that a whole value is compared with.
///
/// Letters match in any case, because CloudTrail's services disagree about it.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPattern {
    /// It is empty, which no value is.
    #[error("a pattern must not be empty; `*` stands for any value")]
    Empty,
    /// It is longer than any value that is meant.
    #[error("a pattern must not be longer than 2048 bytes")]
    TooLong,
}

impl Pattern {
    /// Tells whether the whole of `value` is as the pattern says.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }

    /// Returns the pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the longest run of signs that JSON writes as they are, which every value that matches has; none if
    /// there is none of two signs. Letters may stand there in another case.
    #[must_use]
    pub fn needle(&self) -> Option<&str> {
        let runs = self.text.split(|sign: char| !is_literal(sign));
        runs.filter(|run| run.len() > 1).max_by_key(|run| run.len())
    }
}

/// Tells whether a sign is ASCII and JSON has no short escape for it.
pub(crate) fn is_literal(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.' | ':' | '@')
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(InvalidPattern::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(InvalidPattern::TooLong);
        }
        let mut source = String::from("^(?:");
        for sign in text.chars() {
            match sign {
                '*' => source.push_str(".*"),
                '?' => source.push('.'),
                _ => source.push_str(&regex::escape(sign.encode_utf8(&mut [0; 4]))),
            }
        }
        source.push_str(")$");
        let built = RegexBuilder::new(&source).case_insensitive(true).dot_matches_new_line(true).build();
        // Only a size limit of the regex crate is left to fail.
        let regex = built.map_err(|_| InvalidPattern::TooLong)?;
        Ok(Self { text: text.to_owned(), regex })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_about_the_whole_value_in_any_case() {
        for (pattern, value, expected) in [
            ("CreateUser", "CreateUser", true),
            ("createuser", "CreateUser", true),
            ("Create", "CreateUser", false),
            ("Create*", "CreateUser", true),
            ("*User", "CreateUser", true),
            ("?reateUser", "CreateUser", true),
            ("a.c", "abc", false),
            ("a\\*", "a\\bc", true),
            ("*", "a\nb", true),
            ("(x|y)", "x", false),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().matches(value), expected, "{pattern} on {value}");
        }
        assert_eq!("".parse::<Pattern>().unwrap_err(), InvalidPattern::Empty);
        assert_eq!("x".repeat(3000).parse::<Pattern>().unwrap_err(), InvalidPattern::TooLong);
    }

    #[test]
    fn a_needle_is_what_the_bytes_of_a_match_must_hold() {
        for (pattern, expected) in [
            ("CreateUser", Some("CreateUser")),
            ("Create*Profile", Some("Profile")),
            ("arn:aws:iam::1:user/bob", Some("arn:aws:iam::1:user")),
            ("*", None),
            ("a*b", None),
            ("ünï", None),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().needle(), expected, "{pattern}");
        }
    }
}
