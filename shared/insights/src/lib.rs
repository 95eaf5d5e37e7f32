//! What investigators ask of a trail's log group: a closed list of queries in the language of Logs Insights, and what may be put
//! into them.
//!
//! Nothing that somebody has typed becomes part of a query unless it is of a closed form, or is written so that it is text and
//! nothing else. The template's saved queries are written from the same list.

mod catalogue;
mod cost;
mod parameter;
mod query;

pub use catalogue::QUERIES;
pub use cost::{Bytes, advice};
pub use parameter::{Kind, NotOfKind, Parameter};
pub use query::{Filled, MAX_ROWS, Query, Rejected};
