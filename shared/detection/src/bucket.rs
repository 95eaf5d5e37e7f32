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
    /// The rules by the number of the text.
    rules: Vec<Vec<u32>>,
}

impl Plan {
    /// Files `rules`, each with what it demands.
    pub(crate) fn new(rules: &[(u32, &[Anchor])]) -> Self {
        let mut plan = Self::default();
        if rules.len() <= SMALL {
            plan.always = rules.iter().map(|(rule, _)| *rule).collect();
            return plan;
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
            match AhoCorasick::builder().ascii_case_insensitive(true).build(texts) {
                Ok(texts) => bucket.fields.push(Anchored { field: FieldPath::new(&field), texts, rules }),
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
