//! Whether one Allow lets one class of callers in, whatever the Denies say.
//!
//! For each key, the classes of values under which the Allow holds are a set of bits. A Deny is avoided by one of its
//! conditions not holding, which makes one of the sets smaller. So the search goes over the Denies and which of their
//! conditions to avoid them by, and ends when a set is empty or no Deny is left.

use super::Bits;
use super::clause::{ACTION, Clause, Literal, RESOURCE};
use super::requester::{Behalf, Requester};
use super::space::Space;
use super::spaces::Spaces;
use super::trust::{Mode, Role, counts, role};
use super::world::World;
use crate::condition::{Condition, Kind, Matcher};
use crate::policy::{Effect, Statement};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Why the search has ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// More nodes than the budget allows.
    Budget,
    /// The values of a key fall into too many classes.
    Classes(String),
}

/// The candidates under which a literal may hold, and those under which it may not.
#[derive(Debug, Clone)]
struct Truth {
    may_hold: Bits,
    may_fail: Bits,
}

/// One Allow, all Denies, and the classes of values that they tell apart.
#[derive(Debug)]
pub(super) struct Search<'p> {
    allow: Clause<'p>,
    denies: &'p [Clause<'p>],
    spaces: BTreeMap<&'p str, Rc<Space>>,
    world: &'p World,
    /// By mode, deny (or none for the allow).
    truths: HashMap<(Mode, Option<usize>), Vec<Truth>>,
}

impl<'p> Search<'p> {
    /// Finds the classes of values; policy and Denies outlive the one Allow, and so may what is kept of them.
    pub(super) fn new<'all: 'p>(
        allow: &'all Statement,
        denies: &'all [Clause<'all>],
        spaces: &mut Spaces<'all>,
        world: &'p World,
    ) -> Result<Self, Unanswered> {
        let allow = Clause::of(allow);
        let spaces = spaces.of(&allow, world)?;
        Ok(Self { allow, denies, spaces, world, truths: HashMap::new() })
    }

    /// Returns whether statements look at this condition key.
    pub(super) fn looks_at(&self, key: &str) -> bool {
        self.spaces.contains_key(key)
    }

    /// Returns whether some call of `requester` is allowed and not denied; takes from `budget` what it costs.
    pub(super) fn reaches(
        &mut self,
        requester: &Requester,
        behalf: &Behalf,
        mode: Mode,
        budget: &mut u32,
    ) -> Result<bool, Unanswered> {
        if !requester.is_concerned(Effect::Allow, &self.allow.statement.principals) {
            return Ok(false);
        }
        self.find_truths(mode);
        let mut state: BTreeMap<&str, Bits> = BTreeMap::new();
        for (key, space) in &self.spaces {
            state.insert(key, self.possible(requester, behalf, key, space));
        }
        let of_allow = self.truths.get(&(mode, None)).map(Vec::as_slice).unwrap_or_default();
        for (literal, truth) in self.allow.literals.iter().zip(of_allow) {
            if let Some(bits) = state.get_mut(literal.key()) {
                *bits = bits.meet(&truth.may_hold);
            }
        }
        if state.values().any(Bits::is_empty) {
            return Ok(false);
        }
        let denies: Vec<Vec<(&str, &Bits)>> = self
            .denies
            .iter()
            .enumerate()
            .filter(|(_, deny)| requester.is_concerned(Effect::Deny, &deny.statement.principals))
            .map(|(place, deny)| {
                let truths = self.truths.get(&(mode, Some(place))).map(Vec::as_slice).unwrap_or_default();
                deny.literals
                    .iter()
                    .zip(truths)
                    .map(|(literal, truth)| (literal.key(), &truth.may_fail))
                    .collect()
            })
            .collect();
        avoid(&state, &denies, budget)
    }

    fn possible(&self, requester: &Requester, behalf: &Behalf, key: &str, space: &Space) -> Bits {
        if key == ACTION || key == RESOURCE {
            return space.marked();
        }
        match role(key) {
            Role::Identity if space.is_exact() => requester.candidates(key, space, self.world),
            Role::Source if space.is_exact() => behalf.candidates(key, space, self.world),
            Role::Identity | Role::Source | Role::Network | Role::UserId | Role::Free => space.everything(),
        }
    }

    fn find_truths(&mut self, mode: Mode) {
        if self.truths.contains_key(&(mode, None)) {
            return;
        }
        let clauses = std::iter::once((None, &self.allow))
            .chain(self.denies.iter().enumerate().map(|(place, deny)| (Some(place), deny)));
        let found: Vec<_> = clauses
            .map(|(place, clause)| {
                let truths = clause.literals.iter().map(|literal| self.truth(literal, mode)).collect();
                ((mode, place), truths)
            })
            .collect();
        self.truths.extend(found);
    }

    fn truth(&self, literal: &Literal<'_>, mode: Mode) -> Truth {
        let mut truth = Truth { may_hold: Bits::default(), may_fail: Bits::default() };
        let Some(space) = self.spaces.get(literal.key()) else { return truth };
        let (may, sure) = match literal {
            Literal::Selection(_, globs, _) => space.masks_of(globs),
            Literal::Condition(condition, effect) => space.masks(condition, |value| {
                counts(mode, *effect, condition, value, |name| self.world.is_foreign(name))
            }),
        };
        for (place, candidate) in space.candidates().enumerate() {
            let (may_hold, may_fail) = match (literal, &candidate) {
                (Literal::Selection(_, _, is_negated), Some(values)) => {
                    let matched = values.iter().any(|value| value.meets(&may));
                    let surely = values.iter().any(|value| value.meets(&sure));
                    if *is_negated { (!surely, matched) } else { (matched, !surely) }
                }
                (Literal::Selection(..), None) => (false, true),
                (Literal::Condition(condition, _), candidate) => {
                    holds(condition, candidate.as_deref(), &may, &sure, space.is_exact())
                }
            };
            if may_hold {
                truth.may_hold.insert(place);
            }
            if may_fail {
                truth.may_fail.insert(place);
            }
        }
        truth
    }
}

