//! The commands about IAM policies.

use super::Format;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use trailreflex_model::AccountId;

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Say whom outside of the zone of trust the policies and lists of resources let in.
    ///
    /// Ends with 2 if an input could not be read at all. What cannot be decided is `unknown`, with the reason, and
    /// counts as external.
    Check(CheckAccess),
}

#[derive(Debug, Args)]
pub(crate) struct CheckAccess {
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// The account that owns the resource of a bare policy.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// The organization that is trusted as a whole, for bare policies: o-…
    #[arg(long, value_name = "ID")]
    pub(crate) org: Option<String>,
    /// The resource of a bare policy.
    #[arg(long, value_name = "ARN")]
    pub(crate) resource_arn: Option<String>,
    /// Files with a policy, or with one object `{id, resource_type, account, org, org_accounts, resource_arn, policy,
    /// block_public_access, acl, sharing}` in each line; `-` for stdin.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) paths: Vec<PathBuf>,
}
