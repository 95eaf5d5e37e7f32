//! From bytes to records, with the fastest walk that the machine can do.

use crate::layout::Layout;
use crate::portable::walk_portable;
use crate::record::Record;
use crate::walk::{Extent, Found, Walker};

/// Blocks of 64 bytes after which the records found so far are looked at: few enough that all is still in the caches.
const WINDOW: usize = 512;

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

    /// Gives the records of a decompressed file to `look`, one after the other, and returns how many they are: the entries
    /// of `{"Records":[…]}` or of an array, or objects one after the other, on lines of their own or not; any blanks may
    /// be between them. No bytes are no records.
    ///
    /// A record is an entry as it is. An EventBridge event is returned whole, not the record in its `detail`.
    ///
    /// # Errors
    /// [`Doubt`], if only a parser can tell what the records are. Records that `look` was given before that may be the
    /// file's, or not: if anything depends on it, use [`Scan::records`].
    pub fn each(&mut self, bytes: &[u8], look: impl FnMut(Record<'_>)) -> Result<usize, Doubt> {
        self.each_within(WINDOW, bytes, look)
    }

    fn each_within(
        &mut self,
        most_blocks: usize,
        bytes: &[u8],
        mut look: impl FnMut(Record<'_>),
    ) -> Result<usize, Doubt> {
        let mut passage = Passage::begin(self, bytes)?;
        let mut count = 0_usize;
        loop {
            let is_done = passage.go_on(self, most_blocks)?;
            let records = Records::of(bytes, &self.found);
            count = count.saturating_add(records.len());
            records.for_each(&mut look);
            if is_done {
                return Ok(count);
            }
            self.found.drop_complete(passage.walker.is_in_record());
        }
    }

    /// Returns the records that [`Scan::each`] gives, once all are found. That takes longer if the file is larger than the
    /// caches, and four bytes of memory for each field, about a fifteenth of the file.
    ///
    /// # Errors
    /// [`Doubt`], if only a parser can tell what the records are.
    pub fn records<'a>(&'a mut self, bytes: &'a [u8]) -> Result<Records<'a>, Doubt> {
        let mut passage = Passage::begin(self, bytes)?;
        passage.go_on(self, usize::MAX)?;
        Ok(Records::of(bytes, &self.found))
    }

    fn walk(&mut self, walker: &mut Walker<'_>, most_blocks: usize) -> Result<Option<usize>, Doubt> {
        match self.machine {
            Machine::Any => walk_portable(walker, most_blocks, &mut self.found),
            #[cfg(target_arch = "x86_64")]
            Machine::Avx2(has) => has.walk(walker, most_blocks, &mut self.found),
            #[cfg(target_arch = "aarch64")]
            Machine::Neon(has) => has.walk(walker, most_blocks, &mut self.found),
        }
    }
}

/// One file's way through a scan.
struct Passage<'b> {
    bytes: &'b [u8],
    layout: Layout,
    walker: Walker<'b>,
}

impl<'b> Passage<'b> {
    fn begin(scan: &mut Scan, bytes: &'b [u8]) -> Result<Self, Doubt> {
        scan.found.clear();
        let (layout, start) = Layout::of(bytes);
        Ok(Self { bytes, layout, walker: Walker::new(bytes, layout, start)? })
    }

    /// Finds records in at most so many blocks, and tells whether these are the last.
    fn go_on(&mut self, scan: &mut Scan, most_blocks: usize) -> Result<bool, Doubt> {
        let end = scan.walk(&mut self.walker, most_blocks)?;
        if end.is_some_and(|end| !self.layout.may_follow(self.bytes.get(end..).unwrap_or_default())) {
            return Err(Doubt::NotRecords);
        }
        match self.layout {
            Layout::Envelope | Layout::Array => {}
            Layout::Lines => {
                let is_wrapping = |record: Record<'_>| record.field("Records") != Ok(None);
                if Records::of(self.bytes, &scan.found).any(is_wrapping) {
                    return Err(Doubt::Wrapping);
                }
            }
        }
        Ok(end.is_some())
    }
}

/// The records of a file, in its order.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    bytes: &'a [u8],
    found: &'a Found,
    rest: std::slice::Iter<'a, Extent>,
}

impl<'a> Records<'a> {
    fn of(bytes: &'a [u8], found: &'a Found) -> Self {
        Self { bytes, found, rest: found.extents.iter() }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Records, of which some are longer than a block, and rarely something else.
    fn piece() -> impl Strategy<Value = &'static str> {
        let records = vec![
            r#"{"a":1}"#,
            r#"{"a":",","b":{"c":[{}, 2]}}"#,
            r#"{"long":"                                                                          ","b":2}"#,
            r#"{"text":"\\\"},{"}"#,
            r#"{"a":{"b":{"c":[[[[{"d":[1,2,3,4,5,6,7,8,9]},[],[],[],{"e":[{},{},{},{}]}]]]]}},"e":2,"f":3}"#,
        ];
        prop_oneof![60 => prop::sample::select(records), 1 => prop::sample::select(vec![",", " ", "]", "x"])]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn looking_at_records_piece_by_piece_finds_those_that_looking_at_all_finds(
            pieces in prop::collection::vec(piece(), 0..30),
            separator in prop::sample::select(vec!["", ",", "\n"]),
            start in prop::sample::select(vec!["", "[", "{\"Records\":["]),
            end in prop::sample::select(vec!["", "]", "]}"]),
            most_blocks in 1_usize..4,
        ) {
            let text = format!("{start}{}{end}", pieces.join(separator));
            let told = |record: Record<'_>| (record.place(), format!("{:?}", record.fields().collect::<Vec<_>>()));
            let mut all = Scan::new();
            let all = all.records(text.as_bytes()).map(|records| records.map(told).collect::<Vec<_>>());
            for mut scan in [Scan::new(), Scan::portable()] {
                let mut each = Vec::new();
                let ended = scan.each_within(most_blocks, text.as_bytes(), |record| each.push(told(record)));
                prop_assert_eq!(ended, all.as_ref().map(Vec::len).map_err(|doubt| *doubt));
                if let Ok(all) = &all {
                    prop_assert_eq!(&each, all);
                }
            }
        }
    }
}
