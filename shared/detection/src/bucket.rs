//! Rules that a record may match as far as its API call goes, told apart by their anchors.
//!
//! What is to be looked for is planned when rules are compiled or bundled; a plan becomes a bucket, with its automatons,
//! when the first record asks for it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::anchor::Anchor;
use crate::field::FieldPath;
use crate::fold::folded_unless_ascii;
use crate::matcher::text_of;

/// Up to this many rules, evaluating all is as fast as telling them apart.
const SMALL: usize = 8;

/// Rules under one key of the index, as a bundle keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// To be evaluated always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    always: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Sought>,
}

/// A field, the texts that are sought in it, and the rules that each is a sign of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sought {
    field: String,
    texts: Vec<(String, Vec<u32>)>,
}

/// Rules under one key of the index.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// To be evaluated always.
    always: Vec<u32>,
    fields: Vec<Anchored>,
}

/// Rules of which each needs one of some texts in the same field.
#[derive(Debug, Clone)]
struct Anchored {
    field: FieldPath,
    /// Finds all texts at once, ignoring ASCII case.
    texts: AhoCorasick,
    /// Whatever value has one of the texts has it in its bytes, too, if they are ASCII without escapes.
    is_verbatim: bool,
    /// The rules by the number of the text.
    rules: Vec<Vec<u32>>,
}

impl Plan {
    /// Files `rules`, each with what it demands, unless they are so few that it is of no use.
    pub(crate) fn new(rules: &[(u32, &[Anchor])]) -> Self {
        if rules.len() <= SMALL {
            return Self { always: rules.iter().map(|(rule, _)| *rule).collect(), fields: Vec::new() };
        }
        Self::of_all(rules)
    }

    /// Files `rules`, each with what it demands.
    pub(crate) fn of_all(rules: &[(u32, &[Anchor])]) -> Self {
        let mut plan = Self::default();
        let mut frequency: HashMap<(&str, &str), usize> = HashMap::new();
        for anchor in rules.iter().flat_map(|(_, anchors)| *anchors) {
            for text in &anchor.texts {
                *frequency.entry((&anchor.field, text)).or_default() += 1;
            }
        }
        // The most telling anchor is shared with the fewest other rules; of equal ones, the longest.
        let commonness = |anchor: &&Anchor| {
            let of_text = |text: &String| frequency.get(&(anchor.field.as_str(), text.as_str())).copied();
            let shortest = anchor.texts.iter().map(String::len).min().unwrap_or_default();
            (anchor.texts.iter().filter_map(of_text).max(), Reverse(shortest))
        };
        let mut by_field: BTreeMap<&str, BTreeMap<&str, Vec<u32>>> = BTreeMap::new();
        for (rule, anchors) in rules {
            match anchors.iter().min_by_key(commonness) {
                None => plan.always.push(*rule),
                Some(anchor) => {
                    let of_field = by_field.entry(&anchor.field).or_default();
                    anchor.texts.iter().for_each(|text| of_field.entry(text).or_default().push(*rule));
                }
            }
        }
        let sought = |(field, texts): (&str, BTreeMap<&str, Vec<u32>>)| Sought {
            field: field.to_owned(),
            texts: texts.into_iter().map(|(text, rules)| (text.to_owned(), rules)).collect(),
        };
        plan.fields = by_field.into_iter().map(sought).collect();
        plan
    }

    /// Makes ready what it says.
    pub(crate) fn carry_out(self) -> Bucket {
        let mut bucket = Bucket { always: self.always, fields: Vec::new() };
        for Sought { field, texts } in self.fields {
            let (texts, rules): (Vec<String>, Vec<Vec<u32>>) = texts.into_iter().unzip();
            let is_verbatim = texts.iter().all(|text| is_verbatim(text));
            match AhoCorasick::builder().ascii_case_insensitive(true).build(texts) {
                Ok(texts) => {
                    let field = FieldPath::new(&field);
                    bucket.fields.push(Anchored { field, texts, is_verbatim, rules });
                }
                // More texts than the automaton can number: slower, but right.
                Err(_) => bucket.always.extend(rules.into_iter().flatten()),
            }
        }
        bucket
    }
}

