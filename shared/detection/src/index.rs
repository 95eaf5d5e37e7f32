//! Finds the rules that a record can match by its `eventSource` and `eventName`.
//!
//! Never narrower than evaluation: where the two fields are not plain strings, every rule is a candidate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::Value;

use crate::anchor;
use crate::bucket::{Bucket, Plan};
use crate::detection::Detection;
use crate::fold::{fold, folded_unless_ascii};
use crate::pin::{NAME, Pin, Pins, SOURCE, Text};
use crate::shelf::Shelf;
use crate::table;

/// Stands between source and name. A text that holds it makes a rule's bucket larger, not smaller.
const BETWEEN: &str = "\0";

/// Rule numbers by what the rules demand.
///
/// Kept as bytes, so that those of a bundle serve without being read: the shelf holds the table of keys, the plan for
/// rules that demand no call, and then each key followed by its plan.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    shelf: Shelf,
    unpinned: Lazy,
    /// By the number of the key.
    buckets: Box<[Lazy]>,
    rules: u32,
}

/// A bucket, once it was needed; none if its plan is not readable.
type Lazy = OnceLock<Option<Box<Bucket>>>;

impl Index {
    /// Files rules, which are numbered in their order.
    pub(crate) fn write<'d>(detections: impl IntoIterator<Item = &'d Detection>) -> Vec<u8> {
        let mut anchors = Vec::new();
        let mut unpinned = Vec::new();
        let mut keys: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (number, detection) in (0..).zip(detections) {
            let own = match detection.pins() {
                Pins::Unpinned => BTreeSet::from([None]),
                Pins::Calls(calls) => calls.iter().map(key_of).collect(),
            };
            for key in own {
                match key {
                    Some(key) => keys.entry(key).or_default().push(number),
                    None => unpinned.push(number),
                }
            }
            anchors.push(anchor::anchors(detection));
        }
        let plan = |rules: &[u32]| {
            let numbered = |rule: &u32| Some((*rule, anchors.get(usize::try_from(*rule).ok()?)?.as_slice()));
            let plan = Plan::new(&rules.iter().filter_map(numbered).collect::<Vec<_>>());
            // It is always valid JSON; were it otherwise, reading it would fail and every rule be a candidate.
            serde_json::to_vec(&plan).unwrap_or_default()
        };
        let mut texts = vec![table::write(keys.keys().map(String::as_bytes)), plan(&unpinned)];
        for (key, rules) in &keys {
            texts.extend([key.clone().into_bytes(), plan(rules)]);
        }
        Shelf::write(&texts)
    }

    /// Uses what [`Index::write`] has written about `rules` rules.
    pub(crate) fn read(bytes: Bytes, rules: usize) -> Option<Self> {
        let rules = u32::try_from(rules).ok()?;
        let shelf = Shelf::read(bytes)?;
        let keys = shelf.len().checked_sub(2)? / 2;
        let buckets = std::iter::repeat_with(Lazy::new).take(keys).collect();
        Some(Self { shelf, unpinned: Lazy::new(), buckets, rules })
    }

    /// Returns an index of `rules` rules that tells none of them apart.
    pub(crate) fn of_nothing(rules: usize) -> Self {
        Self { rules: u32::try_from(rules).unwrap_or(u32::MAX), ..Self::default() }
    }

    /// Returns every rule that may match `record`, once and in the order of the rules.
    pub(crate) fn candidates(&self, record: &Value) -> Vec<u32> {
        let told = || {
            let mut found = Vec::new();
            self.bucket(&self.unpinned, 1)?.candidates(record, &mut found);
            self.filed(record, |bucket| bucket.candidates(record, &mut found))?;
            Some(once(found))
        };
        told().unwrap_or_else(|| (0..self.rules).collect())
    }

    /// Returns every rule that may match some record of the same call: those that are about calls like that, and the others.
    pub(crate) fn about_call(&self, record: &Value) -> [Vec<u32>; 2] {
        let told = || {
            let (mut filed, mut unpinned) = (Vec::new(), Vec::new());
            self.bucket(&self.unpinned, 1)?.all(&mut unpinned);
            self.filed(record, |bucket| bucket.all(&mut filed))?;
            Some([once(filed), once(unpinned)])
        };
        told().unwrap_or_else(|| [(0..self.rules).collect(), Vec::new()])
    }

    /// Gives the buckets to `take` in which rules are that demand the record's call; none if the call cannot be told.
    fn filed(&self, record: &Value, mut take: impl FnMut(&Bucket)) -> Option<()> {
        let (source, name) = (plain(record, SOURCE)?, plain(record, NAME)?);
        let (call, end_of_source) = call_key(source.unwrap_or_default(), name.unwrap_or_default());
        let (only_source, only_name) = (call.get(..=end_of_source)?, call.get(end_of_source..)?);
        for (key, is_there) in [
            (call.as_str(), source.is_some() && name.is_some()),
            (only_name, name.is_some()),
            (only_source, source.is_some()),
        ] {
            if is_there {
                self.filed_under(key)?.into_iter().for_each(&mut take);
            }
        }
        Some(())
    }

    /// Returns the bucket of a key, if there is one; the outer none says that it cannot be read.
    #[expect(clippy::option_option, reason = "no bucket and an unreadable one lead to different candidates")]
    fn filed_under(&self, key: &str) -> Option<Option<&Bucket>> {
        let is = |number: usize| self.shelf.text(number * 2 + 2) == Some(key.as_bytes());
        match table::find(self.shelf.text(0)?, key.as_bytes(), is) {
            Some(number) => self.bucket(self.buckets.get(number)?, number * 2 + 3).map(Some),
            None => Some(None),
        }
    }

    /// Returns a bucket, planned in the text of that number.
    fn bucket<'b>(&self, bucket: &'b Lazy, plan: usize) -> Option<&'b Bucket> {
        let read = || {
            let plan: Plan = serde_json::from_slice(self.shelf.text(plan)?).ok()?;
            Some(Box::new(plan.carry_out()))
        };
        bucket.get_or_init(read).as_deref()
    }
}

/// Returns each once, in the order of the rules.
fn once(mut rules: Vec<u32>) -> Vec<u32> {
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// Returns where a pin is filed; none if that is where rules are that demand no call.
fn key_of(pin: &Pin) -> Option<String> {
    let exact = |text: &Option<Text>| match text {
        Some(Text::Equals(text)) => Some(fold(text)),
        Some(Text::StartsWith(_)) | None => None,
    };
    let (source, name) = (exact(&pin.source), exact(&pin.name));
    (source.is_some() || name.is_some())
        .then(|| [source.unwrap_or_default(), name.unwrap_or_default()].join(BETWEEN))
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

/// Returns the key of a call, and where its source ends.
///
/// Up to and with what stands there it is the key of rules about the source, from there on that of rules about the name.
fn call_key(source: &str, name: &str) -> (String, usize) {
    let mut key = String::with_capacity(source.len() + name.len() + BETWEEN.len());
    key.push_str(&folded_unless_ascii(source));
    let end_of_source = key.len();
    key.push_str(BETWEEN);
    key.push_str(&folded_unless_ascii(name));
    key.make_ascii_lowercase();
    (key, end_of_source)
}
