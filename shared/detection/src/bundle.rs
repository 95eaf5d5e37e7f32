//! Accepted rules in one piece, so that a function starts without reading any of them.
//!
//! A bundle is a word, a format and a hash, followed by a shelf of texts: what the index needs, and each rule as JSON.
//! Loading it reads none of those; a rule is compiled when the first record is a candidate for it. So a start costs the
//! same however many rules there are.

use std::fmt;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::document::Document;
use crate::hex::hex;
use crate::index::Index;
use crate::load;
use crate::placeholders::Placeholders;
use crate::reject::Rejected;
use crate::ruleset::RuleSet;
use crate::shelved::Shelved;

/// What a bundle begins with.
const WORD: [u8; 16] = *b"trailreflex rule";

/// The format that this version writes; raised when an older reader could misunderstand a newer bundle.
const FORMAT: u32 = 2;

/// Rule documents that were accepted, and the lists their placeholders stand for.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    bytes: Bytes,
}

/// Why bytes are not a usable bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// They are something else.
    #[error("not a bundle of rules")]
    NotABundle,
    /// Another version wrote it.
    #[error("the bundle has format {found}, this version reads {FORMAT}; build it again")]
    OtherFormat {
        /// Its format.
        found: u32,
    },
    /// It was cut or changed.
    #[error("the bundle's content does not have the hash it states; build it again")]
    Damaged,
    /// A document in it is none.
    #[error("{0}")]
    BadDocument(Box<Rejected>),
}

impl Bundle {
    /// Keeps those of `documents` that can be honoured, and tells which cannot.
    ///
    /// # Errors
    /// None that is known: JSON values are always valid JSON.
    pub fn build(
        documents: Vec<Document>,
        placeholders: &Placeholders,
    ) -> Result<(Self, Vec<Rejected>), serde_json::Error> {
        let (loaded, kept) = load::load(documents, placeholders);
        let index = Index::write(loaded.rules.tests().map(|test| &test.detection));
        let content = Shelved::write(index, loaded.rules.parts(), placeholders, kept)?;
        let mut bytes = WORD.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(Sha256::digest(&content));
        bytes.extend(content);
        Ok((Self { bytes: bytes.into() }, loaded.rejected))
    }

    /// Takes what [`Bundle::as_bytes`] gave, from wherever it was since.
    ///
    /// # Errors
    /// If it is no bundle, of another format, or damaged.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Result<Self, BundleError> {
        let bundle = Self { bytes: bytes.into() };
        let (hash, content) = bundle.parts()?;
        if *hash == *Sha256::digest(content) { Ok(bundle) } else { Err(BundleError::Damaged) }
    }

    /// Takes a bundle that is part of the program.
    ///
    /// Its hash is not compared again: who can change one part of a program can change the other.
    ///
    /// # Errors
    /// If it is no bundle, or of another format.
    pub fn built_in(bytes: &'static [u8]) -> Result<Self, BundleError> {
        let bundle = Self { bytes: Bytes::from_static(bytes) };
        bundle.parts().map(|_| ())?;
        Ok(bundle)
    }

    /// Returns the bundle as it is kept in files.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the SHA-256 of the content, in hexadecimal: the same rules have the same hash.
    pub fn hash(&self) -> String {
        self.parts().map(|(hash, _)| hex(hash)).unwrap_or_default()
    }

    /// Returns the accepted documents: rules, filters, correlations.
    ///
    /// # Errors
    /// If it is damaged, which only a bundle can be that was not compared with its hash.
    pub fn documents(&self) -> Result<Vec<Document>, BundleError> {
        self.shelved()?.documents().map_err(BundleError::BadDocument)
    }

    /// Returns the rules, to be compiled when they are needed.
    ///
    /// # Errors
    /// If it is damaged, which only a bundle can be that was not compared with its hash.
    pub fn load(&self) -> Result<RuleSet, BundleError> {
        RuleSet::shelved(self.shelved()?).ok_or(BundleError::Damaged)
    }

    fn shelved(&self) -> Result<Shelved, BundleError> {
        let (_, content) = self.parts()?;
        Shelved::read(self.bytes.slice_ref(content)).ok_or(BundleError::Damaged)
    }

    /// Returns the hash and what it is of.
    fn parts(&self) -> Result<(&[u8; 32], &[u8]), BundleError> {
        let rest = self.bytes.strip_prefix(&WORD).ok_or(BundleError::NotABundle)?;
        let (format, rest) = rest.split_first_chunk().ok_or(BundleError::NotABundle)?;
        let found = u32::from_le_bytes(*format);
        if found != FORMAT {
            return Err(BundleError::OtherFormat { found });
        }
        rest.split_first_chunk().ok_or(BundleError::NotABundle)
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Bundle").field("hash", &self.hash()).finish_non_exhaustive()
    }
}
