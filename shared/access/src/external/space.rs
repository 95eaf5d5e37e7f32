//! The values of one key that a policy can tell apart.
//!
//! Two values that match the same of a key's patterns are one class: every condition decides them alike. So it is
//! enough to look at one of each, and at the key being absent.

use super::Bits;
use super::product::{TooMany, combinations};
use crate::condition::{Condition, Kind, Matcher, Quantifier, Relation, Value};
use crate::glob::Glob;
use ipnet::IpNet;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Most classes of one key.
const MAX_CLASSES: usize = 4_096;

/// What a requester class has to know of a value besides what the policy tells apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark<Name = String> {
    /// It is of the form that the key's values have.
    WellFormed,
    /// It is this account, organization, service or word, or belongs to it.
    Of(Name),
    /// It is exactly this.
    Exactly(Name),
    /// It is an ARN without an account.
    NoAccount,
}

impl Mark {
    fn as_ref(&self) -> Mark<&str> {
        match self {
            Self::WellFormed => Mark::WellFormed,
            Self::Of(name) => Mark::Of(name),
            Self::Exactly(name) => Mark::Exactly(name),
            Self::NoAccount => Mark::NoAccount,
        }
    }
}

/// One comparison of a single value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Test {
    Text(Glob),
    Net(IpNet),
    /// With the bits of an `f64`.
    Number(Relation, u64),
}

impl Test {
    /// Returns the comparison, and whether it is certain that what it says is so.
    pub(super) fn of(condition: &Condition, value: &Value) -> Option<(Self, bool)> {
        Some(match &value.matcher {
            Matcher::Text(glob) => (Self::Text(glob.clone()), !glob.has_variable()),
            Matcher::NotAnArn(glob) => (Self::Text(glob.clone()), false),
            Matcher::Net(net) => (Self::Net(*net), true),
            Matcher::Number(number) => {
                let (Kind::Number(relation) | Kind::Time(relation)) = condition.kind else { return None };
                (Self::Number(relation, number.to_bits()), true)
            }
            Matcher::Missing(_) | Matcher::Nothing => return None,
        })
    }
}

/// What of a key's values can be told apart.
#[derive(Debug)]
pub(super) struct Space {
    tests: BTreeMap<Test, usize>,
    /// In order.
    marks: Vec<(Mark, usize)>,
    /// Of each class of values, the tests and marks that match.
    values: Vec<Bits>,
    /// What a request can have: nothing, one class of values, or several.
    candidates: Vec<Option<Vec<usize>>>,
    /// Whether the classes are the whole truth: not if one key is compared as text and as a number.
    is_exact: bool,
}

impl Space {
    /// Finds the classes that the tests and marks make; several values are looked at if `conditions` quantify them.
    pub(super) fn new(
        tests: Vec<Test>,
        marks: Vec<(Mark, Glob)>,
        conditions: &[&Condition],
        is_always_present: bool,
    ) -> Result<Self, TooMany> {
        let mut index = BTreeMap::new();
        let mut list = Vec::new();
        let mut add = |test: Test, list: &mut Vec<Test>| {
            *index.entry(test.clone()).or_insert_with(|| {
                list.push(test);
                list.len() - 1
            })
        };
        for test in tests {
            add(test, &mut list);
        }
        let marks: BTreeMap<Mark, usize> =
            marks.into_iter().map(|(mark, glob)| (mark, add(Test::Text(glob), &mut list))).collect();
        let marks = marks.into_iter().collect();
        let mut space =
            Self { tests: index, marks, values: Vec::new(), candidates: Vec::new(), is_exact: true };
        space.find_values(&list)?;
        if conditions.iter().any(|condition| condition.kind == Kind::Bool) {
            let is_bool = |value: &Bits| {
                [Mark::Of("true"), Mark::Of("false")].iter().any(|mark| space.has(value, mark))
            };
            let values = space.values.iter().filter(|value| is_bool(value)).cloned().collect();
            space.values = values;
        }
        if !is_always_present {
            space.candidates.push(None);
        }
        space.candidates.extend((0..space.values.len()).map(|value| Some(vec![value])));
        if conditions.first().is_some_and(|condition| can_be_several(&condition.key, conditions)) {
            space.add_sets(conditions)?;
        }
        Ok(space)
    }

