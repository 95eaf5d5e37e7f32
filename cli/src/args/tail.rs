//! Arguments of `tail`.

use super::search::Filters;
use super::{Format, Limit};
use clap::Args;
use std::num::NonZeroU64;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Tail {
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// Lines for people, or records as they were recorded; by default the first on a terminal and the second elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Show what is there already, too.
    #[arg(long)]
    pub(crate) all: bool,
    /// How often the folder is looked at, in milliseconds.
    #[arg(long, value_name = "MS", default_value = "1000")]
    pub(crate) every: NonZeroU64,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// Show what passes the findings bus of a deployed stack instead: findings, and what came of plans. A rule and a queue are made
    /// for it, and removed at the end.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["Filters", "all", "max_bytes", "every", "folder"])]
    pub(crate) stack: Option<String>,
    /// Show what comes to a queue of one's own instead, which a rule of the findings bus fills. A message is shown once, hidden for at
    /// most ten minutes, and given back at the end.
    #[arg(long, value_name = "URL", conflicts_with_all = ["Filters", "all", "max_bytes", "every", "folder", "stack"])]
    pub(crate) queue: Option<String>,
    /// Delete from the queue what was shown. What is no event stays there.
    #[arg(long)]
    pub(crate) delete: bool,
    /// A folder that log files are delivered to, at any depth. Of .ndjson and .jsonl what is appended is shown.
    #[arg(value_name = "FOLDER", required_unless_present_any = ["stack", "queue"])]
    pub(crate) folder: Option<PathBuf>,
}
