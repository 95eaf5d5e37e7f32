//! Arguments of `verify`.

use super::{Format, Limit};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// CloudTrail's public keys: what `aws cloudtrail list-public-keys --start-time … --end-time …` prints, in the Region of
    /// the digests. By default CloudTrail is asked for them, which needs `cloudtrail:ListPublicKeys`.
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// The trail's bucket, s3://BUCKET or s3://BUCKET/PREFIX, which needs `s3:ListBucket` and `s3:GetObject`; or a folder to which
    /// it was copied, with `AWSLogs/` (and the trail's prefix, if it has one) in it.
    #[arg(value_name = "PLACE")]
    pub(crate) place: PathBuf,
}