    fn find_values(&mut self, list: &[Test]) -> Result<(), TooMany> {
        let globs: Vec<Glob> = list.iter().filter_map(as_text).collect();
        let nets: Vec<IpNet> = list.iter().filter_map(as_net).collect();
        let numbers: Vec<(Relation, f64)> = list.iter().filter_map(as_number).collect();
        let classes = match (globs.len() == list.len(), nets.len() == list.len(), numbers.len() == list.len())
        {
            (true, _, _) => combinations(&globs, MAX_CLASSES)?,
            (_, true, _) => of_nets(&nets),
            (_, _, true) => of_numbers(&numbers),
            (false, false, false) => {
                self.is_exact = false;
                BTreeSet::from([Bits::default()])
            }
        };
        if classes.len() > MAX_CLASSES {
            return Err(TooMany);
        }
        self.values = classes.into_iter().collect();
        Ok(())
    }

    /// Adds sets of values until no condition tells a further one from those that are there.
    fn add_sets(&mut self, conditions: &[&Condition]) -> Result<(), TooMany> {
        let masks: Vec<(Bits, Bits, bool)> = conditions
            .iter()
            .map(|condition| {
                let (may, sure) = self.masks(condition, |_| true);
                (may, sure, condition.negated)
            })
            .collect();
        // What decides: whether some and whether all values pass, and, for the requester classes, which marks all have.
        let marks = Bits::of(self.marks.iter().map(|(_, place)| *place));
        let signature = |set: &[usize]| -> (Vec<[bool; 4]>, Vec<Bits>) {
            let values: Vec<&Bits> = set.iter().filter_map(|value| self.values.get(*value)).collect();
            let passed = masks
                .iter()
                .map(|(may, sure, negated)| {
                    let may_pass =
                        |value: &&Bits| if *negated { !value.meets(sure) } else { value.meets(may) };
                    let must_pass =
                        |value: &&Bits| if *negated { !value.meets(may) } else { value.meets(sure) };
                    [
                        values.iter().any(may_pass),
                        values.iter().all(may_pass),
                        values.iter().any(must_pass),
                        values.iter().all(must_pass),
                    ]
                })
                .collect();
            let kinds: BTreeSet<Bits> = values.iter().map(|value| value.meet(&marks)).collect();
            (passed, kinds.into_iter().collect())
        };
        let mut seen: BTreeSet<_> = self.candidates.iter().flatten().map(|set| signature(set)).collect();
        let mut open: Vec<Vec<usize>> = self.candidates.iter().flatten().cloned().collect();
        let mut sets = Vec::new();
        while let Some(set) = open.pop() {
            for value in 0..self.values.len() {
                if set.contains(&value) {
                    continue;
                }
                let mut larger = set.clone();
                larger.push(value);
                if seen.insert(signature(&larger)) {
                    if seen.len() > MAX_CLASSES {
                        return Err(TooMany);
                    }
                    sets.push(Some(larger.clone()));
                    open.push(larger);
                }
            }
        }
        self.candidates.extend(sets);
        Ok(())
    }

    /// Returns which tests are of the values that count: those that may match, and those that certainly do.
    pub(super) fn masks(&self, condition: &Condition, counts: impl Fn(&Value) -> bool) -> (Bits, Bits) {
        let (mut may, mut sure) = (Bits::default(), Bits::default());
        for value in condition.values.iter().filter(|value| counts(value)) {
            if let Some((test, is_certain)) = Test::of(condition, value)
                && let Some(place) = self.tests.get(&test)
            {
                may.insert(*place);
                if is_certain {
                    sure.insert(*place);
                }
            }
        }
        (may, sure)
    }

    /// Returns which tests the patterns are: those that may match, and those that certainly do.
    pub(super) fn masks_of(&self, globs: &[Glob]) -> (Bits, Bits) {
        let (mut may, mut sure) = (Bits::default(), Bits::default());
        for glob in globs {
            if let Some(place) = self.tests.get(&Test::Text(glob.clone())) {
                may.insert(*place);
                if !glob.has_variable() {
                    sure.insert(*place);
                }
            }
        }
        (may, sure)
    }

    /// Returns, of each candidate, the tests of each of its values; `None` is the key's absence.
    pub(super) fn candidates(&self) -> impl Iterator<Item = Option<Vec<&Bits>>> {
        self.candidates.iter().map(|set| {
            set.as_ref().map(|set| set.iter().filter_map(|value| self.values.get(*value)).collect())
        })
    }

