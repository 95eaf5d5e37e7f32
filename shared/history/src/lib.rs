//! Who did what in the past: filters on CloudTrail records, with a cheap test on the bytes that hold them.
//!
//! ```
//! use trailreflex_history::{Pattern, Query};
//! use trailreflex_model::cloudtrail::Record;
//!
//! let query = Query { events: vec!["Create*".parse::<Pattern>().unwrap()], ..Query::default() };
//! let record = serde_json::json!({"eventName": "CreateUser", "eventSource": "iam.amazonaws.com"});
//! assert!(query.matches(&Record::parse(record).unwrap()));
//! ```

mod address;
mod entries;
mod file_name;
mod lineage;
mod link;
mod pattern;
mod query;
mod selection;
mod sieve;

pub use address::{AddressPattern, InvalidAddress};
pub use entries::record_places;
pub use file_name::{Delivered, Wanted};
pub use lineage::{Edge, Lineage, Node, Start};
pub use link::{Caller, How, Link, Mark};
pub use pattern::{InvalidPattern, Pattern};
pub use query::Query;
pub use selection::Selection;
pub use sieve::{Picked, Sieve};
