//! The pass over the bytes: from masks to the places of records and of what separates their fields.

use crate::layout::Layout;
use crate::masks::{BLOCK, Masks, escaped};
use crate::scan::Doubt;
use std::ops::ControlFlow;

/// Places that are written at once: most blocks have no more.
const BATCH: usize = 4;

/// What was found: buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Of each record its opening brace, the commas between its fields, and its closing brace.
    places: Vec<u32>,
    /// How many of the places are meant.
    count: usize,
    /// The records that are complete.
    pub(crate) extents: Vec<Extent>,
    /// Number of the first place of the record that is open, if one is.
    first: usize,
}

/// Which of the places are those of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    first: usize,
    behind_last: usize,
    /// No key of a field has an escape.
    pub(crate) is_plain: bool,
}

impl Found {
    pub(crate) fn clear(&mut self) {
        self.count = 0;
        self.first = 0;
        self.extents.clear();
    }

    /// Forgets the records that are complete.
    pub(crate) fn drop_complete(&mut self, is_open: bool) {
        let open = if is_open { self.first..self.count } else { 0..0 };
        self.count = open.len();
        self.places.copy_within(open, 0);
        self.first = 0;
        self.extents.clear();
    }

    /// Returns the places of a record: two at least.
    pub(crate) fn places_of(&self, extent: &Extent) -> &[u32] {
        self.places.get(extent.first..extent.behind_last).unwrap_or_default()
    }

    /// Adds the places of the bits that are set.
    #[inline(always)]
    fn add(&mut self, mut bits: u64, base: u32) {
        if self.places.len() < self.count.wrapping_add(BLOCK) {
            self.grow();
        }
        let count = bits.count_ones() as usize;
        let mut rest = self.places.get_mut(self.count..).unwrap_or_default();
        // As many as a batch holds, wanted or not: cheaper than to ask for each. What is not wanted is overwritten.
        while let Some((batch, behind)) = rest.split_first_chunk_mut::<BATCH>() {
            for place in batch {
                *place = base.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
            if bits == 0 {
                break;
            }
            rest = behind;
        }
        self.count = self.count.wrapping_add(count);
    }

    #[cold]
    fn grow(&mut self) {
        let length = self.places.len().saturating_mul(2).max(64 * BLOCK);
        self.places.resize(length, 0);
    }
}

/// Goes on for at most so many blocks. Returns the place behind the list or the last line once that is reached.
///
/// It is compiled anew for each kind of machine, with the masks' functions in it.
#[inline(always)]
pub(crate) fn walk(
    walker: &mut Walker<'_>,
    most_blocks: usize,
    found: &mut Found,
    masks: impl Fn(&[u8; BLOCK]) -> Masks,
    parity: impl Fn(u64) -> u64,
) -> Result<Option<usize>, Doubt> {
    let mut here = *walker; // so that it is kept in registers
    let (blocks, tail) = here.bytes.get(here.base as usize..).unwrap_or_default().as_chunks::<BLOCK>();
    let is_last = blocks.len() <= most_blocks;
    let mut padded = [b' '; BLOCK];
    for (to, from) in padded.iter_mut().zip(tail) {
        *to = *from;
    }
    let blocks = blocks.get(..most_blocks).unwrap_or(blocks);
    let last = if is_last { std::slice::from_ref(&padded) } else { &[] };
    for blocks in [blocks, last] {
        for block in blocks {
            let ControlFlow::Continue(()) = here.step(masks(block), found, &parity) else {
                return here.end.map(Some);
            };
        }
    }
    *walker = here;
    if is_last { here.end_of_bytes().map(Some) } else { Ok(None) }
}

/// Where the walk is.
#[derive(Clone, Copy)]
pub(crate) struct Walker<'b> {
    /// At most `u32::MAX`.
    bytes: &'b [u8],
    layout: Layout,
    /// Where the block begins.
    base: u32,
    /// All bits if the block begins in a text.
    in_text: u64,
    first_is_escaped: bool,
    /// Brackets that are open: none between records, one in a record, more in the values of its fields.
    depth: usize,
    /// Behind the last record, or where the list begins.
    behind: usize,
    is_first: bool,
    is_plain: bool,
    /// Why the walk ended.
    end: Result<usize, Doubt>,
}

