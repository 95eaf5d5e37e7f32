//! Which combinations of patterns one text can match.
//!
//! The patterns run side by side as one automaton, over the characters that occur in them and one that does not, so
//! every combination that any text has is found.

use super::Bits;
use crate::glob::{Glob, Lead, NOT_IN_IDS, Step};
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// More states than this are not searched.
const MAX_STATES: usize = 20_000;

/// The patterns are too many or too entangled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooMany;

/// The places of all patterns that can still match, the last one first.
type State = Vec<u32>;

/// Returns each set of patterns (by their places in `globs`) that some text matches, and no other pattern with them.
///
/// # Errors
/// If more than `max` sets, or too many states, would have to be looked at.
pub(super) fn combinations(globs: &[Glob], max: usize) -> Result<BTreeSet<Bits>, TooMany> {
    let automaton = Automaton::of(globs);
    let start: Rc<[u32]> = automaton.start().into();
    let mut found = BTreeSet::new();
    let mut seen = HashSet::from([Rc::clone(&start)]);
    let mut open = vec![start];
    let (mut characters, mut next) = (Vec::new(), State::new());
    while let Some(state) = open.pop() {
        found.insert(Bits::of(automaton.accepting(&state)));
        if found.len() > max {
            return Err(TooMany);
        }
        automaton.alphabet(&state, &mut characters);
        for character in &characters {
            automaton.advance(&state, *character, &mut next);
            if !seen.contains(next.as_slice()) {
                if seen.len() >= MAX_STATES {
                    return Err(TooMany);
                }
                let state: Rc<[u32]> = next.as_slice().into();
                seen.insert(Rc::clone(&state));
                open.push(state);
            }
        }
    }
    Ok(found)
}

/// All patterns, one after the other.
struct Automaton<'g> {
    /// Of each place, the pattern, and the step that leads on; none where the pattern ends.
    places: Vec<(usize, Option<&'g Step>)>,
}

impl<'g> Automaton<'g> {
    fn of(globs: &'g [Glob]) -> Self {
        let of_glob = |(index, glob): (usize, &'g Glob)| {
            glob.steps().iter().map(Some).chain([None]).map(move |step| (index, step))
        };
        Self { places: globs.iter().enumerate().flat_map(of_glob).collect() }
    }

    fn start(&self) -> State {
        let mut state = State::new();
        let mut before = None;
        for (place, (pattern, _)) in (0..).zip(&self.places) {
            if before != Some(pattern) {
                self.enter(place, &mut state);
            }
            before = Some(pattern);
        }
        self.tidy(&mut state);
        state
    }

    fn at(&self, place: u32) -> Option<(usize, Option<&'g Step>)> {
        self.places.get(usize::try_from(place).ok()?).copied()
    }

    fn steps(&self, state: &[u32]) -> impl Iterator<Item = (u32, &'g Step)> {
        state.iter().filter_map(|place| Some((*place, self.at(*place)?.1?)))
    }

    /// Adds a place, and those behind it that no character is needed for.
    fn enter(&self, place: u32, state: &mut State) {
        let mut place = place;
        state.push(place);
        while self.at(place).and_then(|(_, step)| step).is_some_and(Step::is_optional) {
            place += 1;
            state.push(place);
        }
    }

    fn advance(&self, state: &[u32], character: char, next: &mut State) {
        next.clear();
        for (place, step) in self.steps(state) {
            let lead = step.lead(character);
            if matches!(lead, Lead::Stay | Lead::Both) {
                self.enter(place, next);
            }
            if matches!(lead, Lead::On | Lead::Both) {
                self.enter(place + 1, next);
            }
        }
        self.tidy(next);
    }

    /// Orders the places. What is accepted from a place before a `*` is accepted from the `*` as well, so it is left out.
    fn tidy(&self, state: &mut State) {
        state.sort_unstable_by(|left, right| right.cmp(left));
        state.dedup();
        let mut starred = None;
        state.retain(|place| {
            let Some((pattern, step)) = self.at(*place) else { return false };
            let is_kept = starred != Some(pattern);
            if is_kept && step == Some(&Step::Many) {
                starred = Some(pattern);
            }
            is_kept
        });
    }

    fn accepting(&self, state: &[u32]) -> impl Iterator<Item = usize> {
        state
            .iter()
            .filter_map(|place| self.at(*place))
            .filter_map(|(pattern, step)| step.is_none().then_some(pattern))
    }

    /// The characters that some pattern tells from others in this state, and one that none does.
    fn alphabet(&self, state: &[u32], characters: &mut Vec<char>) {
        characters.clear();
        let mut has_digit = false;
        let mut letters = Vec::new();
        for (_, step) in self.steps(state) {
            match step {
                Step::Is(character) => characters.push(*character),
                Step::Fold(letter) => letters.push(*letter),
                Step::Id => characters.extend(NOT_IN_IDS),
                Step::Digit => has_digit = true,
                Step::AnyInPart | Step::ManyInPart | Step::Variable { in_part: true, .. } => {
                    characters.push(':');
                }
                Step::Any | Step::Many | Step::Variable { .. } => {}
            }
        }
        characters.sort_unstable();
        characters.dedup();
        // Only a pattern that asks for one case tells the cases apart.
        let is_told =
            |letter: &char| characters.contains(letter) || characters.contains(&letter.to_ascii_uppercase());
        let upper: Vec<char> =
            letters.iter().filter(|letter| is_told(letter)).map(char::to_ascii_uppercase).collect();
        characters.extend(letters);
        characters.extend(upper);
        let other_digit = ('0'..='9').find(|digit| has_digit && !characters.contains(digit));
        let other = ('\u{E000}'..='\u{F8FF}').find(|character| !characters.contains(character));
        characters.extend(other_digit);
        characters.extend(other);
        characters.sort_unstable();
        characters.dedup();
    }
}
