//! Where the records of a log file and their top-level fields are, found in one pass over its bytes without parsing them.
//!
//! Most records of a file concern nobody: no rule is about their call, no search asks for them. To know that, it is
//! enough to see a few of their fields, and those are where the brackets, quotation marks and commas say. The bytes are
//! looked at 64 at a time, by vector instructions where the machine has them (AVX2 on x86-64, NEON on ARM).
//!
//! # What is certain
//!
//! - **JSON, as `serde_json` accepts it**: what [`Scan::each`] and [`Scan::records`] give are the records, all of them and no others; what
//!   [`Record::field`] and [`Record::fields`] return are their fields, with the values that `serde_json` reads. If that
//!   cannot be told without a parser, the answer is a [`Doubt`], never a guess.
//! - **Each record that is JSON by itself**, whatever is around it: its fields are right as well.
//! - **Anything else**: no panic, and nothing outside of the bytes is read. A file that is cut off is always in doubt. What
//!   is not JSON *inside* of a record may go unnoticed (`{"a":tru}`, mismatched brackets, nesting deeper than `serde_json`
//!   goes, half a surrogate pair, text that is not UTF-8): where the record ends is then what brackets outside of texts
//!   say, and whoever parses it will hear of it. So a record may be left unparsed for what its fields say, but must not be
//!   reported as sound for that.
//!
//! ```
//! let file = br#"{"Records":[{"eventName":"CreateUser","userIdentity":{"type":"Root"}},{"eventName":"Decrypt"}]}"#;
//! let mut scan = trailreflex_scan::Scan::new();
//! let mut names = Vec::new();
//! let name = |record: trailreflex_scan::Record<'_>| Some(record.field("eventName").ok()??.text()?.into_owned());
//! assert_eq!(scan.each(file, |record| names.extend(name(record))), Ok(2));
//! assert_eq!(names, ["CreateUser", "Decrypt"]);
//! ```

#[cfg(target_arch = "x86_64")]
mod avx2;
mod keys;
mod layout;
mod masks;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
mod record;
mod scan;
mod value;
mod walk;

pub use keys::{Keys, OtherKey};
pub use record::{Field, Fields, Record, Unsure};
pub use scan::{Doubt, Records, Scan};
pub use value::RawValue;