    /// Returns the places of all candidates.
    pub(super) fn everything(&self) -> Bits {
        Bits::of(0..self.candidates.len())
    }

    /// Returns the places of the candidates that have some mark; of all, if there are no marks.
    pub(super) fn marked(&self) -> Bits {
        let marks = Bits::of(self.marks.iter().map(|(_, place)| *place));
        let fits = |set: &Option<Vec<&Bits>>| {
            marks.is_empty()
                || set.as_ref().is_some_and(|values| values.iter().all(|value| value.meets(&marks)))
        };
        Bits::of(self.candidates().enumerate().filter_map(|(place, set)| fits(&set).then_some(place)))
    }

    pub(super) fn is_exact(&self) -> bool {
        self.is_exact
    }

    pub(super) fn has(&self, value: &Bits, mark: &Mark<&str>) -> bool {
        let at = self.marks.binary_search_by(|(known, _)| known.as_ref().cmp(mark));
        at.is_ok_and(|at| self.marks.get(at).is_some_and(|(_, place)| value.contains(*place)))
    }
}

/// Global keys with several values (IAM User Guide, "AWS global condition context keys"); all others have one.
const SEVERAL: [&str; 7] = [
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
];

/// Returns whether a global key has several values.
pub(crate) fn has_several_values(key: &str) -> bool {
    SEVERAL.contains(&key)
}

/// A service's key has several values if some operator asks for that.
pub(super) fn can_be_several(key: &str, conditions: &[&Condition]) -> bool {
    let is_quantified = || conditions.iter().any(|condition| condition.quantifier != Quantifier::Single);
    has_several_values(key) || (!key.starts_with("aws:") && is_quantified())
}

fn as_text(test: &Test) -> Option<Glob> {
    match test {
        Test::Text(glob) => Some(glob.clone()),
        Test::Net(_) | Test::Number(..) => None,
    }
}

fn as_net(test: &Test) -> Option<IpNet> {
    match test {
        Test::Net(net) => Some(*net),
        Test::Text(_) | Test::Number(..) => None,
    }
}

fn as_number(test: &Test) -> Option<(Relation, f64)> {
    match test {
        Test::Number(relation, bits) => Some((*relation, f64::from_bits(*bits))),
        Test::Text(_) | Test::Net(_) => None,
    }
}

/// Within a family, what matches changes at the first address of a range and after its last.
fn of_nets(nets: &[IpNet]) -> BTreeSet<Bits> {
    let mut points: BTreeSet<IpAddr> = BTreeSet::from([[0, 0, 0, 0].into(), [0_u16; 8].into()]);
    for net in nets {
        points.insert(net.network());
        points.extend(after(net.broadcast()));
    }
    let matching = |point: &IpAddr| {
        Bits::of((0..nets.len()).filter(|at| nets.get(*at).is_some_and(|net| net.contains(point))))
    };
    points.iter().map(matching).collect()
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            address.to_bits().checked_add(1).map(|bits| std::net::Ipv4Addr::from_bits(bits).into())
        }
        IpAddr::V6(address) => {
            address.to_bits().checked_add(1).map(|bits| std::net::Ipv6Addr::from_bits(bits).into())
        }
    }
}

/// What matches changes at a number and between two.
fn of_numbers(tests: &[(Relation, f64)]) -> BTreeSet<Bits> {
    let mut numbers: Vec<f64> = tests.iter().map(|(_, number)| *number).collect();
    numbers.sort_by(f64::total_cmp);
    let between = numbers.windows(2).map(|pair| pair.iter().sum::<f64>() / 2.0);
    let ends =
        numbers.first().map(|first| first - 1.0).into_iter().chain(numbers.last().map(|last| last + 1.0));
    let points: Vec<f64> = between.chain(ends).chain(numbers.iter().copied()).collect();
    let matching = |point: &f64| {
        let holds = |(relation, number): &(Relation, f64)| {
            relation.holds(point.partial_cmp(number).unwrap_or(Ordering::Less))
        };
        Bits::of((0..tests.len()).filter(|at| tests.get(*at).is_some_and(holds)))
    };
    points.iter().map(matching).collect()
}
