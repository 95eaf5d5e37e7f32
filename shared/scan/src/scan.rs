//! From bytes to records, with the fastest walk that the machine can do.

use crate::layout::Layout;
use crate::portable::walk_portable;
use crate::record::Record;
use crate::walk::{Extent, Found, Start};

/// Why a parser has to tell what the records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The bytes end within a record or a list, or in what cannot be one.
    #[error("the records are cut off, or not JSON")]
    CutOff,
    /// Something among, before or behind the records is no object: a number in the list, a member beside `Records`, two
    /// files one after the other, a byte order mark.
    #[error("there is something else than records")]
    NotRecords,
    /// An object on a line of its own has a member `Records`, or a key with an escape that may mean that: it may be a file
    /// by itself.
    #[error("a record may hold others")]
    Wrapping,
    /// There are 4 GiB of bytes or more.
    #[error("there are too many bytes")]
    TooLarge,
}

/// Finds records; what it needs for that is allocated once and used again.
///
/// It keeps four bytes for each field, about a fifteenth of the largest file that it was given.
#[derive(Debug)]
pub struct Scan {
    found: Found,
    machine: Machine,
}

/// What the machine can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Machine {
    Any,
    #[cfg(target_arch = "x86_64")]
    Avx2(crate::avx2::HasAvx2),
    #[cfg(target_arch = "aarch64")]
    Neon(crate::neon::HasNeon),
}

impl Machine {
    fn this() -> Self {
        #[cfg(target_arch = "x86_64")]
        let found = crate::avx2::HasAvx2::detect().map(Self::Avx2);
        #[cfg(target_arch = "aarch64")]
        let found = crate::neon::HasNeon::detect().map(Self::Neon);
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let found = None;
        found.unwrap_or(Self::Any)
    }
}

impl Default for Scan {
    fn default() -> Self {
        Self::new()
    }
}

impl Scan {
    /// A scan with the vector instructions of this machine.
    #[must_use]
    pub fn new() -> Self {
        Self { found: Found::default(), machine: Machine::this() }
    }

    /// A scan without vector instructions, which finds the same: for machines that have none, and for comparison.
    #[must_use]
    pub fn portable() -> Self {
        Self { found: Found::default(), machine: Machine::Any }
    }

    /// Finds the records of a decompressed file: the entries of `{"Records":[…]}` or of an array, or objects one after the
    /// other, on lines of their own or not; any blanks may be between them. No bytes are no records.
    ///
    /// A record is an entry as it is. An EventBridge event is returned whole, not the record in its `detail`.
    ///
    /// # Errors
    /// [`Doubt`], if only a parser can tell what the records are.
    pub fn records<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Records<'a>, Doubt> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(Doubt::TooLarge);
        }
        self.found.clear();
        let (layout, at) = Layout::of(bytes);
        let behind = self.walk(bytes, Start { layout, at })?;
        if !layout.may_follow(bytes.get(behind..).unwrap_or_default()) {
            return Err(Doubt::NotRecords);
        }
        let records = Records { bytes, found: &self.found, rest: self.found.extents.iter() };
        match layout {
            Layout::Envelope | Layout::Array => Ok(records),
            Layout::Lines => {
                let is_wrapping = |record: Record<'_>| record.field("Records") != Ok(None);
                if records.clone().any(is_wrapping) { Err(Doubt::Wrapping) } else { Ok(records) }
            }
        }
    }

    fn walk(&mut self, bytes: &[u8], start: Start) -> Result<usize, Doubt> {
        match self.machine {
            Machine::Any => walk_portable(bytes, start, &mut self.found),
            #[cfg(target_arch = "x86_64")]
            Machine::Avx2(has) => has.walk(bytes, start, &mut self.found),
            #[cfg(target_arch = "aarch64")]
            Machine::Neon(has) => has.walk(bytes, start, &mut self.found),
        }
    }
}

/// The records of a file, in its order.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    bytes: &'a [u8],
    found: &'a Found,
    rest: std::slice::Iter<'a, Extent>,
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let extent = self.rest.next()?;
        Some(Record::new(self.bytes, self.found.places_of(extent), extent.is_plain))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for Records<'_> {}
