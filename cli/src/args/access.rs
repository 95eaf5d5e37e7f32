//! The commands about IAM policies.

use super::{Format, Inputs};
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use trailreflex_model::AccountId;

#[derive(Debug, Subcommand)]
pub(crate) enum AccessCommand {
    /// Say which actions of IAM authorise the calls that CloudTrail shows.
    Actions(Actions),
    /// Say whom outside of the zone of trust the policies and lists of resources let in.
    ///
    /// Ends with 2 if an input could not be read at all. What cannot be decided is `unknown`, with the reason, and
    /// counts as external.
    Check(CheckAccess),
    /// Make policies that allow what users and roles have used, and no more.
    Generate(Generate),
    /// Say whether a call is allowed, and by which statement. Changes and reads nothing in AWS.
    Simulate(Simulate),
    /// Find roles, keys, passwords, permissions and trust that nobody has used. Changes and reads nothing in AWS.
    Unused(UnusedOptions),
    /// Find mistakes and risks in policies, with the codes of IAM Access Analyzer. Ends with 1 if there is an error.
    Validate(Validate),
}

#[derive(Debug, Args)]
pub(crate) struct Actions {
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Read lines of JSON objects with `eventSource` and `eventName`, such as records, from stdin, and answer each in a line.
    #[arg(long)]
    pub(crate) jsonl: bool,
    /// As a record has it, such as s3.amazonaws.com.
    #[arg(value_name = "EVENT_SOURCE", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    pub(crate) source: Option<String>,
    /// As records have them, such as `ListBuckets`.
    #[arg(value_name = "EVENT_NAME", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    pub(crate) names: Vec<String>,
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

/// How policies are to be attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlacementOption {
    /// As managed policies: at most ten of 6,144 characters.
    Managed,
    /// Inline: one of 10,240 characters for a role, of 2,048 for a user.
    Inline,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Policies and what is to be known of them as text, or one JSON object per principal; by default text on a terminal and
    /// JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// A user or role; without any, all that the logs have.
    #[arg(long = "principal", value_name = "ARN")]
    pub(crate) principals: Vec<String>,
    /// How the policies are to be attached.
    #[arg(long, value_name = "HOW", default_value = "managed")]
    pub(crate) placement: PlacementOption,
    /// A policy that the principal has now: the new ones allow nothing that these do not. Give all of them.
    #[arg(long = "old-policy", value_name = "FILE", requires = "principals")]
    pub(crate) old_policies: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

#[derive(Debug, Args)]
pub(crate) struct UnusedOptions {
    /// Text, or one JSON object; by default text on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// What `aws iam get-account-authorization-details` prints: users, roles and their policies.
    #[arg(long, value_name = "FILE")]
    pub(crate) details: PathBuf,
    /// The content of `aws iam get-credential-report`, decoded: keys and passwords.
    #[arg(long, value_name = "FILE")]
    pub(crate) credential_report: Option<PathBuf>,
    /// Resources that other accounts may use, as `{"resource": ARN, "account": ID}` in each line.
    #[arg(long, value_name = "FILE")]
    pub(crate) external_grants: Option<PathBuf>,
    /// How many days before the last record count.
    #[arg(long, value_name = "N", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub(crate) days: u32,
    #[command(flatten)]
    pub(crate) inputs: Inputs,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Who calls: an ARN, an account, an AWS service, a canonical user id, or `*` for nobody who has signed in.
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: String,
    /// What is called, such as s3:GetObject; each by itself if there are several.
    #[arg(long = "action", value_name = "ACTION", required = true)]
    pub(crate) actions: Vec<String>,
    /// On what, as an ARN or `*`.
    #[arg(long, value_name = "ARN", default_value = "*")]
    pub(crate) resource: String,
    /// The account that owns the resource; by default the one in its ARN, else the caller's.
    #[arg(long, value_name = "ID")]
    pub(crate) resource_account: Option<AccountId>,
    /// A condition key of the request; give it again for a further value.
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
    /// The request has no other keys than those given; otherwise what depends on others cannot be told.
    #[arg(long)]
    pub(crate) complete: bool,
    /// A policy that is attached to the caller.
    #[arg(long = "identity-policy", value_name = "FILE")]
    pub(crate) identity: Vec<PathBuf>,
    /// The resource's policy.
    #[arg(long = "resource-policy", value_name = "FILE")]
    pub(crate) resource_policy: Option<PathBuf>,
    /// The resource's policy has to allow the call, as those of roles and KMS keys.
    #[arg(long, requires = "resource_policy")]
    pub(crate) needs_resource_policy: bool,
    /// The caller's permissions boundary.
    #[arg(long, value_name = "FILE")]
    pub(crate) boundary: Option<PathBuf>,
    /// The policy that was passed when the session was made.
    #[arg(long = "session-policy", value_name = "FILE")]
    pub(crate) session: Option<PathBuf>,
    /// A service control policy, each of another level of the organization.
    #[arg(long = "scp", value_name = "FILE")]
    pub(crate) service_control: Vec<PathBuf>,
    /// A resource control policy.
    #[arg(long = "rcp", value_name = "FILE")]
    pub(crate) resource_control: Vec<PathBuf>,
}

/// What kind of policy is validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindOfPolicy {
    /// Attached to users, groups or roles.
    Identity,
    /// Attached to a resource.
    Resource,
    /// Who may assume a role.
    Trust,
    /// Service control policy.
    Scp,
    /// Resource control policy.
    Rcp,
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// By default `resource` for policies with principals and `identity` for others.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<KindOfPolicy>,
    /// Files with a policy each; `-` for stdin.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) paths: Vec<PathBuf>,
}
