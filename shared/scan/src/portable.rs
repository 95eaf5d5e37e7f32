//! Masks on any machine: eight bytes at a time in a word.

use crate::masks::{BLOCK, BRACKET_OR_BRACE, Masks, parity};
use crate::scan::Doubt;
use crate::walk::{Found, Walker, walk};

/// Walks as every machine can.
pub(crate) fn walk_portable(
    walker: &mut Walker<'_>,
    most_blocks: usize,
    found: &mut Found,
) -> Result<Option<usize>, Doubt> {
    walk(walker, most_blocks, found, masks, parity)
}

#[inline]
pub(crate) fn masks(block: &[u8; BLOCK]) -> Masks {
    let mut masks = Masks { quotes: 0, backslashes: 0, opening: 0, closing: 0, commas: 0 };
    let (words, _) = block.as_chunks::<8>();
    for (word, shift) in words.iter().zip((0_u32..).step_by(8)) {
        let word = u64::from_le_bytes(*word);
        let braced = word | repeated(BRACKET_OR_BRACE);
        masks.quotes |= equal(word, b'"') << shift;
        masks.backslashes |= equal(word, b'\\') << shift;
        masks.opening |= equal(braced, b'{') << shift;
        masks.closing |= equal(braced, b'}') << shift;
        masks.commas |= equal(word, b',') << shift;
    }
    masks
}

/// Returns a bit for each byte of `word` that is `sign`.
fn equal(word: u64, sign: u8) -> u64 {
    const LOW: u64 = u64::from_le_bytes([0x7f; 8]);
    // The highest bit of a byte of `other` stays clear only if all its bits are.
    let difference = word ^ repeated(sign);
    let other = ((difference & LOW) + LOW) | difference;
    // The product brings the eight bits together in its highest byte.
    ((!other & !LOW) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

const fn repeated(sign: u8) -> u64 {
    u64::from_le_bytes([sign; 8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plainly(block: &[u8; BLOCK], signs: &[u8]) -> u64 {
        (0..).zip(block).map(|(bit, byte)| u64::from(signs.contains(byte)) << bit).sum()
    }

    proptest! {
        #[test]
        fn masks_are_those_of_looking_at_each_byte(block in any_block()) {
            prop_assert_eq!(masks(&block), Masks {
                quotes: plainly(&block, b"\""), backslashes: plainly(&block, b"\\"), opening: plainly(&block, b"{["),
                closing: plainly(&block, b"}]"), commas: plainly(&block, b","),
            });
        }
    }

    /// Any bytes, many of which are signs or differ from signs in one bit.
    fn any_block() -> impl Strategy<Value = [u8; BLOCK]> {
        let near =
            (prop::sample::select(b"\"\\{[}],".to_vec()), prop::sample::select(vec![0, 1, 2, 0x20, 0x80]));
        let byte = prop_oneof![any::<u8>(), near.prop_map(|(sign, bit)| sign ^ bit)];
        prop::collection::vec(byte, BLOCK).prop_map(|bytes| bytes.try_into().unwrap())
    }
}
