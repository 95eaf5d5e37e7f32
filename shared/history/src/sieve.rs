//! A cheap test on raw bytes: what cannot hold a match is never read.
//!
//! It errs on one side only. A value that matches has certain signs, and JSON writes them as they are unless somebody
//! has escaped them on purpose, which is looked for too.

use crate::address::AddressPattern;
use crate::pattern::{Pattern, is_literal};
use crate::query::{NO_CODE, Query};
use aho_corasick::AhoCorasick;
use memchr::memmem;
use trailreflex_scan::Scan;

/// What of some bytes has to be read.
#[derive(Debug, PartialEq, Eq)]
pub enum Picked<'b> {
    /// All: nothing can be said, or their shape is not known.
    All,
    /// These records; whatever else the bytes hold does not match.
    Some {
        /// Each a JSON object.
        records: Vec<&'b [u8]>,
    },
}

/// What the bytes of a match must hold.
#[derive(Debug, Clone, Default)]
pub struct Sieve {
    /// Of each, one text must be there. The longest texts, which exclude most, come first.
    groups: Vec<AhoCorasick>,
}

impl Sieve {
    /// Makes the test for a query; one that excludes nothing lets all pass.
    #[must_use]
    pub fn of(query: &Query) -> Self {
        let mut groups: Vec<Vec<String>> = Vec::new();
        let patterns = [&query.actors, &query.events, &query.regions, &query.keys];
        groups.extend(patterns.into_iter().chain([&query.resources]).filter_map(|group| needles(group)));
        groups.extend(needles(&query.sources));
        if !query.errors.iter().any(|pattern| pattern.matches(NO_CODE)) {
            groups.extend(needles(&query.errors));
        }
        let addresses: Option<Vec<_>> = query.addresses.iter().map(AddressPattern::needles).collect();
        groups.extend(addresses.map(|all| all.concat()));
        Self::of_any(groups)
    }

    /// Makes the test for bytes that hold one text of each group.
    #[must_use]
    pub fn of_any(mut groups: Vec<Vec<String>>) -> Self {
        groups.retain(|group| !group.is_empty());
        groups.sort_by_key(|group| std::cmp::Reverse(group.iter().map(String::len).min()));
        // A group that cannot be compiled, because it is too large, excludes nothing.
        let compiled = groups
            .iter()
            .filter_map(|group| AhoCorasick::builder().ascii_case_insensitive(true).build(group).ok());
        Self { groups: compiled.collect() }
    }

    /// Tells whether `bytes`, a JSON text, can hold a match.
    #[must_use]
    pub fn may_match(&self, bytes: &[u8]) -> bool {
        self.groups.iter().all(|group| group.is_match(bytes)) || has_escaped_literals(bytes)
    }

    /// Tells whether nothing fails the test.
    #[must_use]
    pub fn lets_all_pass(&self) -> bool {
        self.groups.is_empty()
    }

    /// Returns what of a decompressed file has to be read.
    #[must_use]
    pub fn pick<'b>(&self, bytes: &'b [u8]) -> Picked<'b> {
        let begins_as_json = bytes.trim_ascii_start().first().is_some_and(|byte| matches!(byte, b'{' | b'['));
        if !begins_as_json {
            return Picked::All;
        }
        if !self.may_match(bytes) {
            // Nothing in it matches, but whether it is whole is to be told.
            return if is_closed(bytes) { Picked::Some { records: Vec::new() } } else { Picked::All };
        }
        let mut records = Vec::new();
        let pick = |record: trailreflex_scan::Record<'_>| {
            records.extend(bytes.get(record.place()).filter(|bytes| self.may_match(bytes)));
        };
        match Scan::new().each(bytes, pick) {
            Ok(_) => Picked::Some { records },
            Err(_) => Picked::All,
        }
    }
}

fn is_closed(bytes: &[u8]) -> bool {
    bytes.trim_ascii_end().last().is_some_and(|byte| matches!(byte, b'}' | b']'))
}

/// Returns the texts of which every match has one; none if a pattern has none.
fn needles(patterns: &[Pattern]) -> Option<Vec<String>> {
    patterns.iter().map(|pattern| pattern.needle().map(str::to_owned)).collect()
}

/// Tells whether signs are written as `\u0041` that need not be: no service does that, but JSON allows it.
fn has_escaped_literals(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, b"\\u00").any(|at| {
        let digits = bytes.get(at.saturating_add(4)..at.saturating_add(6));
        let code = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        code.and_then(|code| u8::from_str_radix(code, 16).ok())
            .is_some_and(|code| is_literal(char::from(code)))
    })
}
