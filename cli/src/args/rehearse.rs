//! Arguments of `rehearse`.

use super::Format;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    /// The stack's name, in the account and Region that the environment names.
    #[arg(long, default_value = "trailreflex")]
    pub(crate) stack: String,
    /// Do it; without this it is only said what would be done.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Seconds to wait for the finding, and again for the response: CloudTrail tells of a call within minutes, as a rule.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) wait: u64,
    /// Only remove users of earlier rehearsals of the stack that are still there.
    #[arg(long)]
    pub(crate) remove: bool,
    /// Lines, or one JSON object for each; by default lines on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
}
