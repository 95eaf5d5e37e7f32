//! Who does what when, and what of it is unlike before: the regular review of an account's activity.
//!
//! [`Call::of`] reads what counts of a record, [`Activity`] takes calls in any order, each once, within bounded memory,
//! and [`Activity::review`] compares a period with the time before it. All of it is pure: no clock, no input.

mod activity;
mod baseline;
mod call;
mod counts;
mod network;
mod notable;
mod person;
mod program;
mod review;

pub use activity::{Activity, Added, LeftOut};
pub use call::Call;
pub use counts::Counts;
pub use network::network;
pub use notable::{Kind, Notable};
pub use program::program;
pub use review::{Day, Heat, Period, Principal, Review, Totals};
