//! One compiled test of one value.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;

use ipnet::IpNet;
use regex::Regex;
use serde_json::Value;

use crate::fold::fold;
use crate::number::Number;
use crate::pattern::{Case, Pattern};
use crate::time::TimePart;

/// A test of one value of a field; arrays were fanned out before.
#[derive(Debug, Clone)]
pub(crate) enum Matcher {
    /// `null`: the value is null. That the field is absent is for the caller to see.
    Null,
    /// A number, equal by value to a number and by text to a string.
    Number { number: Number, text: Box<str> },
    /// A string with or without wildcards.
    Text(Pattern),
    /// Many strings without wildcards, compared without case.
    OneOf(HashSet<Box<str>>),
    /// A regular expression found somewhere in the value, and folded texts without which it is not.
    Regex { regex: Regex, needed: Box<[String]> },
    /// An address inside a network.
    Network(IpNet),
    /// A number on one side of another.
    Compare(Comparison, Number),
    /// A part of a point in time.
    Time(TimePart, Comparison, Number),
}

/// How two numbers must relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Tells whether `left` relates to `right` this way.
    pub(crate) fn holds(self, left: Number, right: Number) -> bool {
        let Some(ordering) = left.compare(right) else { return false };
        match self {
            Self::Equal => ordering == Ordering::Equal,
            Self::Less => ordering == Ordering::Less,
            Self::LessOrEqual => ordering != Ordering::Greater,
            Self::Greater => ordering == Ordering::Greater,
            Self::GreaterOrEqual => ordering != Ordering::Less,
        }
    }
}

impl Matcher {
    /// Tells whether `value` passes.
    pub(crate) fn matches(&self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Number { number, text } => match value {
                Value::Number(_) => {
                    Number::of(value).is_some_and(|found| Comparison::Equal.holds(found, *number))
                }
                Value::String(found) => **found == **text,
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
            },
            Self::Text(pattern) => text_of(value).is_some_and(|text| pattern.matches(&text)),
            Self::OneOf(texts) => text_of(value).is_some_and(|text| texts.contains(fold(&text).as_str())),
            Self::Regex { regex, .. } => text_of(value).is_some_and(|text| regex.is_match(&text)),
            Self::Network(network) => address_of(value).is_some_and(|address| network.contains(&address)),
            Self::Compare(comparison, number) => {
                Number::of(value).is_some_and(|found| comparison.holds(found, *number))
            }
            Self::Time(part, comparison, number) => value
                .as_str()
                .and_then(|text| part.of(text))
                .is_some_and(|found| comparison.holds(Number::Integer(found.into()), *number)),
        }
    }

    /// Tells whether an absent field passes: only `null` means that.
    pub(crate) fn accepts_absent(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Tells whether no text fails.
    pub(crate) fn fits_every_text(&self) -> bool {
        matches!(self, Self::Text(pattern) if pattern.fits_every_text())
    }

    /// Returns what matching values must hold: some text out of each of these sets, all of them folded.
    pub(crate) fn demands(&self) -> Vec<BTreeSet<String>> {
        match self {
            Self::Text(pattern) => {
                pattern.needed_texts().into_iter().map(|text| BTreeSet::from([text])).collect()
            }
            Self::Regex { needed, .. } => needed.iter().map(|text| BTreeSet::from([text.clone()])).collect(),
            Self::OneOf(all) if !all.contains("") => vec![all.iter().map(ToString::to_string).collect()],
            Self::OneOf(_)
            | Self::Null
            | Self::Number { .. }
            | Self::Network(_)
            | Self::Compare(..)
            | Self::Time(..) => Vec::new(),
        }
    }

    /// Tests for any of `texts` without case.
    pub(crate) fn one_of(texts: impl IntoIterator<Item = String>) -> Self {
        Self::OneOf(texts.into_iter().map(|text| fold(&text).into_boxed_str()).collect())
    }

    /// Adds the text it is satisfied by; returns false if case or anything else counts, too.
    pub(crate) fn list_caseless(&self, texts: &mut Vec<String>) -> bool {
        match self {
            Self::Text(pattern) => match pattern.sole_caseless_text() {
                Some(text) => texts.push(text.to_owned()),
                None => return false,
            },
            Self::Null
            | Self::Number { .. }
            | Self::OneOf(_)
            | Self::Regex { .. }
            | Self::Network(_)
            | Self::Compare(..)
            | Self::Time(..) => return false,
        }
        true
    }
}

/// Returns the text by which a value is compared with strings: objects as compact JSON, null as nothing.
pub(crate) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(true) => Some(Cow::Borrowed("true")),
        Value::Bool(false) => Some(Cow::Borrowed("false")),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Object(_) => Some(Cow::Owned(value.to_string())),
        Value::Null | Value::Array(_) => None,
    }
}

fn address_of(value: &Value) -> Option<IpAddr> {
    // ::ffff:192.0.2.1 is the same host as 192.0.2.1.
    value.as_str()?.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// How far a field that another is compared with must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Whole,
    Start,
    End,
    Anywhere,
}

impl Side {
    /// Tells whether `text` agrees with `part` on this side.
    pub(crate) fn agrees(self, text: &str, part: &str, case: Case) -> bool {
        if self == Self::Whole {
            return case.same(text, part);
        }
        let (text, part) = match case {
            Case::Exact => (Cow::Borrowed(text), Cow::Borrowed(part)),
            Case::Ignore => (Cow::Owned(fold(text)), Cow::Owned(fold(part))),
        };
        match self {
            Self::Whole => text == part,
            Self::Start => text.starts_with(part.as_ref()),
            Self::End => text.ends_with(part.as_ref()),
            Self::Anywhere => text.contains(part.as_ref()),
        }
    }
}
