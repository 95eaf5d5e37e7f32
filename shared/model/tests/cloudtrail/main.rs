//! CloudTrail records as they really come: each oddity seen in public records is a case.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test may panic, its helpers too"
)]

mod envelopes;
mod log_files;
mod properties;
mod records;
mod summary;
