//! Arguments of `doctor`.

use super::Format;
use clap::Args;
use trailreflex_model::Region;

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The stack's name, in the account and Region that the environment names.
    #[arg(long, default_value = "trailreflex")]
    pub(crate) stack: String,
    /// Other Regions of the account that are to send what they see, with commas, such as eu-west-1,us-west-2.
    #[arg(long, value_name = "REGIONS", value_delimiter = ',')]
    pub(crate) regions: Vec<Region>,
    /// Show which controls of CIS, PCI DSS, SOC 2 and ISO 27001 that proves, and what is missing, instead of the checks.
    #[arg(long)]
    pub(crate) compliance: bool,
    /// Say what the stack costs in a month, by what it did in the last seven days, instead of the checks.
    #[arg(long, conflicts_with_all = ["compliance", "regions"])]
    pub(crate) cost: bool,
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
}
