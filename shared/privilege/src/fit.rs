//! Policies within IAM's limits.

use crate::statement::Draft;
use serde::Serialize;
use serde_json::{Value, json};

/// Where policies are to be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Placement {
    /// Customer managed policies: at most ten, of 6,144 characters each.
    Managed,
    /// One inline policy of a role: 10,240 characters.
    InlineRole,
    /// One inline policy of a user: 2,048 characters.
    InlineUser,
}

/// Whether policies keep IAM's limits (IAM User Guide, "IAM and AWS STS quotas": white space does not count).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Fit {
    /// They do.
    Fits,
    /// There is more than can be attached, however it is generalised: divide the work between several roles.
    TooLarge {
        /// Policies that there are, and that may be.
        policies: usize,
        /// Policies that may be.
        allowed_policies: usize,
        /// Characters of the largest policy.
        characters: usize,
        /// Characters that it may have.
        allowed_characters: usize,
    },
}

impl Placement {
    /// Returns how many policies there may be, and how many characters of each.
    #[must_use]
    pub fn limits(self) -> (usize, usize) {
        match self {
            Self::Managed => (10, 6_144),
            Self::InlineRole => (1, 10_240),
            Self::InlineUser => (1, 2_048),
        }
    }
}

/// Returns how many characters of a policy count.
#[must_use]
pub fn characters(policy: &Value) -> usize {
    policy.to_string().chars().filter(|character| !character.is_whitespace()).count()
}

/// Puts statements into as few policies as the first fit finds, the largest statements first.
pub(crate) fn packed(drafts: &[Draft], placement: Placement) -> (Vec<Value>, Fit) {
    let (allowed_policies, allowed_characters) = placement.limits();
    let mut pieces = Vec::new();
    for draft in drafts {
        divide(draft, allowed_characters, &mut pieces);
    }
    let mut order: Vec<(usize, usize)> =
        pieces.iter().enumerate().map(|(place, draft)| (characters(&draft.json()), place)).collect();
    order.sort_unstable_by_key(|(size, place)| (std::cmp::Reverse(*size), *place));
    let mut bins: Vec<Bin> = Vec::new();
    for (size, place) in order {
        let room = |bin: &&mut Bin| bin.size + size < allowed_characters;
        match bins.iter_mut().find(room) {
            Some(bin) => bin.add(size, place),
            None => bins.push(Bin::of(size, place)),
        }
    }
    let policies: Vec<Value> = bins.iter().map(|bin| bin.policy(&pieces)).collect();
    let largest = policies.iter().map(characters).max().unwrap_or_default();
    let is_within = policies.len() <= allowed_policies && largest <= allowed_characters;
    let fit = if is_within {
        Fit::Fits
    } else {
        Fit::TooLarge { policies: policies.len(), allowed_policies, characters: largest, allowed_characters }
    };
    (policies, fit)
}

/// A policy in the making: the places of its statements.
struct Bin {
    size: usize,
    places: Vec<usize>,
}

impl Bin {
    fn of(size: usize, place: usize) -> Self {
        let empty = characters(&document(&[]));
        Self { size: empty + size, places: vec![place] }
    }

    /// A comma comes before every further statement.
    fn add(&mut self, size: usize, place: usize) {
        self.size += size + 1;
        self.places.push(place);
        self.places.sort_unstable();
    }

    fn policy(&self, drafts: &[Draft]) -> Value {
        let statements: Vec<Value> =
            self.places.iter().filter_map(|place| drafts.get(*place)).map(Draft::json).collect();
        document(&statements)
    }
}

fn document(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Divides statements that are too large for a policy of their own.
fn divide(draft: &Draft, allowed: usize, into: &mut Vec<Draft>) {
    let alone = characters(&document(&[draft.json()]));
    match draft.halves().filter(|_| alone > allowed) {
        Some(halves) => halves.iter().for_each(|half| divide(half, allowed, into)),
        None => into.push(draft.clone()),
    }
}
