//! The spaces of all keys that an Allow and the Denies look at.
//!
//! Most keys are looked at by the Denies only, and Allows look alike, so what was found for one is kept for the next.

use super::Target;
use super::clause::{ACTION, Clause, Look, RESOURCE, looks};
use super::product::TooMany;
use super::requester::{exactly, marks};
use super::search::Unanswered;
use super::space::{Mark, Space, Test, can_be_several};
use super::world::World;
use crate::condition::Kind;
use crate::glob::Glob;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The spaces of a policy.
#[derive(Debug)]
pub(super) struct Spaces<'p> {
    denies: BTreeMap<&'p str, Look<'p>>,
    actions: Vec<(Mark, Glob)>,
    resources: Vec<(Mark, Glob)>,
    found: BTreeMap<Origin<'p>, Rc<Space>>,
}

/// What makes a space of a key another one than with another Allow.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Origin<'p> {
    key: &'p str,
    tests: Vec<Test>,
    marks: Vec<(Mark, Glob)>,
    is_bool: bool,
}

impl<'p> Spaces<'p> {
    pub(super) fn new(denies: &[Clause<'p>], target: &Target) -> Self {
        let (actions, resources) = (target.actions(), target.resources());
        Self { denies: looks(denies), actions, resources, found: BTreeMap::new() }
    }

    /// Returns the spaces for one Allow, by key.
    ///
    /// # Errors
    /// If the values of a key fall into too many classes.
    pub(super) fn of(
        &mut self,
        allow: &Clause<'p>,
        world: &World,
    ) -> Result<BTreeMap<&'p str, Rc<Space>>, Unanswered> {
        let mut of_allow = looks(std::slice::from_ref(allow));
        let keys: BTreeSet<&'p str> = [ACTION, RESOURCE]
            .into_iter()
            .chain(self.denies.keys().chain(of_allow.keys()).copied())
            .collect();
        let mut spaces = BTreeMap::new();
        for key in keys {
            let look = of_allow.remove(key).unwrap_or_default();
            let space =
                self.space(key, look, world).map_err(|TooMany| Unanswered::Classes(key.to_owned()))?;
            spaces.insert(key, space);
        }
        Ok(spaces)
    }

    fn space(&mut self, key: &'p str, look: Look<'p>, world: &World) -> Result<Rc<Space>, TooMany> {
        let of_denies = self.denies.get(key);
        let mut conditions = look.conditions;
        let is_own = !conditions.is_empty();
        conditions.extend(of_denies.into_iter().flat_map(|look| &look.conditions));
        let is_bool = conditions.iter().any(|condition| condition.kind == Kind::Bool);
        let mut marks = match key {
            ACTION => self.actions.clone(),
            RESOURCE => self.resources.clone(),
            other => marks(other, world),
        };
        if key == "aws:principalisawsservice" || is_bool {
            marks.extend(["true", "false"].map(|word| (Mark::Of(word.to_owned()), exactly(word))));
        }
        let origin = Origin { key, tests: look.tests, marks, is_bool };
        // Which sets of values can be told apart depends on more of the conditions than their tests.
        let is_kept = !is_own || !can_be_several(key, &conditions);
        if is_kept && let Some(space) = self.found.get(&origin) {
            return Ok(Rc::clone(space));
        }
        let tests = origin.tests.iter().chain(of_denies.into_iter().flat_map(|look| &look.tests)).cloned();
        let is_always_present = key == ACTION || key == RESOURCE;
        let space = Space::new(tests.collect(), origin.marks.clone(), &conditions, is_always_present)?;
        let space = Rc::new(space);
        if is_kept {
            self.found.insert(origin, Rc::clone(&space));
        }
        Ok(space)
    }
}
