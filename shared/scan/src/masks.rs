//! What one block of bytes holds, as bits: the lowest is the first byte.

/// Bytes that are looked at together: as many as a mask has bits.
pub(crate) const BLOCK: usize = 64;

/// Where the signs are that make up JSON's structure, in texts or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Masks {
    /// `"`
    pub(crate) quotes: u64,
    /// `\`
    pub(crate) backslashes: u64,
    /// `{` and `[`
    pub(crate) opening: u64,
    /// `}` and `]`
    pub(crate) closing: u64,
    /// `,`
    pub(crate) commas: u64,
}

/// Brackets and braces differ in one bit only: with it both are braces, and no other sign becomes one.
pub(crate) const BRACKET_OR_BRACE: u8 = b'{' ^ b'[';

const EVEN: u64 = 0x5555_5555_5555_5555;

/// Returns which bytes are escaped by the backslash before them, and whether the first byte of the next block is.
///
/// Of a run of backslashes every other one escapes, beginning with the first.
#[inline]
pub(crate) fn escaped(backslashes: u64, first_is_escaped: bool) -> (u64, bool) {
    let carried = u64::from(first_is_escaped);
    let backslashes = backslashes & !carried;
    let starts = backslashes & !(backslashes << 1);
    // The sum carries through the runs that begin at an even place, and clears them.
    let from_even = backslashes & !backslashes.wrapping_add(starts & EVEN);
    let escaping = (from_even & EVEN) | (backslashes & !from_even & !EVEN);
    ((escaping << 1) | carried, escaping >> 63 == 1)
}

/// Returns of each bit whether the number of bits up to it is odd: after quotation marks, what is inside of a text.
#[inline]
pub(crate) fn parity(mut bits: u64) -> u64 {
    for distance in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << distance;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_other_backslash_of_a_run_escapes() {
        for (case, backslashes, first_is_escaped, expected) in [
            ("none", 0, false, (0, false)),
            ("one at an even place", 0b1, false, (0b10, false)),
            ("one at an odd place", 0b10, false, (0b100, false)),
            ("two", 0b11, false, (0b10, false)),
            ("three", 0b1110, false, (0b1_0100, false)),
            ("one at the end", 1 << 63, false, (0, true)),
            ("two at the end", 3 << 62, false, (1 << 63, false)),
            ("all", !0, false, (!EVEN, false)),
            ("all, the first escaped", !0, true, (EVEN, true)),
            ("none, the first byte escaped", 0, true, (1, false)),
        ] {
            assert_eq!(escaped(backslashes, first_is_escaped), expected, "{case}");
        }
    }

    proptest! {
        #[test]
        fn escapes_are_those_that_reading_bit_by_bit_finds(backslashes: u64, mask: u64, first: bool) {
            let backslashes = backslashes | mask; // long runs
            let mut expected = 0_u64;
            let mut is_escaped = first;
            for bit in 0..64 {
                expected |= u64::from(is_escaped) << bit;
                is_escaped = !is_escaped && backslashes >> bit & 1 == 1;
            }
            prop_assert_eq!(escaped(backslashes, first), (expected, is_escaped));
        }

        #[test]
        fn parity_is_the_count_of_bits_so_far(bits: u64) {
            let parities = parity(bits);
            for bit in 0..64 {
                let so_far = (bits << (63 - bit)).count_ones() % 2;
                prop_assert_eq!(parities >> bit & 1, u64::from(so_far));
            }
        }
    }
}
