//! Many texts in one piece of memory, found by their number without reading the others.
//!
//! Numbers are 64 bits, little-endian. First comes how many texts there are, then where each ends, counted from where
//! the texts begin, then the texts without anything between them.

use bytes::Bytes;

const NUMBER: usize = size_of::<u64>();

/// Texts that somebody else put down: everything is checked when it is asked for, nothing before.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Shelf {
    bytes: Bytes,
    count: usize,
}

impl Shelf {
    /// Puts texts down.
    pub(crate) fn write(texts: &[impl AsRef<[u8]>]) -> Vec<u8> {
        // A length always fits: no computer has more than 64 bits of addresses.
        let number = |length: usize| u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes();
        let mut bytes = number(texts.len()).to_vec();
        let mut end: usize = 0;
        for text in texts {
            end = end.saturating_add(text.as_ref().len());
            bytes.extend(number(end));
        }
        texts.iter().for_each(|text| bytes.extend_from_slice(text.as_ref()));
        bytes
    }

    /// Looks at what [`Shelf::write`] has written; none if it is shorter than its own beginning says.
    pub(crate) fn read(bytes: Bytes) -> Option<Self> {
        let count = usize::try_from(u64::from_le_bytes(*bytes.first_chunk()?)).ok()?;
        let list = count.checked_mul(NUMBER)?.checked_add(NUMBER)?;
        (list <= bytes.len()).then_some(Self { bytes, count })
    }

    /// Returns how many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Returns the text of that number, counted from 0.
    pub(crate) fn text(&self, number: usize) -> Option<&[u8]> {
        let (start, end) = self.place(number)?;
        self.bytes.get(start..end)
    }

    /// Returns the text of that number as something that may outlive the shelf, without copying it.
    pub(crate) fn part(&self, number: usize) -> Option<Bytes> {
        let (start, end) = self.place(number)?;
        (start <= end && end <= self.bytes.len()).then(|| self.bytes.slice(start..end))
    }

    fn place(&self, number: usize) -> Option<(usize, usize)> {
        let texts = (self.count + 1) * NUMBER;
        let end = self.end(number)?.checked_add(texts)?;
        let start = match number.checked_sub(1) {
            None => texts,
            Some(before) => self.end(before)?.checked_add(texts)?,
        };
        Some((start, end))
    }

    fn end(&self, number: usize) -> Option<usize> {
        if number >= self.count {
            return None;
        }
        let written = self.bytes.get((number + 1) * NUMBER..)?.first_chunk()?;
        usize::try_from(u64::from_le_bytes(*written)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_were_put_down() {
        let shelf = Shelf::read(Shelf::write(&["one", "", "three"]).into()).unwrap();
        let texts: Vec<_> = (0..4).map(|number| shelf.text(number)).collect();
        assert_eq!(texts, [Some(&b"one"[..]), Some(b""), Some(b"three"), None]);
        assert_eq!(shelf.part(2).as_deref(), Some(&b"three"[..]));
    }

    #[test]
    fn a_shelf_with_any_byte_changed_or_cut_never_fails_in_another_way_than_by_telling_so() {
        let whole = Shelf::write(&["one", "", "three"]);
        let cut = (0..whole.len()).filter_map(|length| whole.get(..length).map(<[u8]>::to_vec));
        let changed = (0..whole.len()).flat_map(|place| {
            [0_u8, 1, 127, 255].map(|byte| {
                let mut bytes = whole.clone();
                bytes[place] = byte;
                bytes
            })
        });
        for bytes in cut.chain(changed) {
            let Some(shelf) = Shelf::read(bytes.into()) else { continue };
            for number in [0, 1, 2, 3, usize::MAX - 1, usize::MAX] {
                assert_eq!(shelf.text(number), shelf.part(number).as_deref());
            }
        }
    }
}
