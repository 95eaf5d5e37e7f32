//! Which combinations of patterns one text can match.
//!
//! The patterns run side by side as one automaton, over the characters that occur in them and one that does not, so
//! every combination that any text has is found.

use super::Bits;
use crate::glob::{Glob, NOT_IN_IDS, Places, Step};
use std::collections::{BTreeSet, HashSet};

/// More states than this are not searched.
const MAX_STATES: usize = 20_000;

/// The patterns are too many or too entangled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

/// Pattern and place in it, of each that can still match; in order.
type State = Vec<(u32, u32)>;

/// Returns each set of patterns (by their places in `globs`) that some text matches, and no other pattern with them.
///
/// # Errors
/// If more than `max` sets, or too many states, would have to be looked at.
pub(super) fn combinations(globs: &[Glob], max: usize) -> Result<BTreeSet<Bits>, TooMany> {
    let mut start = State::new();
    for (index, glob) in globs.iter().enumerate() {
        add(index, &glob.start(), &mut start);
    }
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
                open.push(next.clone());
                seen.insert(next);
            }
        }
    }
    Ok(found)
}

fn add(index: usize, places: &Places, state: &mut State) {
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    state.extend(places.iter().map(|place| (narrow(index), narrow(*place))));
}

/// The places of each pattern of a state.
fn by_pattern<'s>(
    globs: &'s [Glob],
    state: &'s State,
) -> impl Iterator<Item = (usize, &'s Glob, Places)> + 's {
    state.chunk_by(|left, right| left.0 == right.0).filter_map(|group| {
        let index = usize::try_from(group.first()?.0).ok()?;
        let places = group.iter().filter_map(|(_, place)| usize::try_from(*place).ok());
        Some((index, globs.get(index)?, places.collect()))
    })
}

fn accepting<'s>(globs: &'s [Glob], state: &'s State) -> impl Iterator<Item = usize> + 's {
    by_pattern(globs, state)
        .filter_map(|(index, glob, places)| (places.last() == Some(&glob.steps().len())).then_some(index))
}

fn advance(globs: &[Glob], state: &State, character: char) -> State {
    let mut next = State::with_capacity(state.len());
    for (index, glob, places) in by_pattern(globs, state) {
        add(index, &glob.advance(&places, character), &mut next);
    }
    next
}

/// The characters that some pattern tells from others in this state, and one that none does.
fn alphabet(globs: &[Glob], state: &State) -> Vec<char> {
    let mut characters = Vec::new();
    let mut has_digit = false;
    let steps = state.iter().filter_map(|(index, place)| {
        let glob = globs.get(usize::try_from(*index).ok()?)?;
        glob.steps().get(usize::try_from(*place).ok()?)
    });
    for step in steps {
        match step {
            Step::Is(character) => {
                characters.push(*character);
            }
            Step::Fold(letter) => {
                characters.push(*letter);
                characters.push(letter.to_ascii_uppercase());
            }
            Step::Id => characters.extend(NOT_IN_IDS),
            Step::Digit => has_digit = true,
            Step::AnyInPart | Step::ManyInPart | Step::Variable { in_part: true, .. } => {
                characters.push(':');
            }
            Step::Any | Step::Many | Step::Variable { .. } => {}
        }
    }
    let other_digit = ('0'..='9').find(|digit| has_digit && !characters.contains(digit));
    let other = ('\u{E000}'..='\u{F8FF}').find(|character| !characters.contains(character));
    characters.extend(other_digit);
    characters.extend(other);
    characters.sort_unstable();
    characters.dedup();
    characters
}