/// Returns whether a condition may hold and whether it may not (IAM User Guide, "Condition operators" and "Set
/// operators for multivalued context keys").
fn holds(
    condition: &Condition,
    values: Option<&[&Bits]>,
    may: &Bits,
    sure: &Bits,
    is_exact: bool,
) -> (bool, bool) {
    if condition.kind == Kind::Unrecognised {
        return (true, true);
    }
    if condition.kind == Kind::Null {
        let is_missing = values.is_none();
        let holds = condition.values.iter().any(|value| value.matcher == Matcher::Missing(is_missing));
        return (holds, !holds);
    }
    let Some(values) = values else {
        let holds = condition.holds_if_missing();
        return (holds, !holds);
    };
    if !is_exact {
        return (true, true);
    }
    let passes = |value: &&Bits, matched: &Bits, unmatched: &Bits| {
        if condition.negated { !value.meets(unmatched) } else { value.meets(matched) }
    };
    let may_pass = |value: &&Bits| passes(value, may, sure);
    let must_pass = |value: &&Bits| passes(value, sure, may);
    if condition.is_of_all_values() {
        (values.iter().all(may_pass), !values.iter().all(must_pass))
    } else {
        (values.iter().any(may_pass), !values.iter().any(must_pass))
    }
}

/// Finds values that avoid all denies: the deny with the fewest ways is next, so a single way is taken at once.
fn avoid(
    state: &BTreeMap<&str, Bits>,
    denies: &[Vec<(&str, &Bits)>],
    budget: &mut u32,
) -> Result<bool, Unanswered> {
    *budget = budget.checked_sub(1).ok_or(Unanswered::Budget)?;
    let mut next: Option<Vec<(&str, Bits)>> = None;
    let mut left = Vec::new();
    for deny in denies {
        let is_avoided =
            deny.iter().any(|(key, fails)| state.get(key).is_some_and(|bits| bits.is_within(fails)));
        if is_avoided {
            continue;
        }
        left.push(deny.clone());
        let ways: Vec<(&str, Bits)> = deny
            .iter()
            .filter_map(|(key, fails)| {
                let bits = state.get(key)?.meet(fails);
                (!bits.is_empty()).then_some((*key, bits))
            })
            .collect();
        if ways.is_empty() {
            return Ok(false);
        }
        if next.as_ref().is_none_or(|best| ways.len() < best.len()) {
            next = Some(ways);
        }
    }
    let Some(ways) = next else { return Ok(true) };
    for (key, bits) in ways {
        let mut narrower = state.clone();
        narrower.insert(key, bits);
        if avoid(&narrower, &left, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}
