//! Which combinations of patterns one text can match.
//!
//! The patterns run side by side as one automaton, over the characters that occur in them and one that does not, so
//! every combination that any text has is found.

use super::Bits;
use crate::glob::{Glob, NOT_IN_IDS, Step};
use std::collections::{BTreeSet, HashSet};

/// More states than this are not searched.
const MAX_STATES: usize = 20_000;

/// The patterns are too many or too entangled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

/// For each pattern that can still match, its places.
type State = Vec<(usize, BTreeSet<usize>)>;

/// Returns each set of patterns (by their places in `globs`) that some text matches, and no other pattern with them.
///
/// # Errors
/// If more than `max` sets, or too many states, would have to be looked at.
pub(super) fn combinations(globs: &[Glob], max: usize) -> Result<BTreeSet<Bits>, TooMany> {
    let start: State = globs.iter().enumerate().map(|(index, glob)| (index, glob.start())).collect();
    let mut found = BTreeSet::new();
    let mut seen = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(state) = open.pop() {
        found.insert(Bits::of(accepting(globs, &state)));
        if found.len() > max {
            return Err(TooMany);
        }
        for character in alphabet(globs, &state) {
            let next = advance(globs, &state, character);
            if !seen.contains(&next) {
                if seen.len() >= MAX_STATES {
                    return Err(TooMany);
                }
                seen.insert(next.clone());
                open.push(next);
            }
        }
    }
    Ok(found)
}

fn accepting<'s>(globs: &'s [Glob], state: &'s State) -> impl Iterator<Item = usize> + 's {
    state.iter().filter_map(|(index, places)| {
        let end = globs.get(*index)?.steps().len();
        places.contains(&end).then_some(*index)
    })
}

fn advance(globs: &[Glob], state: &State, character: char) -> State {
    let moved = state.iter().filter_map(|(index, places)| {
        let next = globs.get(*index)?.advance(places, character);
        (!next.is_empty()).then_some((*index, next))
    });
    moved.collect()
}

/// The characters that some pattern tells from others in this state, and one that none does.
fn alphabet(globs: &[Glob], state: &State) -> BTreeSet<char> {
    let mut characters = BTreeSet::new();
    let mut has_digit = false;
    let steps = state.iter().flat_map(|(index, places)| {
        let steps = globs.get(*index).map(Glob::steps).unwrap_or_default();
        places.iter().filter_map(|place| steps.get(*place))
    });
    for step in steps {
        match step {
            Step::Is(character) => {
                characters.insert(*character);
            }
            Step::Fold(letter) => {
                characters.insert(*letter);
                characters.insert(letter.to_ascii_uppercase());
            }
            Step::Id => characters.extend(NOT_IN_IDS),
            Step::Digit => has_digit = true,
            Step::AnyInPart | Step::ManyInPart | Step::Variable { in_part: true, .. } => {
                characters.insert(':');
            }
            Step::Any | Step::Many | Step::Variable { .. } => {}
        }
    }
    let other_digit = ('0'..='9').find(|digit| has_digit && !characters.contains(digit));
    let other = ('\u{E000}'..='\u{F8FF}').find(|character| !characters.contains(character));
    characters.extend(other_digit);
    characters.extend(other);
    characters
}
