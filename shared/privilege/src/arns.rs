//! Which resources an action was used on, within bounded memory.
//!
//! Members are texts as a policy's `Resource` has them. When there are too many, what is kept covers all of them: it is a
//! function of the set of members and nothing else, so the order in which they come does not matter.

mod generalise;

pub use generalise::Detail;

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most resources of one family that are told apart.
const MAX_EXACT: usize = 32;
/// Most families that are told apart.
const MAX_FAMILIES: usize = 64;
/// Most combinations of service, Region and account that are told apart.
const MAX_OWNERS: usize = 256;
/// Most first folders of a bucket that are told apart.
const MAX_FOLDERS: usize = 8;
/// Longest text that is kept whole, in bytes: the longest ARN that IAM takes. Of a longer one its beginning counts.
const MAX_LENGTH: usize = 2_048;
const KEPT_LENGTH: usize = 256;

/// The resources of one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Arns(Held);

/// What is kept of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Held {
    /// By what they have in common up to their type, such as `arn:aws:iam::111122223333:role/`.
    ByFamily(BTreeMap<String, Family>),
    /// Up to the account only.
    ByOwner(BTreeSet<String>),
    /// Too many for that.
    Any,
}

/// Resources of one type in one Region and account, or objects of one bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum Family {
    Exact(BTreeSet<String>),
    Begins(Beginning),
}

/// What many resources have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Beginning {
    common: String,
    /// Of a bucket's objects: by first folder, what its objects have in common. None if there are too many.
    folders: Option<BTreeMap<String, String>>,
}

impl Default for Arns {
    fn default() -> Self {
        Self(Held::ByFamily(BTreeMap::new()))
    }
}

impl Arns {
    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.0 {
            Held::ByFamily(families) => families.is_empty(),
            Held::ByOwner(owners) => owners.is_empty(),
            Held::Any => false,
        }
    }

    /// Adds a resource as it stands in a policy, see [`escaped`].
    pub(crate) fn add(&mut self, pattern: &str) {
        if self.has(pattern) {
            return;
        }
        let family = if pattern.len() > MAX_LENGTH {
            let kept = pattern.char_indices().take_while(|(at, _)| *at < KEPT_LENGTH).map(|(_, one)| one);
            Family::Begins(Beginning::of(&kept.collect::<String>()))
        } else {
            Family::Exact(BTreeSet::from([pattern.to_owned()]))
        };
        self.add_family(family_of(pattern), family);
        self.bound();
    }

    /// Whether adding a resource would change nothing, which is so mostly.
    fn has(&self, pattern: &str) -> bool {
        match &self.0 {
            Held::ByFamily(families) => match families.get(family_of(pattern)) {
                Some(Family::Exact(members)) => members.contains(pattern),
                Some(Family::Begins(known)) => {
                    known.folders.is_none() && literal(pattern).starts_with(&known.common)
                }
                None => false,
            },
            Held::ByOwner(_) => false,
            Held::Any => true,
        }
    }

    /// Adds all of another.
    pub(crate) fn merge(&mut self, other: Self) {
        match other.0 {
            Held::ByFamily(families) => {
                for (name, family) in families {
                    self.add_family(&name, family);
                    self.bound();
                }
            }
            Held::ByOwner(owners) => {
                self.widen();
                if let Held::ByOwner(mine) = &mut self.0 {
                    mine.extend(owners);
                }
                self.bound();
            }
            Held::Any => self.0 = Held::Any,
        }
    }

    fn add_family(&mut self, name: &str, family: Family) {
        match &mut self.0 {
            Held::ByFamily(families) => match families.get_mut(name) {
                Some(known) => known.merge(family),
                None => drop(families.insert(name.to_owned(), family)),
            },
            Held::ByOwner(owners) => drop(owners.insert(owner_of(name).to_owned())),
            Held::Any => {}
        }
    }

    fn widen(&mut self) {
        if let Held::ByFamily(families) = &self.0 {
            self.0 = Held::ByOwner(families.keys().map(|name| owner_of(name).to_owned()).collect());
        }
    }

    fn bound(&mut self) {
        if matches!(&self.0, Held::ByFamily(families) if families.len() > MAX_FAMILIES) {
            self.widen();
        }
        if matches!(&self.0, Held::ByOwner(owners) if owners.len() > MAX_OWNERS) {
            self.0 = Held::Any;
        }
    }
}

