//! Where a user keeps rules and suppressions for the functions.

use std::str::FromStr;

/// `s3://bucket/key` of a file, or `s3://bucket/prefix/` of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesUri {
    /// The bucket.
    pub(super) bucket: String,
    /// The key; with `/` at its end, what the keys of all files begin with.
    pub(super) key: String,
}

/// A text is no place of rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place of rules; write `s3://bucket/rules.bundle` or `s3://bucket/folder/`")]
pub struct InvalidRulesUri(String);

impl FromStr for RulesUri {
    type Err = InvalidRulesUri;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
        match parts.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty()) {
            Some((bucket, key)) => Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() }),
            None => Err(InvalidRulesUri(text.to_owned())),
        }
    }
}
