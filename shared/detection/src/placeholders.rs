//! The lists that `expand` puts in place of `%name%`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most texts that one value may become: several long lists in one text multiply.
const MAX_TEXTS: usize = 10_000;

/// Why a text was not expanded.
#[derive(Debug)]
pub(crate) enum NotExpanded {
    /// The placeholder has no list or an empty one.
    Unknown(String),
    /// The lists multiply to more texts than are sane.
    TooMany,
}

/// A user's lists by placeholder name; their values may hold Sigma's wildcards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Placeholders {
    lists: BTreeMap<String, Vec<String>>,
}

impl Placeholders {
    /// Returns the lists.
    pub fn new(lists: BTreeMap<String, Vec<String>>) -> Self {
        Self { lists }
    }

    /// Returns `text` with every placeholder replaced by each of its values in turn.
    ///
    /// # Errors
    /// If a placeholder has no list or an empty one, or if there would be too many texts.
    pub(crate) fn expand(&self, text: &str) -> Result<Vec<String>, NotExpanded> {
        let mut texts = vec![String::new()];
        let mut rest = text;
        while let Some((before, name, after)) = next_placeholder(rest) {
            let values = self.lists.get(name).filter(|values| !values.is_empty());
            let Some(values) = values else { return Err(NotExpanded::Unknown(name.to_owned())) };
            if texts.len().saturating_mul(values.len()) > MAX_TEXTS {
                return Err(NotExpanded::TooMany);
            }
            let with_each = |sofar: &String| {
                let sofar = sofar.clone();
                values.iter().map(move |value| format!("{sofar}{before}{value}"))
            };
            texts = texts.iter().flat_map(with_each).collect();
            rest = after;
        }
        texts.iter_mut().for_each(|text| text.push_str(rest));
        Ok(texts)
    }
}

/// Splits at the first `%name%` whose first percent sign is not escaped.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices('%').find_map(|(at, _)| {
        let before = text.get(..at)?;
        let (name, after) = text.get(at + 1..)?.split_once('%')?;
        let is_name = !name.is_empty() && name.chars().all(|one| one.is_alphanumeric() || one == '_');
        (is_name && !before.ends_with('\\')).then_some((before, name, after))
    })
}
