//! Masks on x86-64 machines with AVX2: 32 bytes in a register, and the parity of quotation marks by one multiplication.

use crate::masks::{BLOCK, BRACKET_OR_BRACE, Masks};
use crate::scan::Doubt;
use crate::walk::{Found, Walker, walk};
use std::arch::x86_64::{
    __m256i, _MM_HINT_T0, _mm_clmulepi64_si128, _mm_cvtsi128_si64, _mm_prefetch, _mm_set_epi64x,
    _mm_set1_epi8, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256,
    _mm256_set1_epi8,
};

/// How far ahead memory is asked for, in bytes: without that, a file that is larger than the caches takes half as long
/// again. Asking for what is not there does nothing.
const AHEAD: usize = 2048;

/// That this machine has all of what [`walk_avx2`] is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HasAvx2(());

impl HasAvx2 {
    /// Asks the machine; the answer is kept by the standard library.
    pub(crate) fn detect() -> Option<Self> {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("pclmulqdq")
            && is_x86_feature_detected!("popcnt");
        has_all.then_some(Self(()))
    }

    /// Walks with vector instructions.
    pub(crate) fn walk(
        self,
        walker: &mut Walker<'_>,
        most_blocks: usize,
        found: &mut Found,
    ) -> Result<Option<usize>, Doubt> {
        #[expect(unsafe_code, reason = "what a function is compiled for is checked when the program runs")]
        // SAFETY: a value of this type exists only where `detect` has found every feature that the function enables.
        unsafe {
            walk_avx2(walker, most_blocks, found)
        }
    }
}

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,pclmulqdq,popcnt")]
fn walk_avx2(walker: &mut Walker<'_>, most_blocks: usize, found: &mut Found) -> Result<Option<usize>, Doubt> {
    walk(walker, most_blocks, found, |block| masks(block), |quotes| parity(quotes))
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks(block: &[u8; BLOCK]) -> Masks {
    _mm_prefetch::<_MM_HINT_T0>(block.as_ptr().wrapping_add(AHEAD).cast());
    let (low, high) = load(block);
    let brace = _mm256_set1_epi8(BRACKET_OR_BRACE.cast_signed());
    let (low_braced, high_braced) = (_mm256_or_si256(low, brace), _mm256_or_si256(high, brace));
    Masks {
        quotes: equal(low, high, b'"'),
        backslashes: equal(low, high, b'\\'),
        opening: equal(low_braced, high_braced, b'{'),
        closing: equal(low_braced, high_braced, b'}'),
        commas: equal(low, high, b','),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(block: &[u8; BLOCK]) -> (__m256i, __m256i) {
    let (halves, _) = block.as_chunks::<32>();
    let [low, high] = halves else { return (_mm256_set1_epi8(0), _mm256_set1_epi8(0)) };
    #[expect(unsafe_code, reason = "loads take pointers")]
    // SAFETY: both point at 32 bytes that are borrowed, and the load asks for no alignment.
    unsafe {
        (_mm256_loadu_si256(low.as_ptr().cast()), _mm256_loadu_si256(high.as_ptr().cast()))
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn equal(low: __m256i, high: __m256i, sign: u8) -> u64 {
    let sign = _mm256_set1_epi8(sign.cast_signed());
    let low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, sign)).cast_unsigned();
    let high = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, sign)).cast_unsigned();
    u64::from(low) | u64::from(high) << 32
}

/// The same as `masks::parity`: a product without carries, with all bits set, adds up all bits below each.
#[inline]
#[target_feature(enable = "pclmulqdq")]
fn parity(bits: u64) -> u64 {
    let all = _mm_set1_epi8(-1);
    let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits.cast_signed()), all);
    _mm_cvtsi128_si64(product).cast_unsigned()
}