impl Family {
    fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Exact(mine), Self::Exact(others)) => mine.extend(others),
            (Self::Exact(mine), Self::Begins(mut beginning)) => {
                mine.iter().for_each(|one| beginning.add(one));
                *self = Self::Begins(beginning);
            }
            (Self::Begins(mine), Self::Exact(others)) => others.iter().for_each(|one| mine.add(one)),
            (Self::Begins(mine), Self::Begins(other)) => mine.merge(other),
        }
        if let Self::Exact(members) = &*self
            && members.len() > MAX_EXACT
            && let Some(beginning) = Beginning::of_all(members)
        {
            *self = Self::Begins(beginning);
        }
    }
}

impl Beginning {
    fn of(pattern: &str) -> Self {
        let common = literal(pattern).to_owned();
        let folders = folder(pattern).map(|folder| BTreeMap::from([(folder, common.clone())]));
        Self { common, folders }
    }

    fn of_all<'p>(patterns: impl IntoIterator<Item = &'p String>) -> Option<Self> {
        patterns.into_iter().map(|pattern| Self::of(pattern)).reduce(|mut all, one| {
            all.merge(one);
            all
        })
    }

    fn add(&mut self, pattern: &str) {
        self.merge(Self::of(pattern));
    }

    fn merge(&mut self, other: Self) {
        self.common = common(&self.common, &other.common).to_owned();
        self.folders = match (self.folders.take(), other.folders) {
            (Some(mut mine), Some(others)) => {
                for (folder, beginning) in others {
                    let known = mine.entry(folder).or_insert_with(|| beginning.clone());
                    *known = common(known, &beginning).to_owned();
                }
                (mine.len() <= MAX_FOLDERS).then_some(mine)
            }
            (Some(_), None) | (None, Some(_) | None) => None,
        };
    }
}

/// Returns a text as a policy's `Resource` has it: what IAM would take for a wildcard or a variable is written so that it
/// stands for itself. Names are an attacker's choice, and one called `*` must not become access to all.
pub(crate) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '*' | '?' | '$' => written.extend(['$', '{', character, '}']),
            other => written.push(other),
        }
    }
    written
}

/// The beginning of a pattern that stands for itself.
fn literal(pattern: &str) -> &str {
    pattern.split(['*', '?', '$']).next().unwrap_or_default()
}

/// What two texts begin with, both.
fn common<'t>(one: &'t str, other: &str) -> &'t str {
    let same = one.char_indices().zip(other.chars()).take_while(|((_, mine), theirs)| mine == theirs);
    let end = same.last().map_or(0, |((at, character), _)| at + character.len_utf8());
    one.get(..end).unwrap_or_default()
}

/// Up to the account: five components with their colons.
fn owner_of(pattern: &str) -> &str {
    let end = literal(pattern).match_indices(':').nth(4).map_or(0, |(at, _)| at + 1);
    pattern.get(..end).unwrap_or_default()
}

/// Up to the resource's type, or the bucket: what is never generalised.
fn family_of(pattern: &str) -> &str {
    let literal = literal(pattern);
    let owner = owner_of(pattern);
    let resource = literal.get(owner.len()..).unwrap_or_default();
    let leading = usize::from(resource.starts_with('/'));
    let rest = resource.get(leading..).unwrap_or_default();
    let end = owner.len() + rest.find(['/', ':']).map_or(0, |at| leading + at + 1);
    pattern.get(..end).unwrap_or_default()
}

fn is_object(family: &str) -> bool {
    family.split(':').nth(2) == Some("s3") && family.ends_with('/') && owner_of(family).ends_with(":::")
}

/// The first folder of an object, or its whole key if it is in none.
fn folder(pattern: &str) -> Option<String> {
    let family = family_of(pattern);
    let key = literal(pattern).get(family.len()..).filter(|_| is_object(family))?;
    let end = key.find('/').map_or(key.len(), |at| at + 1);
    Some(format!("{family}{}", key.get(..end).unwrap_or_default()))
}
