//! Arguments of `review`.

use super::{Habit, Inputs, RuleSelection};
use clap::Args;
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The folder to write to, made if it is not there: review.html, review.json and a CSV file for each table.
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// The first day that is reviewed (UTC); by default the sixth before the last. Days before it are what it is compared
    /// with, so give the inputs of about four weeks before, too.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Date>,
    /// The last day that is reviewed (UTC); by default the last of which there are records.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<Date>,
    /// A database of where addresses are, of cities, in MaxMind's format (.mmdb): who is at two places at once is told, too.
    /// It is read here; no address goes anywhere.
    #[arg(long, value_name = "FILE")]
    pub(crate) locations: Option<PathBuf>,
    /// Run no rules, so that no suppressions are suggested.
    #[arg(long, conflicts_with_all = ["paths", "only_rules_given"])]
    pub(crate) no_rules: bool,
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    #[command(flatten)]
    pub(crate) habit: Habit,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}
