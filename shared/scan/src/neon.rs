//! Masks on 64-bit ARM, all of which has NEON: 16 bytes in a register.

use crate::masks::{BLOCK, BRACKET_OR_BRACE, Masks, parity};
use crate::scan::Doubt;
use crate::walk::{Found, Walker, walk};
use std::arch::aarch64::{
    uint8x16_t, vandq_u8, vceqq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8, vorrq_u8, vpaddq_u8,
    vreinterpretq_u64_u8,
};

/// That NEON is there, which the compiler takes for granted on 64-bit ARM unless told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HasNeon(());

impl HasNeon {
    /// Asks the machine.
    pub(crate) fn detect() -> Option<Self> {
        std::arch::is_aarch64_feature_detected!("neon").then_some(Self(()))
    }

    /// Walks with vector instructions.
    pub(crate) fn walk(
        self,
        walker: &mut Walker<'_>,
        most_blocks: usize,
        found: &mut Found,
    ) -> Result<Option<usize>, Doubt> {
        #[expect(unsafe_code, reason = "what a function is compiled for is checked when the program runs")]
        // SAFETY: a value of this type exists only where `detect` has found NEON.
        unsafe {
            walk_neon(walker, most_blocks, found)
        }
    }
}

#[target_feature(enable = "neon")]
fn walk_neon(walker: &mut Walker<'_>, most_blocks: usize, found: &mut Found) -> Result<Option<usize>, Doubt> {
    walk(walker, most_blocks, found, |block| masks(block), parity)
}

#[inline]
#[target_feature(enable = "neon")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    let vectors = load(block);
    let braced = vectors.map(|vector| vorrq_u8(vector, vdupq_n_u8(BRACKET_OR_BRACE)));
    Masks {
        quotes: equal(vectors, b'"'),
        backslashes: equal(vectors, b'\\'),
        opening: equal(braced, b'{'),
        closing: equal(braced, b'}'),
        commas: equal(vectors, b','),
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn load(block: &[u8; BLOCK]) -> [uint8x16_t; 4] {
    let (quarters, _) = block.as_chunks::<16>();
    let [one, two, three, four] = quarters else { return [vdupq_n_u8(0); 4] };
    [one, two, three, four].map(|quarter| load_quarter(quarter))
}

#[inline]
#[target_feature(enable = "neon")]
fn load_quarter(quarter: &[u8; 16]) -> uint8x16_t {
    #[expect(unsafe_code, reason = "loads take pointers")]
    // SAFETY: it points at 16 bytes that are borrowed, and the load asks for no alignment.
    unsafe {
        vld1q_u8(quarter.as_ptr())
    }
}

/// Returns a bit for each byte that is `sign`. Each byte that is keeps the one bit of its place among eight; adding
/// neighbours three times brings eight bytes together in one.
#[inline]
#[target_feature(enable = "neon")]
fn equal(vectors: [uint8x16_t; 4], sign: u8) -> u64 {
    const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let places = load_quarter(&PLACES);
    let [one, two, three, four] = vectors.map(|vector| vandq_u8(vceqq_u8(vector, vdupq_n_u8(sign)), places));
    let halves = vpaddq_u8(vpaddq_u8(one, two), vpaddq_u8(three, four));
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(halves, halves)))
}
