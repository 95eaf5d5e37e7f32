//! Arguments of `insights`.

use super::Format;
use super::search::{RecordsFormat, beginning, end};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum InsightsCommand {
    /// List the queries, and what each asks for.
    List(ListQueries),
    /// Run a query, and print its rows.
    ///
    /// Logs Insights bills the bytes that it looks at; about how many is said before. Needs `cloudwatch:GetMetricData`,
    /// `logs:StartQuery`, `logs:GetQueryResults` and `logs:StopQuery`, and with --stack `logs:DescribeQueryDefinitions`.
    Run(Box<RunQuery>),
}

#[derive(Debug, Args)]
pub(crate) struct ListQueries {
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Args)]
pub(crate) struct RunQuery {
    /// The query's name, as `insights list` shows it.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What the query asks for.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = named_value)]
    pub(crate) parameters: Vec<(String, String)>,
    /// The earliest time: `2026-11-24` or `2026-11-24T10:00:00Z`.
    #[arg(long, value_name = "TIME", value_parser = beginning)]
    pub(crate) from: Option<Timestamp>,
    /// The latest time; a day is meant to its end. By default now.
    #[arg(long, value_name = "TIME", value_parser = end, requires = "from")]
    pub(crate) to: Option<Timestamp>,
    /// The time until now: `30m`, `24h`, `7d` or `2w`. By default a day.
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with_all = ["from", "to"])]
    pub(crate) last: Option<SignedDuration>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Refuse to look at more bytes than this; by default 50 GB.
    #[arg(long, value_name = "BYTES", default_value_t = 50 << 30, hide_default_value = true)]
    pub(crate) max_bytes: u64,
    /// Look at as much as there is.
    #[arg(long)]
    pub(crate) yes: bool,
    /// A table, one JSON object per line, or CSV; by default a table on a terminal and JSON elsewhere. Of queries for whole records,
    /// the JSON is the records.
    #[arg(long)]
    pub(crate) format: Option<RecordsFormat>,
    /// Write to this file, which is there when all is written.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Most rows, 1 to 100,000; by default as many as the query says.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<u32>,
}

/// Which log groups.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Place {
    /// The log group of this stack's trail, in the account and Region that the environment names.
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// A log group that a trail delivers to, likewise; at most 50 of them.
    #[arg(long = "log-group", value_name = "GROUP")]
    pub(crate) log_groups: Vec<String>,
}

fn named_value(text: &str) -> Result<(String, String), String> {
    let named = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = named.ok_or("write a parameter's name, = and its value")?;
    Ok((name.to_owned(), value.to_owned()))
}

fn duration(text: &str) -> Result<SignedDuration, String> {
    let minutes = [("m", 1), ("h", 60), ("d", 24 * 60), ("w", 7 * 24 * 60)];
    let found = minutes.iter().find_map(|(unit, minutes)| {
        // A sign before the number is none of the digits.
        let count =
            text.strip_suffix(unit).filter(|count| count.bytes().all(|byte| byte.is_ascii_digit()))?;
        count.parse::<i64>().ok()?.checked_mul(*minutes)
    });
    let found = found.filter(|minutes| (1..=10 * 366 * 24 * 60).contains(minutes));
    let minutes = found.ok_or("write a number and m, h, d or w: `24h`")?;
    Ok(SignedDuration::from_mins(minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        for (text, hours) in [("60m", Some(1)), ("24h", Some(24)), ("7d", Some(168)), ("2w", Some(336))] {
            assert_eq!(duration(text).ok(), hours.map(SignedDuration::from_hours), "{text}");
        }
        for text in [
            "",
            "h",
            "-1h",
            "+1h",
            "0h",
            "1.5h",
            "24",
            "24 h",
            "99999999999999999999h",
            "9999999999999999w",
            "5000d",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_parameter_has_a_name_and_its_value_may_have_anything() {
        let named = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(named_value("text=a=b"), named("text", "a=b"));
        assert_eq!(named_value("text="), named("text", ""));
        for text in ["text", "=b", ""] {
            assert!(named_value(text).is_err(), "{text}");
        }
    }
}