impl Bucket {
    /// Adds all rules, some of them several times.
    pub(crate) fn all(&self, found: &mut Vec<u32>) {
        found.extend_from_slice(&self.always);
        found.extend(self.fields.iter().flat_map(|anchored| anchored.rules.iter().flatten()));
    }

    /// Adds the rules that `record` may match.
    pub(crate) fn candidates(&self, record: &Value, found: &mut Vec<u32>) {
        found.extend_from_slice(&self.always);
        for anchored in &self.fields {
            anchored.candidates(record, found);
        }
    }

    /// Adds the rules that may match a member that is written like this; nothing is said if only its value tells.
    pub(crate) fn candidates_in(&self, member: &[u8], found: &mut Vec<u32>) -> Option<()> {
        let is_plain = member.is_ascii() && memchr::memchr(b'\\', member).is_none();
        if !is_plain || self.fields.iter().any(|anchored| !anchored.is_verbatim) {
            return None;
        }
        found.extend_from_slice(&self.always);
        for anchored in &self.fields {
            anchored.find(member, found);
        }
        Some(())
    }
}

/// Tells whether a text is the same in the bytes of a value that has it, as long as those are ASCII without escapes.
///
/// Numbers and objects are compared in a form of their own, and the bytes may have another; but a text with such a letter and
/// without quotation marks is within one of their strings, and those are the same in both.
fn is_verbatim(text: &str) -> bool {
    let is_letter =
        |byte: u8| byte.is_ascii_alphabetic() && !b"truefalsn".contains(&byte.to_ascii_lowercase());
    let is_written = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    text.bytes().all(is_written) && text.bytes().any(is_letter)
}

impl Anchored {
    fn candidates(&self, record: &Value, found: &mut Vec<u32>) {
        self.field.visit(record, &mut |value| {
            if let Some(text) = text_of(value) {
                self.find(folded_unless_ascii(&text).as_bytes(), found);
            }
            ControlFlow::Continue(())
        });
    }

    /// Adds the rules of the texts that are somewhere in `bytes`.
    fn find(&self, bytes: &[u8], found: &mut Vec<u32>) {
        // A hostile value may hold a text a million times; it counts once. Most values hold none.
        let mut seen = Vec::new();
        for occurrence in self.texts.find_overlapping_iter(bytes) {
            if seen.is_empty() {
                seen = vec![false; self.rules.len()];
            }
            let number = occurrence.pattern().as_usize();
            let (Some(rules), Some(seen)) = (self.rules.get(number), seen.get_mut(number)) else { continue };
            if !std::mem::replace(seen, true) {
                found.extend(rules);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn what_is_found_in_bytes_is_what_is_found_in_their_value_or_more() {
        let anchor =
            |text: &str| [Anchor { field: "a".to_owned(), texts: BTreeSet::from([text.to_owned()]) }];
        for (text, bytes, expected) in [
            ("role/x", r#"{"b":"ROLE/X"}"#, Some(1)),
            ("role/x", r#""role/y""#, Some(0)),
            ("role/x", r#""role\/x""#, None),
            ("role/x", "\"r\u{f6}le/x\"", None),
            ("100", "1e2", None),
            (":1", "{\"b\" : 1}", None),
            ("true", "true", None),
            ("{\"b", "{ \"b\":1}", None),
            ("two words", "\"two words\"", Some(1)),
            ("true or", "\"true or\"", Some(1)),
        ] {
            let anchors = anchor(text);
            let bucket = Plan::of_all(&[(7, &anchors)]).carry_out();
            let mut found = Vec::new();
            let told = bucket.candidates_in(bytes.as_bytes(), &mut found);
            assert_eq!(told.map(|()| found.len()), expected, "{text} in {bytes}");
            let mut of_value = Vec::new();
            let value: Value = serde_json::from_str(bytes).unwrap();
            bucket.candidates(&json!({ "a": value }), &mut of_value);
            assert!(told.is_none() || of_value.iter().all(|rule| found.contains(rule)), "{text} in {bytes}");
        }
    }
}