impl<'b> Walker<'b> {
    /// Begins at `start`, where the first record is to be looked for.
    pub(crate) fn new(bytes: &'b [u8], layout: Layout, start: usize) -> Result<Self, Doubt> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(Doubt::TooLarge);
        }
        Ok(Self {
            bytes,
            layout,
            base: u32::try_from(start).map_err(|_| Doubt::TooLarge)?,
            in_text: 0,
            first_is_escaped: false,
            depth: 0,
            behind: start,
            is_first: true,
            is_plain: true,
            end: Err(Doubt::CutOff),
        })
    }

    pub(crate) fn is_in_record(&self) -> bool {
        self.depth > 0
    }

    fn end_of_bytes(&self) -> Result<usize, Doubt> {
        let is_between = self.depth == 0 && self.in_text == 0 && !self.first_is_escaped;
        match self.layout {
            Layout::Lines if is_between => Ok(self.behind),
            Layout::Lines | Layout::Envelope | Layout::Array => Err(Doubt::CutOff),
        }
    }

    #[inline(always)]
    fn step(&mut self, masks: Masks, found: &mut Found, parity: &impl Fn(u64) -> u64) -> ControlFlow<()> {
        let mut quotes = masks.quotes;
        if masks.backslashes != 0 || self.first_is_escaped {
            let (bytes, next) = escaped(masks.backslashes, self.first_is_escaped);
            quotes &= !bytes;
            self.first_is_escaped = next;
        }
        let texts = parity(quotes) ^ self.in_text;
        self.in_text = (texts.cast_signed() >> 63).cast_unsigned();
        let (opening, closing) = (masks.opening & !texts, masks.closing & !texts);
        let flow = if self.depth > (closing.count_ones() as usize).wrapping_add(1) {
            // Whatever is closed here, it is not the value of a field.
            let opened = self.depth.wrapping_add(opening.count_ones() as usize);
            self.depth = opened.wrapping_sub(closing.count_ones() as usize);
            ControlFlow::Continue(())
        } else {
            self.look(opening, closing, masks.commas & !texts, masks.backslashes, found)
        };
        self.base = self.base.wrapping_add(BLOCK as u32);
        flow
    }

    /// Looks at a block that has a record's own level in it, or what is between records.
    #[inline(always)]
    fn look(
        &mut self,
        opening: u64,
        closing: u64,
        commas: u64,
        backslashes: u64,
        found: &mut Found,
    ) -> ControlFlow<()> {
        let mut brackets = opening | closing;
        // Places that are wanted; what is at a record's own level since the last bracket, and in this block so far.
        let (mut wanted, mut own, mut level) = (0_u64, if self.depth == 1 { !0 } else { 0 }, 0_u64);
        while brackets != 0 {
            let bit = brackets & brackets.wrapping_neg();
            let below = bit.wrapping_sub(1);
            let above = !(below | bit);
            brackets &= above;
            if opening & bit != 0 {
                level |= own & below;
                own = 0;
                if self.depth == 0 {
                    found.first = found.count.wrapping_add(wanted.count_ones() as usize);
                    self.is_plain = true;
                    self.begin(self.place(bit))?;
                    wanted |= bit;
                    own = above;
                }
                self.depth = self.depth.wrapping_add(1);
            } else {
                match self.depth {
                    0 => {
                        found.add(wanted | commas & level, self.base);
                        return self.close_list(self.place(bit));
                    }
                    1 => {
                        level |= own & below;
                        own = 0;
                        wanted |= commas & level | bit;
                        self.is_plain &= backslashes & level == 0;
                        level = 0;
                        let behind_last = found.count.wrapping_add(wanted.count_ones() as usize);
                        self.finish(self.place(bit))?;
                        found.extents.push(Extent {
                            first: found.first,
                            behind_last,
                            is_plain: self.is_plain,
                        });
                    }
                    2 => own = above,
                    _ => {}
                }
                self.depth = self.depth.wrapping_sub(1);
            }
        }
        level |= own;
        self.is_plain &= backslashes & level == 0;
        found.add(wanted | commas & level, self.base);
        ControlFlow::Continue(())
    }

    fn place(&self, bit: u64) -> usize {
        (self.base as usize).wrapping_add(bit.trailing_zeros() as usize)
    }

    /// A bracket opens between records.
    fn begin(&mut self, at: usize) -> ControlFlow<()> {
        let gap = self.bytes.get(self.behind..at).unwrap_or_default();
        if self.bytes.get(at) == Some(&b'{') && self.layout.may_separate(gap, self.is_first) {
            self.is_first = false;
            return ControlFlow::Continue(());
        }
        self.stop(Err(Doubt::NotRecords))
    }

    /// The bracket of a record closes.
    fn finish(&mut self, at: usize) -> ControlFlow<()> {
        if self.bytes.get(at) != Some(&b'}') {
            return self.stop(Err(Doubt::NotRecords));
        }
        self.behind = at.wrapping_add(1);
        ControlFlow::Continue(())
    }

    /// A bracket closes between records.
    fn close_list(&mut self, at: usize) -> ControlFlow<()> {
        let gap = self.bytes.get(self.behind..at).unwrap_or_default();
        let is_end = match self.layout {
            Layout::Envelope | Layout::Array => self.bytes.get(at) == Some(&b']'),
            Layout::Lines => false,
        };
        let is_end = is_end && crate::layout::is_blank(gap);
        self.stop(if is_end { Ok(at.wrapping_add(1)) } else { Err(Doubt::NotRecords) })
    }

    #[cold]
    fn stop(&mut self, end: Result<usize, Doubt>) -> ControlFlow<()> {
        self.end = end;
        ControlFlow::Break(())
    }
}
