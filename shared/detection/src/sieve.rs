//! Records of a log file that some rule matches, found without parsing the others.
//!
//! What rules say is a function of the members that they read, and most of those have few values: calls, users, programs,
//! error codes. So the file's bytes are scanned for records and their members, and what a value means to the rules is
//! decided once and kept under the value's bytes. Only what no such decision rules out is parsed, and only as far as the
//! rules that are left read it.

mod bits;
mod class;
mod memory;

use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde_json::Value;
use trailreflex_scan::{Doubt, Keys, RawValue, Record, Scan};

use crate::entry::Test;
use crate::glimpse::{Answer, Glimpse};
use crate::pin::{NAME, SOURCE};
use crate::record_fields::Member;
use crate::ruleset::RuleSet;
use class::{Class, Left};
use memory::Values;

/// Bytes that what was decided may take before all of it is forgotten: more than the values of some files need.
const MOST_BYTES: usize = 2 << 20;
/// Calls, and sets of rules that calls are about, before all are forgotten.
const MOST_CALLS: usize = 1 << 16;
/// See [`MOST_CALLS`].
const MOST_CLASSES: usize = 1 << 10;
/// Longest source and name that are remembered.
const MOST_NAME: usize = 256;

/// Finds the records that rules match; what it needs is allocated once and used again.
#[derive(Debug)]
pub struct RuleSieve<'r> {
    scan: Scan,
    judge: Judge<'r>,
}

/// Records of a file that have to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates<'b> {
    /// Each with its place among all, from 0.
    pub records: Vec<(usize, &'b [u8])>,
    /// How many records the file has.
    pub all: usize,
}

impl<'r> RuleSieve<'r> {
    pub(crate) fn new(rules: &'r RuleSet) -> Self {
        let names: Vec<_> = Member::all().map(Member::name).collect();
        let judge = Judge {
            rules,
            source: Member::of(SOURCE),
            name: Member::of(NAME),
            keys: Keys::new(&names),
            calls: HashMap::default(),
            count: 0,
            classes: Vec::new(),
            numbers: HashMap::default(),
            values: Values::default(),
        };
        Self { scan: Scan::new(), judge }
    }

    /// Returns the records of a decompressed file that have to be read: all that some rule matches, and all of which it
    /// takes a parser to tell, or to tell that they are records.
    ///
    /// What is left out is a record of which no rule says anything, or is no JSON, which was not looked for.
    ///
    /// # Errors
    /// [`Doubt`], if only a parser can tell what the records are.
    pub fn candidates<'b>(&mut self, bytes: &'b [u8]) -> Result<Candidates<'b>, Doubt> {
        let mut records = Vec::new();
        let mut place = 0_usize;
        let judge = &mut self.judge;
        let all = self.scan.each(bytes, |record| {
            if judge.may_match(&record) {
                records.extend(bytes.get(record.place()).map(|bytes| (place, bytes)));
            }
            place = place.saturating_add(1);
        })?;
        Ok(Candidates { records, all })
    }
}

/// What is kept under the bytes of values.
type ByBytes<T> = HashMap<Box<[u8]>, T, RandomState>;

/// What the rules say of members.
#[derive(Debug)]
struct Judge<'r> {
    rules: &'r RuleSet,
    /// The members that tell the call.
    source: Option<Member>,
    name: Option<Member>,
    keys: Keys,
    /// By the bytes of the source, then of the name.
    calls: ByBytes<ByBytes<Call>>,
    count: usize,
    classes: Vec<Class<'r>>,
    /// Numbers of the classes, by their rules.
    numbers: HashMap<Box<[u32]>, usize>,
    values: Values,
}

/// What the rules say of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    /// A parser has to tell whether it is one of a record.
    Unclear,
    /// Some rules may match it that are about calls like this one, or some that are about any call: two classes.
    Of([usize; 2]),
}

impl<'r> Judge<'r> {
    fn may_match(&mut self, record: &Record<'_>) -> bool {
        let mut values = [None; Member::COUNT];
        let mut is_flat = false;
        let found = record.find(&self.keys, &mut values, |other| is_flat |= other.0.contains(&b'.'));
        // A key with a dot may be what a rule's path means.
        if found.is_err() || is_flat {
            return true;
        }
        let of = |member: Option<Member>| values.get(member?.place()).copied().flatten();
        let Some(Call::Of(classes)) = self.call(of(self.source), of(self.name)) else { return true };
        if self.values.bytes() > MOST_BYTES {
            self.values.forget();
            self.classes.iter_mut().for_each(Class::forget);
        }
        classes.into_iter().any(|class| {
            let class = self.classes.get_mut(class);
            class.and_then(|class| class.left(&values, &mut self.values)) != Some(Left::Nothing)
        })
    }

    /// Returns what the rules say of a call; none if it is no JSON.
    fn call(&mut self, source: Option<RawValue<'_>>, name: Option<RawValue<'_>>) -> Option<Call> {
        let (of_source, of_name) = (bytes_of(source), bytes_of(name));
        if let Some(call) = self.calls.get(of_source).and_then(|names| names.get(of_name)) {
            return Some(*call);
        }
        let call = self.decide(source, name)?;
        if of_source.len() <= MOST_NAME && of_name.len() <= MOST_NAME {
            self.calls.entry(of_source.into()).or_default().insert(of_name.into(), call);
            self.count = self.count.saturating_add(1);
        }
        Some(call)
    }

    fn decide(&mut self, source: Option<RawValue<'_>>, name: Option<RawValue<'_>>) -> Option<Call> {
        if self.count > MOST_CALLS || self.classes.len() > MOST_CLASSES {
            self.calls.clear();
            self.classes.clear();
            self.numbers.clear();
            self.values.forget();
            self.count = 0;
        }
        let read = |value: Option<RawValue<'_>>| value.map(|value| value.parse()).transpose().ok();
        let (source, name) = (read(source)?, read(name)?);
        if !source.as_ref().is_some_and(is_of_record) {
            return Some(Call::Unclear);
        }
        let known = [(self.source, source), (self.name, name)];
        let known = known.into_iter().filter_map(|(member, value)| Some((member?, value)));
        let glimpse = Glimpse::of(known);
        let about_call = self.rules.about_call(glimpse.record());
        Some(Call::Of(about_call.map(|mut rules| {
            rules.retain(|(_, test)| glimpse.asks(test) != Answer::No);
            self.class(rules)
        })))
    }

    /// Returns the number of the class of some rules.
    fn class(&mut self, rules: Vec<(u32, &'r Test)>) -> usize {
        let numbers: Box<[u32]> = rules.iter().map(|(number, _)| *number).collect();
        if let Some(number) = self.numbers.get(&numbers) {
            return *number;
        }
        let number = self.classes.len();
        self.classes.push(Class::new(rules));
        self.numbers.insert(numbers, number);
        number
    }
}

/// Tells whether a source is surely one of a record, and not of another service's message.
fn is_of_record(source: &Value) -> bool {
    source.as_str().is_some_and(|text| {
        text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && !text.starts_with("aws:")
            && text != "null"
    })
}

/// Returns a value as it is written; nothing if there is none.
fn bytes_of(value: Option<RawValue<'_>>) -> &[u8] {
    value.map(|value| value.bytes()).unwrap_or_default()
}
