//! What every function needs: run loop, configuration, failures, logs, and the one clock.

mod batch;
mod environment;
mod failure;
#[cfg(feature = "metering")]
mod metering;
mod not_json;
#[cfg(feature = "findings")]
mod own_rules;
#[cfg(feature = "findings")]
mod reporter;
mod run;
mod schedule;
mod start;
mod telemetry;

pub use batch::{Answer, Batch, Failed, Message};
pub use environment::{Environment, InvalidConfiguration};
pub use failure::Failure;
#[cfg(feature = "metering")]
pub use metering::Metering;
#[cfg(feature = "findings")]
pub use own_rules::{BuiltIn, Current, Damaged, InvalidRulesUri, Rules, RulesUri};
#[cfg(feature = "findings")]
pub use reporter::{Reported, Reporter};
pub use run::{Edge, run};
pub use schedule::is_scheduled;
pub use start::{Started, start};

/// Returns the time. Nothing else in production code reads a clock: whoever needs the time is given it.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
#[must_use]
pub fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}
