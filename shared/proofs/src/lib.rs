//! Proofs of rules: records that must make rules fire, and records that come close and must not.
//!
//! A file of proofs, `<rule>.tests.yml`, stands beside its rule. `rules/README.md` describes the format.
//!
//! ```
//! use trailreflex_detection::{RuleSet, read_yaml};
//!
//! let rule = "title: Trail stopped\nname: stopped\nlogsource: {product: aws, service: cloudtrail}\n\
//!     detection: {call: {eventName: StopLogging}, condition: call}\nlevel: high\n";
//! let rules = RuleSet::load(read_yaml("stopped.yml", rule).0).rules;
//! let proofs = "tests: [{what: A trail is stopped, record: {eventName: StopLogging}, fires: [stopped]}]";
//! let proofs = trailreflex_proofs::read("stopped.tests.yml", proofs)?;
//! assert_eq!(proofs[0].failure(&rules), None);
//! # Ok::<(), trailreflex_proofs::Unreadable>(())
//! ```

mod build;
mod file;
mod judge;

pub use file::Unreadable;
pub use judge::{Failure, called};

use serde_json::Value;

/// One statement about rules: what fires on these records, and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The file that states it.
    pub file: String,
    /// The statement, a sentence.
    pub what: String,
    /// Complete CloudTrail records, in the order they happen.
    pub records: Vec<Value>,
    /// Names or ids of all rules and correlations that fire.
    pub fires: Vec<String>,
    /// Names or ids of the rules it shows to stay quiet: by default the one the file is named after.
    pub near_miss_of: Vec<String>,
}

/// Reads a file of proofs.
///
/// # Errors
/// If it is not YAML, holds an unknown key or caller, or a proof without records.
pub fn read(file: &str, text: &str) -> Result<Vec<Proof>, Unreadable> {
    let tests = file::parse(file, text)?;
    let build =
        |(number, case)| build::proof(file, number, case).map_err(|cause| Unreadable::new(file, &cause));
    tests.into_iter().enumerate().map(build).collect()
}
