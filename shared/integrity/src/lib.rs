//! CloudTrail's digest files: what a chain of them proves of the log files that they list.
//!
//! Source: CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation". Signatures are
//! checked by whoever calls, so that no cryptography but hashes is here.

mod chain;
mod digest;
mod keys;

pub use chain::{ChainId, Checked, Loaded, Problem, Signature, check};
pub use digest::{Digest, ListedFile, NotADigest, hash_of};
pub use keys::{Keys, NotKeys};
