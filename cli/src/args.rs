//! What the command can be asked, as its help shows it.

mod access;
mod doctor;
mod event_history;
mod history;
mod insights;
mod operate;
mod rehearse;
mod review;
mod rules;
mod search;
mod sql;
mod tail;
mod timeline;
mod verify;

pub(crate) use access::{
    AccessCommand, Actions, CheckAccess, Generate, KindOfPolicy, PlacementOption, Simulate, UnusedOptions,
    Validate,
};
pub(crate) use doctor::Doctor;
pub(crate) use event_history::EventHistory;
pub(crate) use history::{Backtest, Build, BuildSuppressions, Habit, Suggest};
pub(crate) use insights::{InsightsCommand, ListQueries, RunQuery};
pub(crate) use operate::{Decide, Status, Undo};
pub(crate) use rehearse::Rehearse;
pub(crate) use review::Review;
pub(crate) use rules::{Check, Explain, List, Patterns, RuleSelection, RulesCommand, Test};
pub(crate) use search::{RecordsFormat, Search};
#[cfg(feature = "sql")]
pub(crate) use sql::RowsFormat;
pub(crate) use sql::Sql;
pub(crate) use tail::Tail;
pub(crate) use timeline::Timeline;
pub(crate) use verify::Verify;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use trailreflex_detection::Level;
use trailreflex_model::AccountId;
use trailreflex_response::Protected;

