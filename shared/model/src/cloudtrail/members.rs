//! Reading a record of which few members matter: the others are passed over, not built.

use super::log_file::without_envelope;
use super::record::{MARKS, Record};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;

/// Which top-level members of records are read. The default is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    left_out: Vec<&'static str>,
}

impl Members {
    /// All members but those spelt exactly like these. Pipelines' other spellings of them are read.
    #[must_use]
    pub fn without(names: impl IntoIterator<Item = &'static str>) -> Self {
        Self { left_out: names.into_iter().collect() }
    }

    /// Tells whether nothing is left out.
    #[must_use]
    pub fn are_all(&self) -> bool {
        self.left_out.is_empty()
    }
}

impl Record {
    /// Reads the bytes of one record, or of an EventBridge event with one, without the members that are left out; none if
    /// that is not what they are. To know what they are then, read them with [`super::LogFile::read`].
    ///
    /// What the record says is as if all had been read, but for what is left out; of the members by which records are known
    /// one may be there all the same. What is left out must be JSON, and may nest as deeply as it likes.
    #[must_use]
    pub fn read(bytes: &[u8], members: &Members) -> Option<Self> {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let entry = Reading(members).deserialize(&mut json).ok()?;
        json.end().ok()?;
        Self::parse(without_envelope(entry)).ok()
    }
}

/// An object without some members.
struct Reading<'m>(&'m Members);

/// A member's name; only one with escapes is copied.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Reading<'_> {
    /// Tells whether a member can be left out: its source tells a record from another service's message, and one of the
    /// marks has to stay.
    fn leaves_out(&self, name: &str, has_mark: bool) -> bool {
        let is_needed = name == "eventSource" || (!has_mark && MARKS.contains(&name));
        !is_needed && self.0.left_out.contains(&name)
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Value;

    fn expecting(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        text.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        let mut has_mark = false;
        while let Some(Name(name)) = access.next_key()? {
            if self.leaves_out(&name, has_mark) {
                access.next_value::<IgnoredAny>()?;
                continue;
            }
            let value: Value = access.next_value()?;
            has_mark |= MARKS.contains(&name.as_ref()) && is_told(&value);
            object.insert(name.into_owned(), value);
        }
        Ok(Value::Object(object))
    }
}

/// Tells whether a mark with this value is one. Others may be marks too, but services do not write them.
fn is_told(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text != "null")
}
