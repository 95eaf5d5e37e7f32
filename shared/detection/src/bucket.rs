//! Rules that a record may match as far as its API call goes, told apart by their anchors.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use aho_corasick::AhoCorasick;
use serde_json::Value;

use crate::anchor::Anchor;
use crate::field::FieldPath;
use crate::fold::folded_unless_ascii;
use crate::matcher::text_of;

/// Up to this many rules, evaluating all is as fast as telling them apart.
const SMALL: usize = 8;

/// Rules under one key of the index.
#[derive(Debug, Clone, Default)]
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
    /// The rules by the number of the text.
    rules: Vec<Vec<u32>>,
}

impl Bucket {
    /// Files `rules`, each with what it demands.
    pub(crate) fn new(rules: &[(u32, &[Anchor])]) -> Self {
        let mut bucket = Self::default();
        if rules.len() <= SMALL {
            bucket.always = rules.iter().map(|(rule, _)| *rule).collect();
            return bucket;
        }
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
                None => bucket.always.push(*rule),
                Some(anchor) => {
                    let of_field = by_field.entry(&anchor.field).or_default();
                    anchor.texts.iter().for_each(|text| of_field.entry(text).or_default().push(*rule));
                }
            }
        }
        for (field, texts) in by_field {
            let found = AhoCorasick::builder().ascii_case_insensitive(true).build(texts.keys());
            match found {
                Ok(found) => {
                    let rules = texts.into_values().collect();
                    bucket.fields.push(Anchored { field: FieldPath::new(field), texts: found, rules });
                }
                // More texts than the automaton can number: slower, but right.
                Err(_) => bucket.always.extend(texts.into_values().flatten()),
            }
        }
        bucket.always.sort_unstable();
        bucket.always.dedup();
        bucket
    }

    /// Adds the rules that `record` may match.
    pub(crate) fn candidates(&self, record: &Value, found: &mut Vec<u32>) {
        found.extend_from_slice(&self.always);
        for anchored in &self.fields {
            anchored.candidates(record, found);
        }
    }
}

impl Anchored {
    fn candidates(&self, record: &Value, found: &mut Vec<u32>) {
        self.field.visit(record, &mut |value| {
            if let Some(text) = text_of(value) {
                let text = folded_unless_ascii(&text);
                // A hostile value may hold a text a million times; it counts once. Most values hold none.
                let mut seen = Vec::new();
                for occurrence in self.texts.find_overlapping_iter(text.as_ref()) {
                    if seen.is_empty() {
                        seen = vec![false; self.rules.len()];
                    }
                    let number = occurrence.pattern().as_usize();
                    let (Some(rules), Some(seen)) = (self.rules.get(number), seen.get_mut(number)) else {
                        continue;
                    };
                    if !std::mem::replace(seen, true) {
                        found.extend(rules);
                    }
                }
            }
            ControlFlow::Continue(())
        });
    }
}
