//! The rules that some calls are about, and what of them values of members leave.

use std::collections::HashMap;

use trailreflex_scan::RawValue;

use super::bits::Bits;
use super::bytes_of;
use super::memory::Values;
use crate::anchor::{self, Anchor};
use crate::bucket::{Bucket, Plan};
use crate::entry::Test;
use crate::glimpse::{Answer, Glimpse, Reads};
use crate::pin;
use crate::record_fields::{Member, MemberSet};

/// Members that hardly ever have the same value twice.
const UNIQUE: [&str; 9] = [
    "additionalEventData",
    "eventID",
    "eventTime",
    "requestID",
    "requestParameters",
    "resources",
    "responseElements",
    "serviceEventDetails",
    "sharedEventID",
];
/// From this many rules on, a member without values that come again is looked at before rules are evaluated.
const MANY: usize = 8;

/// The record's members, by their places.
pub(super) type Found<'a> = [Option<RawValue<'a>>; Member::COUNT];

/// Rules that may match some calls.
#[derive(Debug)]
pub(super) struct Class<'r> {
    rules: Box<[OfClass<'r>]>,
    looks: Box<[Look]>,
    /// Those that read more than members.
    open: Bits,
    all: Bits,
    /// Those that may match the record that is looked at.
    alive: Bits,
}

#[derive(Debug)]
struct OfClass<'r> {
    test: &'r Test,
    reads: Reads,
    anchors: Vec<Anchor>,
    /// The members by which it is ruled out: those that it demands texts in, if those come again; else all that it reads.
    telling: MemberSet,
}

/// What is known by one member.
#[derive(Debug)]
struct Look {
    member: Member,
    /// The rules that it may rule out.
    readers: Bits,
    /// All others.
    others: Bits,
    /// Those of the former that a value may make match, by their numbers in the class.
    bucket: Bucket,
    /// Values come again.
    is_kept: bool,
    /// By the number of the value, the number of what it leaves, and one; 0 where that was not decided yet.
    decided: Vec<u32>,
    left: Vec<Bits>,
    numbers: HashMap<Bits, u32>,
}

/// What is left of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// None matches.
    Nothing,
    /// Some matches, or only the whole record tells.
    Something,
}

