//! One digest file.

use jiff::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// What a digest says: which log files were delivered in about an hour, and which digest came before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    /// When the time that it covers begins.
    pub digest_start_time: Timestamp,
    /// When that ends, as it was written: the signature is about the text.
    pub digest_end_time: String,
    /// The bucket that it was delivered to.
    pub digest_s3_bucket: String,
    /// Its key there.
    pub digest_s3_object: String,
    /// Which public key its signature is checked with, in hexadecimal digits.
    pub digest_public_key_fingerprint: String,
    /// How it is signed.
    pub digest_signature_algorithm: String,
    /// The key of the digest before; none if this is the first.
    pub previous_digest_s3_object: Option<String>,
    /// The hash of that digest.
    pub previous_digest_hash_value: Option<String>,
    /// The signature of that digest, in hexadecimal digits.
    pub previous_digest_signature: Option<String>,
    /// The log files that were delivered.
    pub log_files: Vec<ListedFile>,
}

/// A log file in a digest.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedFile {
    /// Its key.
    pub s3_object: String,
    /// The hash of what it holds once decompressed, in hexadecimal digits.
    pub hash_value: String,
}

/// Why something is no digest.
#[derive(Debug, thiserror::Error)]
pub enum NotADigest {
    /// It is no JSON, or a member is missing or of another type.
    #[error("no digest of CloudTrail's")]
    Malformed(#[source] serde_json::Error),
    /// A time is none.
    #[error("`digestEndTime` is no time")]
    EndTime(#[source] jiff::Error),
    /// It is signed in a way that is not known.
    #[error("signed with an algorithm other than SHA256withRSA")]
    Algorithm,
}

impl Digest {
    /// Reads a decompressed digest file.
    ///
    /// # Errors
    /// [`NotADigest`] if it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, NotADigest> {
        let digest: Self = serde_json::from_slice(bytes).map_err(NotADigest::Malformed)?;
        digest.digest_end_time.parse::<Timestamp>().map_err(NotADigest::EndTime)?;
        if digest.digest_signature_algorithm != "SHA256withRSA" {
            return Err(NotADigest::Algorithm);
        }
        Ok(digest)
    }

    /// Returns when the time that it covers ends.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.digest_end_time.parse().unwrap_or(self.digest_start_time) // `read` has parsed it
    }

    /// Returns the text that is signed, given the hash of the digest file once decompressed.
    #[must_use]
    pub fn signed_text(&self, hash: &str) -> String {
        let previous = self.previous_digest_signature.as_deref().unwrap_or("null");
        let (end, bucket, object) = (&self.digest_end_time, &self.digest_s3_bucket, &self.digest_s3_object);
        format!("{end}\n{bucket}/{object}\n{hash}\n{previous}")
    }
}

/// Returns the SHA-256 hash in hexadecimal digits.
#[must_use]
pub fn hash_of(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
    }
    text
}
