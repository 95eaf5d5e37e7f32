//! Suppressions: which findings somebody has said not to be told of, until when, and why.
//!
//! A suppression names rules, and says in a Sigma detection of which records it speaks. It has an owner, a reason and an
//! end. One that would hide what proves a rule is refused, and one that has expired does nothing but be reported.
//!
//! ```
//! use trailreflex_detection::{Document, RuleSet};
//! use trailreflex_suppression::{Suppressions, entries};
//!
//! let rule = serde_json::json!({"title": "Trail stopped", "name": "stopped", "logsource": {"product": "aws"},
//!     "detection": {"call": {"eventName": "StopLogging"}, "condition": "call"}});
//! let rules = RuleSet::load([Document::new("stopped.json", 1, rule)]).rules;
//! let file = serde_json::json!({"suppressions": [{
//!     "id": "rebuild", "rule": "stopped", "owner": "platform team", "reason": "the nightly rebuild of the test account",
//!     "when": {"rebuild": {"recipientAccountId": "111122223333"}, "condition": "rebuild"}, "expires": "2026-12-31",
//! }]});
//! let now = "2026-11-24T10:00:00Z".parse()?;
//! let (entries, refused) = entries("suppressions.yml", file);
//! let (suppressions, more) = Suppressions::new(entries, &rules, &[], now);
//! assert!(refused.is_empty() && more.is_empty());
//! let record = serde_json::json!({"eventName": "StopLogging", "recipientAccountId": "111122223333"});
//! assert_eq!(suppressions.suppressing("stopped", &record, now).map(|one| one.id.as_str()), Some("rebuild"));
//! # Ok::<(), jiff::Error>(())
//! ```

mod entry;
mod refused;
mod suppressions;
#[cfg(feature = "yaml")]
mod yaml;

pub use entry::{Entry, Names, entries};
pub use refused::{Problem, Refused};
pub use suppressions::{Accepted, Firing, Suppression, Suppressions};
#[cfg(feature = "yaml")]
pub use yaml::{is_suppressions, read_yaml};