/// Detect and contain leaked AWS credentials: the rules and plans of the Lambda functions, on files.
#[derive(Debug, Parser)]
#[command(name = "trailreflex", version, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Evaluate rules on CloudTrail records in files.
    ///
    /// Ends with 0 if it ran, whether or not anything was found, and with 2 if an input could not be read at all.
    Evaluate(Evaluate),
    /// Say how often each rule would have fired in the past, because of whom, and what would have been done.
    ///
    /// Responses are decided on a simulated account: nothing is read from or changed in AWS.
    Backtest(Backtest),
    /// Find records in logs by who, what, where and when, or by a Sigma rule.
    ///
    /// Ends with 0 if it ran, whether or not anything was found, and with 2 if an input could not be read at all.
    Search(Box<Search>),
    /// Ask logs in SQL, as Athena would be asked: the table is `cloudtrail`.
    ///
    /// For builds with the feature `sql`. Only reads, and nothing but its inputs: logs, or Parquet files that an earlier
    /// query has written. Ends with 2 if an input could not be read at all.
    Sql(Box<Sql>),
    /// Follow an identity through logs: what it did, and what everybody did whom it became or made.
    ///
    /// Follows assumed roles, federation and session tokens, and keys, users, roles and passwords that were made. Reads
    /// its inputs twice.
    Timeline(Timeline),
    /// Review who does what, against what they used to do: a page with pictures, JSON and CSV.
    ///
    /// Says who is new or awake again, uses another Region, network, program or service, works at other hours, or calls, fails
    /// or is refused far more than usual. Ends with 2 if an input could not be read at all.
    Review(Review),
    /// Print the records of CloudTrail's event history: management events of 90 days, of one Region.
    ///
    /// Needs `cloudtrail:LookupEvents`, of which AWS takes two a second, 50 records each. The lines are what `search`,
    /// `timeline`, `evaluate` and the others read.
    History(EventHistory),
    /// Ask the log group of a trail: who did what, from where, with which key, and what was denied; by Logs Insights.
    Insights {
        #[command(subcommand)]
        command: InsightsCommand,
    },
    /// Show records as they are delivered to a folder, or findings as they pass a stack's bus or come to a queue, until it is interrupted.
    ///
    /// For a stack it needs to make and remove a rule and a queue; the error names the permissions.
    Tail(Box<Tail>),
    /// Check a copied bucket against CloudTrail's digests: what is proven unaltered, what was altered, deleted or added.
    ///
    /// Needs no AWS. Ends with 1 if something is wrong.
    Verify(Verify),
    /// Say whether events will arrive, be answered and be told, by what is deployed; and what mends what is broken.
    ///
    /// Reads trails, event rules, targets and their permissions, queues, subscriptions and the kill switch. Changes nothing. Ends with 1
    /// if something is broken or could not be looked at.
    Doctor(Doctor),
    /// Rehearse a leak in the account: make a user and a key that may do nothing, let the deployed stack find and answer it, take that
    /// back and remove the user.
    ///
    /// What the stack does depends on its mode; all that is done is done to that user. Ends with 1 if it was not answered as the
    /// stack's mode says, or if something is left.
    Rehearse(Rehearse),
    /// Rehearse the response to an event on a simulated account. Changes nothing anywhere.
    Plan(Plan),
    /// Show what a deployed stack has planned, contained and taken back: its journal.
    ///
    /// Needs `dynamodb:ListTables`, `dynamodb:Scan` and `dynamodb:GetItem`. Ends with 1 if nothing is found.
    Status(Status),
    /// Take a plan of a deployed stack back: ask the function that has carried it out, and show what came of it.
    ///
    /// Needs what `status` needs, `lambda:ListFunctions` and `lambda:InvokeFunction`. Ends with 1 if something could not be
    /// taken back.
    Undo(Undo),
    /// Let a plan of a deployed stack be carried out that waits for a person.
    ///
    /// Needs what `undo` needs, and the token that the message about the plan shows. The plan is decided anew: what was not
    /// asked about is not done. Ends with 1 if it was not carried out.
    Approve(Decide),
    /// Say no to a plan of a deployed stack that waits for a person.
    ///
    /// Needs what `approve` needs.
    Deny(Decide),
    /// Check, list and explain rules.
    Rules {
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Decide what IAM policies allow, and whom.
    Access {
        #[command(subcommand)]
        command: AccessCommand,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    /// Leave out findings below this level: informational, low, medium, high, critical.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) min_level: Option<Level>,
    /// By default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<FindingsFormat>,
    #[command(flatten)]
    pub(crate) suppressions: SuppressionFiles,
    /// Show suppressed findings, too, and by what they are.
    #[arg(long, requires = "suppression_paths")]
    pub(crate) show_suppressed: bool,
    /// Print the numbers of records, bytes, seconds and findings on stderr.
    #[arg(long)]
    pub(crate) stats: bool,
    /// Parse also the records that no rule can match: names all that are malformed, finds the same, and takes several times as
    /// long.
    #[arg(long)]
    pub(crate) parse_all: bool,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

/// Which findings somebody has said not to be told of.
#[derive(Debug, Args)]
pub(crate) struct SuppressionFiles {
    /// Files of suppressions, or folders of them (.yml, .yaml). What they hide is counted.
    #[arg(id = "suppression_paths", long = "suppressions", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// What is read, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct Inputs {
    /// How many inputs are read at a time; by default as many as there are processors.
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// Of buckets, read only what CloudTrail delivered on this day or later (UTC).
    #[arg(long, value_name = "DATE")]
    pub(crate) since: Option<Date>,
    /// Of buckets, read only what CloudTrail delivered on this day or earlier (UTC).
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<Date>,
    /// Log files, events, lines of records, each also gzipped; folders of them (.json, .ndjson, .jsonl, .gz); `-`
    /// for stdin; s3://BUCKET/PREFIX for all objects whose keys begin so.
    #[arg(id = "inputs", required = true, value_name = "INPUT")]
    pub(crate) paths: Vec<PathBuf>,
}

impl Inputs {
    /// Returns how many threads read.
    pub(crate) fn jobs(&self) -> NonZeroUsize {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(processors)
    }
}

/// How much of an input is read.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Limit {
    /// Refuse inputs of more bytes than this once decompressed; by default 1 GiB.
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 30, hide_default_value = true)]
    pub(crate) max_bytes: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Decide by what the account is like that the environment names (AWS_PROFILE and so on): it is read with the
    /// permissions that the plan lists, and nothing is changed. Containments that stand already are not looked up.
    #[arg(long)]
    pub(crate) live: bool,
    /// When the responder receives the event; by default when the call was made.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// The responder's account; by default the one that the event comes from. With --live, the one that the
    /// credentials must be of.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// A user that no action may touch: ARN, unique id (AIDA…) or name.
    #[arg(long = "protect", value_name = "PRINCIPAL")]
    pub(crate) protected: Vec<Protected>,
    /// EventBridge events as `detect` or `contain-identity` receive them, or records of a log file, one in each file; `-` for
    /// stdin.
    #[arg(required = true, value_name = "EVENT")]
    pub(crate) events: Vec<PathBuf>,
}

/// How results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// For programs: one object per line.
    Json,
}

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// For people.
    Table,
    /// For programs: one object per line, values as recorded.
    Json,
    /// For spreadsheets: what could be a formula begins with an apostrophe.
    Csv,
    /// For browsers: one page that needs nothing else.
    Html,
}

impl From<Format> for FindingsFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
        }
    }
}

fn level(text: &str) -> Result<Level, String> {
    Level::named(text).ok_or_else(|| "use informational, low, medium, high or critical".to_owned())
}

/// Refuses a span of time that ends before it begins.
///
/// # Errors
/// If it does.
pub(crate) fn in_order<T: PartialOrd + std::fmt::Display>(
    from: Option<T>,
    to: Option<T>,
) -> anyhow::Result<()> {
    if let (Some(from), Some(to)) = (from, to) {
        anyhow::ensure!(from <= to, "--from {from} is later than --to {to}");
    }
    Ok(())
}
