//! A record as it stands in the bytes, and its top-level fields.

use crate::keys::{Keys, OtherKey};
use crate::layout::{is_blank, trim_end, trim_start};
use crate::value::RawValue;
use std::ops::Range;

/// Why a parser has to tell what a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsure {
    /// A key is written with escapes, such as `\u0065ventName`: it may mean any name.
    #[error("a key has an escape")]
    EscapedKey,
    /// The field is there twice; parsers differ in which one they believe.
    #[error("a key is there twice")]
    Twice,
    /// A field has no key, colon or value: the record is not JSON.
    #[error("a field is not JSON")]
    NotJson,
}

/// A record: an object that stands somewhere in the bytes.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// All bytes of the file.
    bytes: &'a [u8],
    /// The opening brace, the commas between the fields, the closing brace.
    places: &'a [u32],
    /// No key has an escape.
    is_plain: bool,
}

/// A top-level field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The key without its quotation marks. It has no escapes, so that is what it means.
    pub key: &'a [u8],
    /// The value.
    pub value: RawValue<'a>,
}

impl<'a> Record<'a> {
    pub(crate) fn new(bytes: &'a [u8], places: &'a [u32], is_plain: bool) -> Self {
        Self { bytes, places, is_plain }
    }

    /// Returns where the record stands, from brace to brace.
    #[must_use]
    pub fn place(&self) -> Range<usize> {
        let start = self.places.first().copied().unwrap_or_default() as usize;
        let last = self.places.last().copied().unwrap_or_default() as usize;
        start..last.saturating_add(1)
    }

    /// Returns the record, from brace to brace.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes.get(self.place()).unwrap_or_default()
    }

    /// Returns the value of the top-level field of this name; none if the record has no such field.
    ///
    /// # Errors
    /// [`Unsure`], if only a parser can tell.
    pub fn field(&self, name: &str) -> Result<Option<RawValue<'a>>, Unsure> {
        let glance = Glance::at(name);
        let mut found = None;
        for text in self.texts() {
            if self.is_plain && glance.is_another(text) {
                continue;
            }
            let Some(field) = Field::read(text).transpose()? else { continue };
            if field.key == name.as_bytes() && found.replace(field.value).is_some() {
                return Err(Unsure::Twice);
            }
        }
        Ok(found)
    }

    /// Puts the values of several top-level fields into `values`, in the order in which [`Keys`] names them, and gives the keys
    /// of all other fields to `other`. Values that were there before are overwritten.
    ///
    /// # Errors
    /// [`Unsure`], if only a parser can tell.
    pub fn find(
        &self,
        keys: &Keys,
        values: &mut [Option<RawValue<'a>>],
        other: impl FnMut(OtherKey<'a>),
    ) -> Result<(), Unsure> {
        values.fill(None);
        if !self.is_plain {
            return Err(Unsure::EscapedKey);
        }
        keys.find(self.bytes, self.places, values, other)
    }

    /// Returns the top-level fields in their order. Keys that are there twice are returned twice.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        Fields { bytes: self.bytes, places: self.places }
    }

    /// What stands between the braces and commas: `"key":value`, or nothing but blanks in an empty object.
    fn texts(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let Self { bytes, places, .. } = *self;
        places.windows(2).filter_map(move |pair| text(bytes, pair))
    }
}

/// The fields of a record.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    places: &'a [u32],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Unsure>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = text(self.bytes, self.places.get(..2)?)?;
        self.places = self.places.get(1..).unwrap_or_default();
        Field::read(text)
    }
}

fn text<'a>(bytes: &'a [u8], pair: &[u32]) -> Option<&'a [u8]> {
    let [before, behind] = pair else { return None };
    bytes.get((*before as usize).saturating_add(1)..*behind as usize)
}

/// How a key of this name begins, quotation marks included: enough to see at a glance that most others are others.
struct Glance {
    start: u64,
    meant: u64,
}

impl Glance {
    fn at(name: &str) -> Self {
        let mut bytes = [0; 8];
        let mut meant = [0; 8];
        let key = [b'"'].into_iter().chain(name.bytes()).chain([b'"']);
        for ((byte, meant), from) in bytes.iter_mut().zip(&mut meant).zip(key) {
            *byte = from;
            *meant = u8::MAX;
        }
        Self { start: u64::from_le_bytes(bytes), meant: u64::from_le_bytes(meant) }
    }

    /// Tells that the key of `text`, which has no escape, is another one; if that is not clear, it is not told.
    fn is_another(&self, text: &[u8]) -> bool {
        let Some(start) = text.first_chunk() else { return false };
        let start = u64::from_le_bytes(*start);
        (start ^ self.start) & self.meant != 0 && start & 0xff == u64::from(b'"')
    }
}

impl<'a> Field<'a> {
    /// Reads `"key":value`; nothing if there are only blanks.
    pub(crate) fn read(text: &'a [u8]) -> Option<Result<Self, Unsure>> {
        let Some(key) = trim_start(text).strip_prefix(b"\"") else {
            return (!is_blank(text)).then_some(Err(Unsure::NotJson));
        };
        Some(Self::behind_quote(key))
    }

    fn behind_quote(text: &'a [u8]) -> Result<Self, Unsure> {
        let is_end = |byte: &u8| matches!(byte, b'"' | b'\\');
        let end = text.iter().position(is_end).ok_or(Unsure::NotJson)?;
        let (key, rest) = text.split_at_checked(end).ok_or(Unsure::NotJson)?;
        let rest = rest.strip_prefix(b"\"").ok_or(Unsure::EscapedKey)?;
        let value = trim_start(rest).strip_prefix(b":").ok_or(Unsure::NotJson)?;
        let value = trim_end(trim_start(value));
        if value.is_empty() {
            return Err(Unsure::NotJson);
        }
        Ok(Self { key, value: RawValue::new(value) })
    }
}
