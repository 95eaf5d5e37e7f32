//! Arguments of `search`.

use super::{Format, Inputs, in_order};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use trailreflex_history::{AddressPattern, Pattern, Query};
use trailreflex_model::AccountId;

#[derive(Debug, Args)]
pub(crate) struct Search {
    #[command(flatten)]
    pub(crate) filters: Filters,
    /// A file of Sigma rules: a record is found if one of them matches, besides all filters.
    #[arg(long, value_name = "FILE")]
    pub(crate) rule: Option<PathBuf>,
    /// By default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<RecordsFormat>,
    /// Stop after this many records.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Write to this file, which is there when all is written, and not before.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print the numbers of inputs, bytes, seconds and records on stderr.
    #[arg(long)]
    pub(crate) stats: bool,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

/// What a record must be. Each may be given several times, and one of them must fit; `*` and `?` are wildcards, and
/// letters match in any case.
#[derive(Debug, Args)]
pub(crate) struct Filters {
    /// Who called: ARN, unique id, name of user, role or session, source identity, or calling service.
    #[arg(long = "actor", value_name = "WHO")]
    actors: Vec<Pattern>,
    /// The operation, such as `CreateUser` or `Delete*`.
    #[arg(long = "event", value_name = "NAME")]
    events: Vec<Pattern>,
    /// The service: `iam` or `iam.amazonaws.com`.
    #[arg(long = "source", value_name = "SERVICE")]
    sources: Vec<Pattern>,
    /// Where it came from: an address, a network (`198.51.100.0/24`), or a service's name.
    #[arg(long = "ip", value_name = "ADDRESS")]
    addresses: Vec<AddressPattern>,
    /// The Region. Files of other Regions are not opened, as far as their names tell.
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<Pattern>,
    /// The account, of the record or the caller.
    #[arg(long = "account", value_name = "ID")]
    accounts: Vec<AccountId>,
    /// Code or message of a failed call; `*` for any failure.
    #[arg(long = "error", value_name = "ERROR")]
    errors: Vec<Pattern>,
    /// An access key, of the caller or named in the call or its answer.
    #[arg(long = "key", value_name = "KEY_ID")]
    keys: Vec<Pattern>,
    /// A resource, by ARN or by name, in the call or its answer.
    #[arg(long = "resource", value_name = "NAME")]
    resources: Vec<Pattern>,
    /// The earliest time: `2026-11-24` or `2026-11-24T10:00:00Z`. Files delivered before it are not opened.
    #[arg(long, value_name = "TIME", value_parser = beginning)]
    from: Option<Timestamp>,
    /// The latest time; a day is meant to its end. Files delivered more than a day later are not opened.
    #[arg(long, value_name = "TIME", value_parser = end)]
    to: Option<Timestamp>,
}

/// How records are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecordsFormat {
    /// For people.
    Table,
    /// For programs: one record per line, as recorded.
    Json,
    /// For spreadsheets: what could be a formula begins with an apostrophe.
    Csv,
}

impl From<Format> for RecordsFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
        }
    }
}

impl Filters {
    /// Returns the query that the filters make.
    ///
    /// # Errors
    /// If the end lies before the beginning.
    pub(crate) fn query(&self) -> anyhow::Result<Query> {
        in_order(self.from, self.to)?;
        Ok(Query {
            actors: self.actors.clone(),
            events: self.events.clone(),
            sources: self.sources.clone(),
            addresses: self.addresses.clone(),
            regions: self.regions.clone(),
            accounts: self.accounts.clone(),
            errors: self.errors.clone(),
            keys: self.keys.clone(),
            resources: self.resources.clone(),
            from: self.from,
            to: self.to,
        })
    }
}

pub(super) fn beginning(text: &str) -> Result<Timestamp, String> {
    moment(text, |day| day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()))
}

pub(super) fn end(text: &str) -> Result<Timestamp, String> {
    let last = |day: Date| day.at(23, 59, 59, 999_999_999).to_zoned(TimeZone::UTC).ok();
    moment(text, |day| last(day).map(|zoned| zoned.timestamp()))
}

fn moment(text: &str, of_day: impl Fn(Date) -> Option<Timestamp>) -> Result<Timestamp, String> {
    let time = text.parse::<Timestamp>().ok();
    // A text with a time of day is no day: without an offset nobody knows when it is.
    let day = || text.parse::<Date>().ok().filter(|_| !text.contains(':')).and_then(of_day);
    time.or_else(day)
        .ok_or_else(|| "write a day, 2026-11-24, or a time with its offset, 2026-11-24T10:00:00Z".to_owned())
}
