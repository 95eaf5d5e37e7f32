//! The digests of one trail in one account and Region, each of which vouches for the one before.

use crate::digest::Digest;
use crate::keys::Keys;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A digest file as it was found.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Its key, or its path below the folder that the bucket was copied to.
    pub path: String,
    /// The hash of what it holds once decompressed.
    pub hash: String,
    /// What it says.
    pub digest: Digest,
    /// Its signature in hexadecimal digits, from the object's metadata, if that was kept.
    pub signature: Option<String>,
}

/// All of a digest's name but the time: account, Region and trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChainId(pub String);

/// Whether AWS has signed a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It has, and the digest is as it was signed.
    Valid,
    /// The signature does not fit the digest.
    Invalid,
    /// The public key is not among those given.
    UnknownKey,
    /// No signature is here: it stands in the next digest or in the object's metadata.
    Absent,
}

/// What is wrong with a digest or its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file does not lie where it says it was delivered.
    #[error("moved: it was delivered as {says}")]
    Moved {
        /// The key in it.
        says: String,
    },
    /// Its signature does not fit.
    #[error("altered: its signature does not fit")]
    BadSignature,
    /// The next digest tells another hash of it.
    #[error("altered: the next digest has another hash of it")]
    BadHash,
    /// The digest before is not here though earlier ones are.
    #[error("deleted: the digest before it, {object}")]
    PreviousMissing {
        /// Its key.
        object: String,
    },
    /// The chain was begun anew: logging or validation was switched off in between, or digests were made up.
    #[error("begins a new chain: nothing vouches for what was delivered from {from} to {to}")]
    BegunAnew {
        /// When the digest before ends.
        from: Timestamp,
        /// When this one begins.
        to: Timestamp,
    },
    /// Its time does not follow on that of the digest before.
    #[error("gap: {from} to {to} is in no digest")]
    Gap {
        /// When the digest before ends.
        from: Timestamp,
        /// When this one begins.
        to: Timestamp,
    },
}

/// What was found of a digest.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The digest.
    pub loaded: Loaded,
    /// Whether AWS has signed it.
    pub signature: Signature,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Nothing earlier of its chain is here: the key of the digest before, which cannot be checked.
    pub is_preceded_by: Option<String>,
}

/// Checks digests, of any number of chains and in any order. `is_signed` is given a public key (DER, PKCS #1), a
/// message and a signature (RSASSA-PKCS1-v1_5 with SHA-256).
#[must_use]
pub fn check(
    digests: Vec<Loaded>,
    keys: &Keys,
    is_signed: impl Fn(&[u8], &[u8], &[u8]) -> bool,
) -> BTreeMap<ChainId, Vec<Checked>> {
    let mut chains: BTreeMap<ChainId, Vec<Loaded>> = BTreeMap::new();
    for loaded in digests {
        chains.entry(loaded.chain()).or_default().push(loaded);
    }
    let checked = |mut chain: Vec<Loaded>| {
        chain.sort_by_key(|loaded| loaded.digest.end());
        check_chain(chain, keys, &is_signed)
    };
    chains.into_iter().map(|(id, chain)| (id, checked(chain))).collect()
}

impl Loaded {
    /// Returns which chain it belongs to.
    #[must_use]
    pub fn chain(&self) -> ChainId {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or_default();
        ChainId(name.rsplit_once('_').map_or(name, |(chain, _)| chain).to_owned())
    }

    fn signature_is(
        &self,
        text: &str,
        keys: &Keys,
        is_signed: &impl Fn(&[u8], &[u8], &[u8]) -> bool,
    ) -> Signature {
        let Some(key) = keys.get(&self.digest.digest_public_key_fingerprint) else {
            return Signature::UnknownKey;
        };
        let message = self.digest.signed_text(&self.hash);
        let is_valid = from_hex(text).is_some_and(|signature| is_signed(key, message.as_bytes(), &signature));
        if is_valid { Signature::Valid } else { Signature::Invalid }
    }
}

fn check_chain(
    chain: Vec<Loaded>,
    keys: &Keys,
    is_signed: &impl Fn(&[u8], &[u8], &[u8]) -> bool,
) -> Vec<Checked> {
    let mut all: Vec<Checked> = Vec::with_capacity(chain.len());
    let mut following = chain.iter().skip(1).cloned().map(Some).chain([None]).collect::<Vec<_>>().into_iter();
    for loaded in chain {
        let next = following.next().flatten();
        let is_mine = |next: &&Loaded| {
            next.digest.previous_digest_s3_object.as_ref() == Some(&loaded.digest.digest_s3_object)
        };
        let next = next.as_ref().filter(is_mine).map(|next| &next.digest);
        let vouched = next.and_then(|next| next.previous_digest_signature.as_ref());
        let texts = [loaded.signature.as_ref(), vouched];
        let found: Vec<_> = texts
            .into_iter()
            .flatten()
            .map(|text| loaded.signature_is(text.trim(), keys, is_signed))
            .collect();
        // Every signature that is here must fit: one that does not shows that something was altered.
        let worst = [Signature::Invalid, Signature::UnknownKey, Signature::Valid];
        let signature = worst.into_iter().find(|one| found.contains(one)).unwrap_or(Signature::Absent);
        let mut problems = Vec::new();
        if !loaded.path.replace('\\', "/").ends_with(&loaded.digest.digest_s3_object) {
            problems.push(Problem::Moved { says: loaded.digest.digest_s3_object.clone() });
        }
        if signature == Signature::Invalid {
            problems.push(Problem::BadSignature);
        }
        let hash = next.and_then(|next| next.previous_digest_hash_value.as_ref());
        if hash.is_some_and(|hash| !hash.eq_ignore_ascii_case(&loaded.hash)) {
            problems.push(Problem::BadHash);
        }
        let previous = loaded.digest.previous_digest_s3_object.clone();
        let mut is_preceded_by = None;
        let begin = loaded.digest.digest_start_time;
        match (all.last().map(|before| &before.loaded.digest), previous) {
            (None, previous) => is_preceded_by = previous,
            (Some(before), None) => {
                problems.push(Problem::BegunAnew { from: before.end(), to: begin });
            }
            (Some(before), Some(object)) if object != before.digest_s3_object => {
                problems.push(Problem::PreviousMissing { object });
            }
            (Some(before), Some(_)) if before.end() != begin => {
                problems.push(Problem::Gap { from: before.end(), to: begin });
            }
            (Some(_), Some(_)) => {}
        }
        all.push(Checked { loaded, signature, problems, is_preceded_by });
    }
    all
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let digits = |at: usize| text.get(at..at.saturating_add(2));
    let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(digits(at)?, 16).ok());
    if is_hex { bytes.collect() } else { None }
}
