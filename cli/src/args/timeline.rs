//! Arguments of `timeline`.

use super::{FindingsFormat, Inputs};
use clap::Args;
use std::path::PathBuf;
use trailreflex_history::Start;

#[derive(Debug, Args)]
pub(crate) struct Timeline {
    /// By default a table on a terminal and JSON elsewhere; `html` has a graph of who became whom.
    #[arg(long)]
    pub(crate) format: Option<FindingsFormat>,
    /// Write to this file, which is there when all is written, and not before.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Where to begin: an access key, an address or network, or somebody: ARN, unique id, or name of a user, role or
    /// session, with wildcards.
    #[arg(value_name = "WHO")]
    pub(crate) start: Start,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}
