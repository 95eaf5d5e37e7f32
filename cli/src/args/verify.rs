//! Arguments of `verify`.

use super::{Format, Limit};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// CloudTrail's public keys: what `aws cloudtrail list-public-keys --start-time … --end-time …` prints, in the Region of
    /// the digests.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: PathBuf,
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// A folder to which a trail's bucket was copied, with `AWSLogs/` (and the trail's prefix, if it has one) in it.
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
}
