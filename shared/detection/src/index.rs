//! Finds the rules that a record can match by its `eventSource` and `eventName`.
//!
//! Never narrower than evaluation: where the two fields are not plain strings, every rule is a candidate.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::anchor;
use crate::bucket::Bucket;
use crate::detection::Detection;
use crate::fold::{fold, folded_unless_ascii};
use crate::pin::{NAME, Pin, Pins, SOURCE, Text};

/// Rule numbers by what they demand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    by_call: HashMap<Box<str>, Bucket>,
    by_name: HashMap<Box<str>, Bucket>,
    by_source: HashMap<Box<str>, Bucket>,
    unpinned: Bucket,
    rules: u32,
}

/// Where a pin is filed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Call(String),
    Name(String),
    Source(String),
    Unpinned,
}

impl Index {
    /// Files rules, which are numbered in their order.
    pub(crate) fn new<'d>(detections: impl IntoIterator<Item = &'d Detection>) -> Self {
        let mut index = Self::default();
        let mut anchors = Vec::new();
        let mut places: BTreeMap<Place, Vec<u32>> = BTreeMap::new();
        for detection in detections {
            let mut own = match detection.pins() {
                Pins::Unpinned => BTreeSet::from([Place::Unpinned]),
                Pins::Calls(calls) => calls.iter().map(Place::of).collect(),
            };
            while let Some(place) = own.pop_first() {
                places.entry(place).or_default().push(index.rules);
            }
            anchors.push(anchor::anchors(detection));
            index.rules += 1;
        }
        for (place, rules) in places {
            let numbered = |rule: &u32| Some((*rule, anchors.get(usize::try_from(*rule).ok()?)?.as_slice()));
            let bucket = Bucket::new(&rules.iter().filter_map(numbered).collect::<Vec<_>>());
            match place {
                Place::Call(key) => drop(index.by_call.insert(key.into(), bucket)),
                Place::Name(key) => drop(index.by_name.insert(key.into(), bucket)),
                Place::Source(key) => drop(index.by_source.insert(key.into(), bucket)),
                Place::Unpinned => index.unpinned = bucket,
            }
        }
        index
    }

    /// Returns every rule that may match `record`, once and in the order of the rules.
    pub(crate) fn candidates(&self, record: &Value) -> Vec<u32> {
        let (Some(source), Some(name)) = (plain(record, SOURCE), plain(record, NAME)) else {
            return (0..self.rules).collect();
        };
        let mut found = Vec::new();
        self.unpinned.candidates(record, &mut found);
        if let (Some(source), Some(name), false) = (source, name, self.by_call.is_empty()) {
            add(self.by_call.get(call_key(source, name).as_str()), record, &mut found);
        }
        if let (Some(name), false) = (name, self.by_name.is_empty()) {
            add(self.by_name.get(fold(name).as_str()), record, &mut found);
        }
        if let (Some(source), false) = (source, self.by_source.is_empty()) {
            add(self.by_source.get(fold(source).as_str()), record, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn add(bucket: Option<&Bucket>, record: &Value, found: &mut Vec<u32>) {
    if let Some(bucket) = bucket {
        bucket.candidates(record, found);
    }
}

impl Place {
    fn of(pin: &Pin) -> Self {
        let exact = |text: &Option<Text>| match text {
            Some(Text::Equals(text)) => Some(fold(text)),
            Some(Text::StartsWith(_)) | None => None,
        };
        match (exact(&pin.source), exact(&pin.name)) {
            (Some(source), Some(name)) => Self::Call(call_key(&source, &name)),
            (Some(source), None) => Self::Source(source),
            (None, Some(name)) => Self::Name(name),
            (None, None) => Self::Unpinned,
        }
    }
}

/// Returns a top-level string; the inner none says that it is absent or null, the outer that it is something else.
#[expect(clippy::option_option, reason = "absent and unusable lead to different candidates")]
fn plain<'r>(record: &'r Value, key: &str) -> Option<Option<&'r str>> {
    match record {
        Value::Object(object) => match object.get(key) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) => Some(Some(text)),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

fn call_key(source: &str, name: &str) -> String {
    let mut key = String::with_capacity(source.len() + name.len() + 1);
    key.push_str(&folded_unless_ascii(source));
    // No text holds this byte, so that no two calls share a key by accident; if one does, it is only slower.
    key.push('\0');
    key.push_str(&folded_unless_ascii(name));
    key.make_ascii_lowercase();
    key
}
