//! Arguments of `rules`, and which rules other commands use.

use super::{Build, BuildSuppressions, Format, Limit, Suggest};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Say of each file of rules or suppressions whether it can be honoured. Ends with 1 if one cannot.
    Check(Check),
    /// Run the proofs of rules, `NAME.tests.yml` beside `NAME.yml`. Ends with 1 if one fails.
    Test(Test),
    /// Print the EventBridge event patterns without which rules see nothing within seconds.
    Patterns(Patterns),
    /// Suggest suppressions for who fires rules day after day. A person has to add an owner to each.
    ///
    /// Nothing is suggested for critical rules and for root users.
    SuggestSuppressions(Suggest),
    /// Check rules, write them as one bundle, and show which of them may lead to which actions.
    Build(Build),
    /// Check suppressions and write them as one file, which functions read where they read rules of your own.
    BuildSuppressions(BuildSuppressions),
    /// List the rules.
    List(List),
    /// Show which selections and values of an event make a rule match.
    Explain(Explain),
}

/// Which rules.
#[derive(Debug, Args)]
pub(crate) struct RuleSelection {
    /// Rule files, or folders of them (.yml, .yaml), besides those that are built in.
    #[arg(long = "rules", value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Leave the built-in rules out.
    #[arg(long, requires = "paths")]
    pub(crate) only_rules_given: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Rule files, or folders of them (.yml, .yaml).
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Judge the built-in rules too: the proofs must then name those of them that fire.
    #[arg(long)]
    pub(crate) with_built_in: bool,
    /// Folders with rules and proofs, or single files of either.
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Patterns {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    /// For people, or one JSON object per pattern; by default the first on a terminal and the second elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// Compare with the event rules of a deployed stack, in the account and Region that the environment names:
    /// prints each rule whose calls are not delivered, and ends with 1 if there is one.
    #[arg(long, value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// Write the missing event rules, called `NAME-own-1` and so on, with the function `detect` as their target.
    #[arg(long, value_name = "FUNCTION_ARN", requires = "stack")]
    pub(crate) put: Option<String>,
    /// The queue for events that could not be delivered.
    #[arg(long, value_name = "QUEUE_ARN", requires = "put")]
    pub(crate) dead_letters: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    /// A table, or one JSON object per line; by default a table on a terminal and JSON elsewhere.
    #[arg(long)]
    pub(crate) format: Option<Format>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    pub(crate) rules: RuleSelection,
    #[command(flatten)]
    pub(crate) limit: Limit,
    /// The rule's id or name.
    #[arg(value_name = "RULE")]
    pub(crate) rule: String,
    /// A file of records or events; `-` for stdin.
    #[arg(value_name = "EVENT")]
    pub(crate) event: PathBuf,
}
