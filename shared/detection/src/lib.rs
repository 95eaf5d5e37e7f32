//! Sigma rules compiled to an indexed rule set, evaluated on CloudTrail records.
//!
//! ```
//! use trailreflex_detection::{Document, Level, RuleSet};
//!
//! let rule = serde_json::json!({
//!     "title": "Trail stopped",
//!     "logsource": {"product": "aws", "service": "cloudtrail"},
//!     "detection": {"call": {"eventName": "StopLogging"}, "condition": "call"},
//!     "level": "high",
//! });
//! let loaded = RuleSet::load([Document::new("stopped.json", 1, rule)]);
//! let record = serde_json::json!({"eventName": "StopLogging"});
//! assert_eq!(loaded.rules.evaluate(&record)[0].rule.level, Level::High);
//! ```

mod anchor;
mod bucket;
mod bundle;
mod clause;
mod collection;
mod condition;
mod correlation;
mod detection;
mod document;
mod draft;
mod encode;
mod entry;
mod explain;
mod field;
mod filter;
mod fold;
mod glimpse;
mod hex;
mod index;
mod item;
mod level;
mod lint;
mod load;
mod logsource;
mod matcher;
mod members;
mod modifier;
mod number;
mod pattern;
mod pin;
mod placeholders;
mod record_fields;
mod regex;
mod reject;
mod rule;
mod ruleset;
mod shelf;
mod shelved;
mod sieve;
#[cfg(feature = "yaml")]
mod strict;
mod table;
mod template;
mod time;
#[cfg(feature = "yaml")]
mod yaml;

pub use bundle::{Bundle, BundleError};
pub use correlation::{
    Addition, Alert, Claim, Contribution, Item, MemoryStore, SkipReason, Skipped, WindowKey, WindowStore,
};
pub use document::{Document, Origin};
pub use explain::{Explanation, MatchedField, MatchedSelection};
pub use level::Level;
pub use lint::{Concern, Warning};
pub use pin::{Pin, Pins, Text};
pub use placeholders::Placeholders;
pub use reject::{ConditionProblem, Reason, Rejected, SelectionProblem};
pub use rule::Rule;
pub use ruleset::{Loaded, Match, Observation, RequiredEvents, RuleSet};
pub use sieve::{Candidates, RuleSieve};
#[cfg(feature = "yaml")]
pub use yaml::read_yaml;
