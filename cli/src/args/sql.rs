//! Arguments of `sql`.

use super::{Format, Inputs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Sql {
    /// By default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<RowsFormat>,
    /// Write to this file, which is there when all is written, and not before.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Bytes of memory for sorting, joining and grouping; by default 1 GiB. What needs more goes to temporary files.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30, hide_default_value = true)]
    pub(crate) max_memory: usize,
    /// Bytes of temporary files; by default 20 GiB. A query that needs more is refused.
    #[arg(long, value_name = "BYTES", default_value_t = 20 << 30, hide_default_value = true)]
    pub(crate) max_spill: u64,
    /// Print the numbers of inputs, bytes, seconds and rows on stderr.
    #[arg(long)]
    pub(crate) stats: bool,
    /// One SELECT; or `@FILE` to read it from a file.
    #[arg(value_name = "QUERY")]
    pub(crate) query: String,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

/// How rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RowsFormat {
    /// For people.
    Table,
    /// For programs: one object per line.
    Json,
    /// For spreadsheets: what could be a formula begins with an apostrophe.
    Csv,
    /// For further queries, here or elsewhere; needs --output.
    Parquet,
}

impl From<Format> for RowsFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
        }
    }
}
