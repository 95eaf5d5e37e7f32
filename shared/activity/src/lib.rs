//! Who does what when, and what of it is unlike before: the regular review of an account's activity.
//!
//! [`Call::of`] reads what counts of a record, [`Activity`] takes calls in any order, each once, within bounded memory,
//! and [`Activity::review`] compares a period with the time before it. All of it is pure: no clock, no input.

mod accounts;
mod activity;
mod amounts;
mod baseline;
mod call;
mod counts;
mod error_code;
mod hours;
mod insight;
mod named;
mod network;
mod notable;
mod novelty;
mod person;
mod place;
mod program;
mod read;
mod review;
mod rhythm;
mod summary;
mod travel;

pub use accounts::BetweenAccounts;
pub use activity::{Activity, Added, LeftOut};
pub use call::Call;
pub use counts::Counts;
pub use insight::{Insight, InsightKind};
pub use network::network;
pub use notable::{Kind, Notable};
pub use program::program;
pub use read::Read;
pub use review::{Day, Heat, Period, Principal, Review, Totals};
pub use summary::{DETAIL_TYPE_REVIEW, Every, SOURCE_REVIEW_ACTIVITY, Summary, Told};
pub use travel::{Place, Sighting, Travels};
