//! How the texts of two patterns are related: all of one's in the other, or some in both.
//!
//! Both patterns run side by side over every character that one of them tells from others, so the answers are exact.

use super::{Glob, NOT_IN_IDS, Places, Step};
use std::collections::HashSet;

/// More states than this are not searched.
const MAX_STATES: usize = 20_000;

impl Glob {
    /// Returns whether every text that `other` matches is matched by this pattern too; `false` if that cannot be told,
    /// as with a policy variable here, whose value is not known. One in `other` stands for any text.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let is_missing = |mine: bool, theirs: bool| theirs && !mine;
        !self.has_variable() && search(self, other, is_missing) == Some(false)
    }

    /// Returns whether some text matches both patterns; `true` if that cannot be told. Variables stand for any text.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        search(self, other, |mine, theirs| mine && theirs) != Some(false)
    }
}

/// Looks for a text of which it is `wanted` whether the first and the second pattern match it; `None` if there is too
/// much to look at.
fn search(first: &Glob, second: &Glob, wanted: impl Fn(bool, bool) -> bool) -> Option<bool> {
    let alphabet = alphabet(first, second);
    let start = (first.start(), second.start());
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some((left, right)) = open.pop() {
        if wanted(accepts(first, &left), accepts(second, &right)) {
            return Some(true);
        }
        for character in &alphabet {
            let next = (first.advance(&left, *character), second.advance(&right, *character));
            // Both questions are about texts of the second pattern.
            if next.1.is_empty() || seen.contains(&next) {
                continue;
            }
            if seen.len() >= MAX_STATES {
                return None;
            }
            seen.insert(next.clone());
            open.push(next);
        }
    }
    Some(false)
}

fn accepts(glob: &Glob, places: &Places) -> bool {
    places.contains(&glob.steps.len())
}

/// The characters that some step tells from others, and one that none does.
fn alphabet(first: &Glob, second: &Glob) -> Vec<char> {
    let mut characters = Vec::new();
    for step in first.steps.iter().chain(second.steps.iter()) {
        match step {
            Step::Is(character) => characters.push(*character),
            Step::Fold(letter) => characters.extend([*letter, letter.to_ascii_uppercase()]),
            Step::Digit => characters.extend('0'..='9'),
            Step::Id => characters.extend(NOT_IN_IDS),
            Step::AnyInPart | Step::ManyInPart | Step::Variable { in_part: true, .. } => characters.push(':'),
            Step::Any | Step::Many | Step::Variable { in_part: false, .. } => {}
        }
    }
    characters.extend(('\u{E000}'..='\u{F8FF}').find(|character| !characters.contains(character)));
    characters.sort_unstable();
    characters.dedup();
    characters
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::*;

    fn glob(text: &str) -> Glob {
        Glob::parse(text, Reading { wildcards: true, variables: true, fold: false })
    }

    #[test]
    fn patterns_are_compared_by_the_texts_that_they_match() {
        for (wide, narrow, covers, overlaps) in [
            ("*", "arn:aws:s3:::a/*", true, true),
            ("arn:aws:s3:::a/*", "arn:aws:s3:::a/b*", true, true),
            ("arn:aws:s3:::a/b*", "arn:aws:s3:::a/*", false, true),
            ("arn:aws:s3:::a/*", "arn:aws:s3:::b/*", false, false),
            ("a?*", "a*", false, true),
            ("a*", "a??", true, true),
            ("a?", "a??", false, false),
            ("*a*b", "a*b", true, true),
            ("a*c", "*b*", false, true),
            ("a${*}", "a*", false, true),
            ("a*", "a${*}", true, true),
            ("a${aws:username}", "a", false, true),
            ("a*", "a${aws:username}", true, true),
            ("", "", true, true),
            ("", "a", false, false),
        ] {
            let found = (glob(wide).covers(&glob(narrow)), glob(wide).overlaps(&glob(narrow)));
            assert_eq!(found, (covers, overlaps), "{wide} {narrow}");
        }
    }
}
