//! Which way the events of a rule come, and the EventBridge patterns that let them through.
//!
//! EventBridge delivers what a pattern names within seconds; log files bring everything within minutes.

mod deployed;
mod pack;
mod pattern;
mod route;

pub use deployed::{DeployedRule, undelivered};
pub use pack::{event_patterns, event_patterns_within};
pub use pattern::{EventPattern, MAX_PATTERN, STATE};
pub use route::{Delivery, InvalidDelivery, NeededCalls, needed_calls};
