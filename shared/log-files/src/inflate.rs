//! Decompressing piece by piece, within limits.
//!
//! Whether a file is gzip is told by its first bytes, not by its name. A file that is larger than CloudTrail makes
//! them is refused before it fills the memory. One that ends too early gives what could be read: a record before
//! the damage is as true as it was, and whoever may damage files must not be able to hide records that way.

use flate2::write::MultiGzDecoder;
use std::io::{Error, Write};

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Largest sizes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// As stored.
    pub stored: usize,
    /// Decompressed.
    pub content: usize,
}

impl Limits {
    /// Far above what CloudTrail writes (about 50 MB decompressed at most), and what the function's memory of 1 GB
    /// can hold as records.
    pub const DEFAULT: Self = Self { stored: 16 * 1024 * 1024, content: 64 * 1024 * 1024 };
}

/// A file is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// As stored.
    #[error("the file is larger than {0} bytes; CloudTrail writes none that large")]
    Stored(usize),
    /// Decompressed: a decompression bomb.
    #[error("the file is larger than {0} bytes decompressed; CloudTrail writes none that large")]
    Content(usize),
}

/// A decompressed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflated {
    /// What could be decompressed.
    pub content: Vec<u8>,
    /// Why that is not all.
    pub damage: Option<String>,
}

/// Takes the pieces of a file.
#[derive(Debug)]
pub struct Inflater {
    limits: Limits,
    stored: usize,
    form: Form,
    damage: Option<String>,
}

#[derive(Debug)]
enum Form {
    /// The first byte, if that is all so far.
    Unknown(Vec<u8>),
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

impl Inflater {
    /// An inflater that refuses more than `limits`.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, stored: 0, form: Form::Unknown(Vec::new()), damage: None }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// [`TooLarge`]; what was decompressed is then to be dropped.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        self.stored = self.stored.saturating_add(piece.len());
        if self.stored > self.limits.stored {
            return Err(TooLarge::Stored(self.limits.stored));
        }
        if let Form::Unknown(first) = &mut self.form {
            first.extend_from_slice(piece);
            if first.len() < GZIP.len() {
                return Ok(());
            }
            let first = std::mem::take(first);
            let content = Capped { bytes: Vec::new(), limit: self.limits.content, is_over: false };
            self.form = if first.starts_with(&GZIP) {
                Form::Gzip(Box::new(MultiGzDecoder::new(content)))
            } else {
                Form::Plain(content)
            };
            return self.write(&first);
        }
        self.write(piece)
    }

    /// Returns the content.
    ///
    /// # Errors
    /// [`TooLarge`], as the last bytes may be decompressed only here.
    pub fn finish(mut self) -> Result<Inflated, TooLarge> {
        if let Form::Gzip(gzip) = &mut self.form
            && self.damage.is_none()
        {
            let ended = gzip.try_finish();
            self.settle(ended)?;
        }
        let content = match self.form {
            Form::Unknown(bytes) => bytes,
            Form::Plain(content) => content.bytes,
            Form::Gzip(mut gzip) => std::mem::take(&mut gzip.get_mut().bytes),
        };
        Ok(Inflated { content, damage: self.damage })
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), TooLarge> {
        if self.damage.is_some() {
            return Ok(()); // behind the damage nothing can be decompressed
        }
        let written = match &mut self.form {
            Form::Unknown(_) => Ok(()),
            Form::Plain(content) => content.write_all(piece),
            Form::Gzip(gzip) => gzip.write_all(piece),
        };
        self.settle(written)
    }

    fn settle(&mut self, result: Result<(), Error>) -> Result<(), TooLarge> {
        let is_over = match &self.form {
            Form::Unknown(_) => false,
            Form::Plain(content) => content.is_over,
            Form::Gzip(gzip) => gzip.get_ref().is_over,
        };
        if is_over {
            return Err(TooLarge::Content(self.limits.content));
        }
        self.damage = result.err().map(|error| format!("the gzip data is damaged or cut off: {error}"));
        Ok(())
    }
}

/// Bytes up to a limit.
#[derive(Debug)]
struct Capped {
    bytes: Vec<u8>,
    limit: usize,
    is_over: bool,
}

impl Write for Capped {
    fn write(&mut self, more: &[u8]) -> Result<usize, Error> {
        if self.bytes.len().saturating_add(more.len()) > self.limit {
            self.is_over = true;
            return Err(Error::other("too large"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
