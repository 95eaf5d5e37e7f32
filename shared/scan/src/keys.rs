//! Several top-level fields of a record in one look at its keys.

use crate::record::{Field, Unsure};
use crate::value::RawValue;

/// Places for keys: many more than keys, so that few share one.
const PLACES: usize = 256;
/// Words of eight bytes that are compared with a key and its quotation marks: no field of CloudTrail's has a longer name.
const WORDS: usize = 4;
/// Spreads the beginnings of keys over the places; any large odd number does.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Names of fields that are looked for together.
#[derive(Debug, Clone)]
pub struct Keys {
    /// By what a key begins with, the first name that begins so: its number and one, or 0.
    places: Box<[u8; PLACES]>,
    names: Box<[Name]>,
}

#[derive(Debug, Clone)]
struct Name {
    text: Box<str>,
    /// With its quotation marks, and which of the bytes are meant.
    start: [u64; WORDS],
    meant: [u64; WORDS],
    /// The name is not longer than what is compared.
    is_short: bool,
    /// Another name of the same place, likewise.
    next: u8,
}

/// A key that is none of those that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherKey<'a>(pub &'a [u8]);

impl Keys {
    /// Makes ready to look for fields of these names, of which only the first 255 count.
    #[must_use]
    pub fn new(names: &[&str]) -> Self {
        let mut places = Box::new([0; PLACES]);
        let mut all: Vec<Name> = Vec::with_capacity(names.len());
        for (number, name) in (1..=u8::MAX).zip(names) {
            let mut name = Name::new(name);
            if let Some(place) = places.get_mut(place_of(name.start[0])) {
                name.next = std::mem::replace(place, number);
            }
            all.push(name);
        }
        Self { places, names: all.into() }
    }

    /// Tells how many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Tells whether there are no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Puts the values of the fields of a record into `values`, in the order of the names, and gives other keys to `other`.
    ///
    /// `texts` are the places between braces and commas; no key has an escape.
    pub(crate) fn find<'a>(
        &self,
        bytes: &'a [u8],
        places: &[u32],
        values: &mut [Option<RawValue<'a>>],
        mut other: impl FnMut(OtherKey<'a>),
    ) -> Result<(), Unsure> {
        for pair in places.windows(2) {
            let [before, behind] = pair else { continue };
            let (start, end) = ((*before as usize).wrapping_add(1), *behind as usize);
            let (number, value) = match self.glance(bytes, start, end) {
                Some(found) => found,
                None => {
                    let text = bytes.get(start..end).unwrap_or_default();
                    let Some(Field { key, value }) = Field::read(text).transpose()? else { continue };
                    let Some(number) = self.names.iter().position(|name| name.text.as_bytes() == key) else {
                        other(OtherKey(key));
                        continue;
                    };
                    (number, value)
                }
            };
            let Some(place) = values.get_mut(number) else { continue };
            if place.replace(value).is_some() {
                return Err(Unsure::Twice);
            }
        }
        Ok(())
    }

    /// Finds a field that is written without blanks, and not where the file ends; whatever else is there is not found.
    #[inline]
    fn glance<'a>(&self, bytes: &'a [u8], start: usize, end: usize) -> Option<(usize, RawValue<'a>)> {
        let (words, _) = bytes.get(start..)?.first_chunk::<{ WORDS * 8 }>()?.as_chunks::<8>();
        let words: &[[u8; 8]; WORDS] = words.first_chunk()?;
        let words = words.map(u64::from_le_bytes);
        let mut number = *self.places.get(place_of(words[0]))?;
        loop {
            let place = usize::from(number).checked_sub(1)?;
            let name = self.names.get(place)?;
            if name.is_at(&words) {
                let behind = start.wrapping_add(name.text.len()).wrapping_add(2);
                let value = bytes.get(behind..end)?.strip_prefix(b":")?;
                let is_bare = |byte: Option<&u8>| byte.is_some_and(|byte| *byte > b' ');
                let is_trimmed = is_bare(value.first()) && is_bare(value.last());
                return is_trimmed.then(|| (place, RawValue::new(value)));
            }
            number = name.next;
        }
    }
}

impl Name {
    fn new(name: &str) -> Self {
        let mut start = [0_u8; WORDS * 8];
        let mut meant = [0_u8; WORDS * 8];
        let key = [b'"'].into_iter().chain(name.bytes()).chain([b'"']);
        for ((start, meant), byte) in start.iter_mut().zip(&mut meant).zip(key) {
            (*start, *meant) = (byte, u8::MAX);
        }
        let words = |bytes: &[u8; WORDS * 8]| {
            let mut words = [0; WORDS];
            for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
                *word = u64::from_le_bytes(*bytes);
            }
            words
        };
        // A name that does not fill the first word shares it with whatever follows, so it has no place of its own.
        let is_short = (6..=WORDS * 8 - 2).contains(&name.len());
        Self { text: name.into(), start: words(&start), meant: words(&meant), is_short, next: 0 }
    }

    #[inline]
    fn is_at(&self, words: &[u64; WORDS]) -> bool {
        let mut differences = 0;
        for ((word, start), meant) in words.iter().zip(&self.start).zip(&self.meant) {
            differences |= (word ^ start) & meant;
        }
        self.is_short && differences == 0
    }
}

fn place_of(first: u64) -> usize {
    (first.wrapping_mul(SPREAD) >> 56) as usize
}
