//! Finds the rules that a record can match by its `eventSource` and `eventName`.
//!
//! Never narrower than evaluation: where the two fields are not plain strings, every rule is a candidate.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::fold::{fold, folded_unless_ascii};
use crate::pin::{NAME, Pin, Pins, SOURCE, Text};

/// Rule numbers by what they demand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    by_call: HashMap<Box<str>, Vec<u32>>,
    by_name: HashMap<Box<str>, Vec<u32>>,
    by_source: HashMap<Box<str>, Vec<u32>>,
    unpinned: Vec<u32>,
    rules: u32,
}

/// Where a pin is filed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Call(String),
    Name(String),
    Source(String),
    Unpinned,
}

impl Index {
    /// Files the next rule.
    pub(crate) fn add(&mut self, pins: &Pins) {
        let rule = self.rules;
        self.rules += 1;
        let places = match pins {
            Pins::Unpinned => BTreeSet::from([Place::Unpinned]),
            Pins::Calls(calls) => calls.iter().map(Place::of).collect(),
        };
        for place in places {
            match place {
                Place::Call(key) => self.by_call.entry(key.into()).or_default().push(rule),
                Place::Name(key) => self.by_name.entry(key.into()).or_default().push(rule),
                Place::Source(key) => self.by_source.entry(key.into()).or_default().push(rule),
                Place::Unpinned => self.unpinned.push(rule),
            }
        }
    }

    /// Calls `candidate` once with every rule that may match `record`, in the order of the rules.
    pub(crate) fn candidates(&self, record: &Value, mut candidate: impl FnMut(u32)) {
        let (Some(source), Some(name)) = (plain(record, SOURCE), plain(record, NAME)) else {
            (0..self.rules).for_each(candidate);
            return;
        };
        let found = [
            lookup(&self.by_call, source.zip(name).map(|(source, name)| call_key(source, name))),
            lookup(&self.by_name, name.map(fold)),
            lookup(&self.by_source, source.map(fold)),
            &self.unpinned,
        ];
        let mut lists = found.into_iter().filter(|list| !list.is_empty());
        let (Some(first), second) = (lists.next(), lists.next()) else { return };
        let Some(second) = second else {
            first.iter().copied().for_each(candidate);
            return;
        };
        let mut all: Vec<u32> = first.iter().chain(second).chain(lists.flatten()).copied().collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().for_each(&mut candidate);
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

fn lookup(map: &HashMap<Box<str>, Vec<u32>>, key: Option<String>) -> &[u32] {
    if map.is_empty() {
        return &[];
    }
    key.and_then(|key| map.get(key.as_str())).map_or(&[], Vec::as_slice)
}
