//! Arguments of the commands that learn from what has happened.

use super::{FindingsFormat, Format, Inputs, RuleSelection};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Backtest {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    /// By default a table on a terminal and JSON elsewhere; JSON and CSV have one rule per line.
    #[arg(long)]
    pub(crate) format: Option<FindingsFormat>,
    #[command(flatten)]
    pub(crate) habit: Habit,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

#[derive(Debug, Args)]
pub(crate) struct Suggest {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    #[command(flatten)]
    pub(crate) habit: Habit,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

/// What makes a habit of somebody's firing a rule.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Habit {
    /// On how many days at least.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) min_days: u32,
    /// How many of a hundred of the rule's findings at least.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) min_share: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    /// A table, or one JSON object per rule and line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Where the bundle goes.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct BuildSuppressions {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    /// Where they go. Functions read only what ends with `.suppressions`.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Files of suppressions, or folders of them (.yml, .yaml).
    #[arg(required = true, value_name = "PATH")]
    pub(crate) suppressions: Vec<PathBuf>,
}