impl<'r> Class<'r> {
    pub(super) fn new(rules: Vec<(u32, &'r Test)>) -> Self {
        let rules: Box<[OfClass<'r>]> = rules.into_iter().map(|(_, test)| OfClass::new(test)).collect();
        let mut looks: Vec<_> = Member::all().filter_map(|member| Look::new(member, &rules)).collect();
        // The kept ones first, and of these what most rules need.
        looks.sort_by_key(|look| (!look.is_kept, std::cmp::Reverse(look.readers.iter().count())));
        let open = Bits::of(rules.len(), |number| rules.get(number).is_some_and(|rule| rule.reads.others));
        let all = Bits::of(rules.len(), |_| true);
        Self { looks: looks.into(), open, alive: all.clone(), all, rules }
    }

    /// Forgets what was decided about values.
    pub(super) fn forget(&mut self) {
        for look in &mut self.looks {
            look.decided = Vec::new();
            look.left.clear();
            look.numbers.clear();
        }
    }

    /// Tells what a record leaves of the rules; none if it holds something that is no JSON.
    pub(super) fn left(&mut self, found: &Found<'_>, values: &mut Values) -> Option<Left> {
        let Self { rules, looks, open, all, alive } = self;
        if rules.is_empty() {
            return Some(Left::Nothing);
        }
        alive.become_like(all);
        for look in looks {
            if alive.meets(&look.readers) {
                let value = found.get(look.member.place()).copied().flatten();
                alive.keep(look.left_by(value, rules, values)?);
                if alive.is_empty() {
                    return Some(Left::Nothing);
                }
            }
        }
        if alive.meets(open) {
            return Some(Left::Something);
        }
        self.evaluate(found)
    }

    /// Evaluates what rules are left, on the members that they read.
    fn evaluate(&self, found: &Found<'_>) -> Option<Left> {
        let rules = || self.alive.iter().filter_map(|number| self.rules.get(number));
        let mut reads = Reads::default();
        rules().for_each(|rule| reads.add(rule.reads));
        let read = |member: Member| {
            let value = found.get(member.place()).copied().flatten();
            Some((member, value.map(|value| value.parse()).transpose().ok()?))
        };
        let members: Option<Vec<_>> = reads.members.iter().map(read).collect();
        let glimpse = Glimpse::of(members?);
        let matches = rules().any(|rule| rule.test.matches(glimpse.record()));
        Some(if matches { Left::Something } else { Left::Nothing })
    }
}

impl<'r> OfClass<'r> {
    fn new(test: &'r Test) -> Self {
        let (reads, anchors) = (Reads::of(test), anchor::anchors(&test.detection));
        let mut demanded = MemberSet::default();
        anchors
            .iter()
            .filter_map(|anchor| Member::of(&anchor.field))
            .for_each(|member| demanded.insert(member));
        // By the call they were chosen already, and no anchor is about it.
        let telling = if demanded.iter().any(is_kept) { demanded } else { reads.members };
        Self { test, reads, anchors, telling }
    }
}

/// Tells whether what is decided about values is kept.
fn is_kept(member: Member) -> bool {
    !UNIQUE.contains(&member.name())
}

impl Look {
    /// None if it is of no use.
    fn new(member: Member, rules: &[OfClass<'_>]) -> Option<Self> {
        let is_reader = |number: usize| rules.get(number).is_some_and(|rule| rule.telling.has(member));
        let readers = Bits::of(rules.len(), is_reader);
        let (is_kept, is_call) = (is_kept(member), pin::is_pinned(member.name()));
        if is_call || readers.is_empty() || (!is_kept && readers.iter().count() <= MANY) {
            return None;
        }
        let of_member = |anchor: &&Anchor| Member::of(&anchor.field) == Some(member);
        let anchors: Vec<(u32, Vec<Anchor>)> = readers
            .iter()
            .filter_map(|number| {
                let anchors = rules.get(number)?.anchors.iter().filter(of_member).cloned().collect();
                Some((u32::try_from(number).ok()?, anchors))
            })
            .collect();
        let others = Bits::of(rules.len(), |number| !is_reader(number));
        let plan: Vec<_> = anchors.iter().map(|(number, anchors)| (*number, anchors.as_slice())).collect();
        let bucket = Plan::of_all(&plan).carry_out();
        Some(Self {
            member,
            readers,
            others,
            bucket,
            is_kept,
            decided: Vec::new(),
            left: Vec::new(),
            numbers: HashMap::new(),
        })
    }

    /// Returns the rules that a value leaves, those that do not read it among them; none if it is no JSON.
    fn left_by(
        &mut self,
        value: Option<RawValue<'_>>,
        rules: &[OfClass<'_>],
        values: &mut Values,
    ) -> Option<&Bits> {
        let number = self.is_kept.then(|| values.number(self.member, bytes_of(value))).flatten();
        let number = number.and_then(|number| usize::try_from(number).ok());
        let decided = number.and_then(|number| self.decided.get(number)).copied().unwrap_or_default();
        if let Some(number) = decided.checked_sub(1) {
            return self.left.get(number as usize);
        }
        let left = self.decide(value, rules)?;
        let Some(number) = number else {
            // It is kept where the next one overwrites it.
            self.numbers.clear();
            self.decided.clear();
            self.left.clear();
            self.left.push(left);
            return self.left.last();
        };
        if self.decided.len() <= number {
            values.count((number + 1 - self.decided.len()) * size_of::<u32>());
            self.decided.resize(number + 1, 0);
        }
        let of_left = match self.numbers.get(&left) {
            Some(known) => *known,
            None => {
                let next = u32::try_from(self.left.len()).ok()?;
                values.count(2 * size_of_val(&left) + rules.len() / 4);
                self.left.push(left.clone());
                self.numbers.insert(left, next);
                next
            }
        };
        *self.decided.get_mut(number)? = of_left.checked_add(1)?;
        self.left.get(of_left as usize)
    }

    fn decide(&self, value: Option<RawValue<'_>>, rules: &[OfClass<'_>]) -> Option<Bits> {
        let mut candidates = Vec::new();
        let is_told = self.bucket.candidates_in(bytes_of(value), &mut candidates).is_some();
        let mut left = self.others.clone();
        if is_told && candidates.is_empty() {
            return Some(left);
        }
        let value = value.map(|value| value.parse()).transpose().ok()?;
        let glimpse = Glimpse::of([(self.member, value)]);
        if !is_told {
            self.bucket.candidates(glimpse.record(), &mut candidates);
        }
        for number in candidates {
            let number = number as usize;
            if rules.get(number).is_some_and(|rule| glimpse.asks(rule.test) != Answer::No) {
                left.insert(number);
            }
        }
        Some(left)
    }
}
