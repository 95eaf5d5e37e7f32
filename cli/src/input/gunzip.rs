//! Decompressing a file in one go, into memory that is used again from file to file.
//!
//! That is several times as fast as piece by piece into memory that grows. It is for the files that trails deliver: one gzip
//! member, whole, whose last bytes say how large it is. For all others somebody else has to look.

use libdeflater::Decompressor;
use memchr::memmem;
use std::fmt;

/// A member's shortest head, and what ends it: a checksum and the size.
const LEAST: usize = 18;
/// Bytes that say the size.
const SIZE: usize = 4;
/// No byte can stand for more than this many.
const MOST_RATIO: usize = 1032;

/// What is needed to decompress.
pub(crate) struct Gunzip {
    decompressor: Decompressor,
    /// At least as large as the largest file so far.
    content: Vec<u8>,
}

impl Default for Gunzip {
    fn default() -> Self {
        Self { decompressor: Decompressor::new(), content: Vec::new() }
    }
}

impl fmt::Debug for Gunzip {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Gunzip").field("content", &self.content.len()).finish_non_exhaustive()
    }
}

impl Gunzip {
    /// Returns the content of a gzipped file; none if it is damaged, has several members, is larger than `max_bytes`, or if
    /// any of this is not certain.
    pub(crate) fn whole(&mut self, stored: &[u8], max_bytes: u64) -> Option<&[u8]> {
        let (before, said) = stored.split_last_chunk::<SIZE>()?;
        let size = usize::try_from(u32::from_le_bytes(*said)).ok()?;
        let is_likely = stored.len() >= LEAST && size <= stored.len().saturating_mul(MOST_RATIO);
        if !is_likely || u64::try_from(size).ok()? > max_bytes {
            return None;
        }
        // The first member ends with its size. If the same bytes stand nowhere before, that is where the file ends.
        if memmem::find(stored, said)? != before.len() {
            return None;
        }
        if self.content.len() < size {
            self.content.resize(size, 0);
        }
        let content = self.content.get_mut(..size)?;
        let written = self.decompressor.gzip_decompress(stored, content).ok()?;
        (written == size).then_some(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_told_of_a_file_is_all_of_it_or_nothing() {
        let text = "0123456789".repeat(10_000).into_bytes();
        let (long, short) = (gzip(&text), gzip(b"abc"));
        let mut lying = long.clone();
        let end = lying.len();
        lying[end - 4..].copy_from_slice(&[0xff; 4]);
        let mut flipped = long.clone();
        flipped[end / 2] ^= 1;
        let mut gunzip = Gunzip::default();
        for (case, stored, max_bytes, expected) in [
            ("a file", long.clone(), 1 << 20, Some(text.as_slice())),
            ("a shorter one behind it", gzip(&text[..1000]), 1 << 20, Some(&text[..1000])),
            ("as large as may be", long.clone(), 100_000, Some(&text)),
            ("larger", long.clone(), 99_999, None),
            ("two members", [long.clone(), short.clone()].concat(), 1 << 20, None),
            ("the same member twice", [long.clone(), long.clone()].concat(), 1 << 20, None),
            ("something behind it", [long.clone(), vec![0; 3]].concat(), 1 << 20, None),
            ("the same ending behind it", [long.clone(), long[end - 8..].to_vec()].concat(), 1 << 20, None),
            ("cut off", long[..end - 1].to_vec(), 1 << 20, None),
            ("a size that cannot be", lying, 1 << 40, None),
            ("damaged", flipped, 1 << 20, None),
            ("nothing", Vec::new(), 1 << 20, None),
        ] {
            assert_eq!(gunzip.whole(&stored, max_bytes), expected, "{case}");
        }
    }
}
