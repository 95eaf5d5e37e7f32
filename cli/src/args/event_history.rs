//! Arguments of `history`.

use super::search::{beginning, end};
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct EventHistory {
    #[command(flatten)]
    pub(crate) by: By,
    /// Bring only what is missing in this file or folder of records: from a quarter of an hour before its newest one of the Region, or
    /// from --from, without those that it has. For when EventBridge has missed something.
    #[arg(long, value_name = "PATH")]
    pub(crate) since_gap: Option<PathBuf>,
    /// The earliest time: `2026-11-24` or `2026-11-24T10:00:00Z`; by default everything, which is 90 days.
    #[arg(long, value_name = "TIME", value_parser = beginning)]
    pub(crate) from: Option<Timestamp>,
    /// The latest time; a day is meant to its end. By default now.
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub(crate) to: Option<Timestamp>,
    /// The Region, if it is not that of the profile. Each has its own history; that of IAM and other global services is in
    /// us-east-1.
    #[arg(long)]
    pub(crate) region: Option<String>,
    /// Write to this file, which is there when all is written; interrupted, the same command goes on where it has stopped.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What records are looked up by. CloudTrail takes one of these, exactly as it is recorded; `search` filters further.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct By {
    /// The name of a user, role session or calling service.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The operation, such as `CreateUser`.
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// The service: `iam` or `iam.amazonaws.com`.
    #[arg(long, value_name = "SERVICE")]
    source: Option<String>,
    /// The access key that the call was signed with.
    #[arg(long, value_name = "KEY_ID")]
    key: Option<String>,
    /// The name of a resource.
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// The type of a resource, such as `AWS::S3::Bucket`.
    #[arg(long, value_name = "TYPE")]
    resource_type: Option<String>,
    /// The id of a record.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Whether it only reads.
    #[arg(long, value_name = "BOOLEAN")]
    read_only: Option<bool>,
}

impl By {
    /// Returns CloudTrail's name of what is looked up by, and the value.
    pub(crate) fn attribute(&self) -> Option<(&'static str, String)> {
        let Self { user, event, source, key, resource, resource_type, id, read_only } = self;
        let service = |name: &String| {
            if name.contains('.') { name.clone() } else { format!("{name}.amazonaws.com") }
        };
        [
            ("Username", user.clone()),
            ("EventName", event.clone()),
            ("EventSource", source.as_ref().map(service)),
            ("AccessKeyId", key.clone()),
            ("ResourceName", resource.clone()),
            ("ResourceType", resource_type.clone()),
            ("EventId", id.clone()),
            ("ReadOnly", read_only.map(|read_only| read_only.to_string())),
        ]
        .into_iter()
        .find_map(|(name, value)| Some((name, value?)))
    }
}
