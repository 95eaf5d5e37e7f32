//! Arguments of `status`, `undo`, `approve` and `deny`.

use super::Format;
use clap::Args;
use trailreflex_response::{PlanId, Token};

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// The stack's name, in the account and Region that the environment names.
    #[arg(long, default_value = "trailreflex")]
    pub(crate) stack: String,
    /// Plans that were taken back, too.
    #[arg(long, conflicts_with = "plan")]
    pub(crate) all: bool,
    /// A table, or one JSON object per line, each a whole entry; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// One plan, whole: 32 hexadecimal digits.
    #[arg(value_parser = plan_id)]
    pub(crate) plan: Option<PlanId>,
}

#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// The stack's name, in the account and Region that the environment names.
    #[arg(long, default_value = "trailreflex")]
    pub(crate) stack: String,
    /// Only show the calls that would be made.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A table, or the outcome as JSON; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// The plan: 32 hexadecimal digits, as the outcome and `status` show it.
    #[arg(value_parser = plan_id)]
    pub(crate) plan: PlanId,
}

#[derive(Debug, Args)]
pub(crate) struct Decide {
    /// The stack's name, in the account and Region that the environment names.
    #[arg(long, default_value = "trailreflex")]
    pub(crate) stack: String,
    /// A table, or the outcome as JSON; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// The plan: 32 hexadecimal digits, as the message shows it.
    #[arg(value_parser = plan_id)]
    pub(crate) plan: PlanId,
    /// The token that the message shows: 64 hexadecimal digits, good for one decision.
    #[arg(value_parser = token)]
    pub(crate) token: Token,
}

fn token(text: &str) -> Result<Token, &'static str> {
    Token::try_from(text.to_owned())
}

fn plan_id(text: &str) -> Result<PlanId, String> {
    PlanId::try_from(text.to_owned())
}
