//! CloudTrail's log files as S3 keeps them: what their keys tell, and how they are decompressed within limits.

mod inflate;
mod log_key;

pub use inflate::{Inflated, Inflater, Limits, TooLarge};
pub use log_key::LogKey;
