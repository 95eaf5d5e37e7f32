//! The trailreflex command: what the functions do, on files and without an account.

mod access;
mod args;
mod backtest;
mod doctor;
mod evaluate;
mod event_history;
mod history;
mod idle;
mod input;
mod insights;
mod interrupt;
mod left_behind;
mod live;
mod locator;
mod operate;
mod output_file;
mod page;
mod parallel;
mod plan;
mod playbooks;
mod progress;
mod reading;
mod record_cells;
mod rehearsal;
mod rehearse;
mod review;
mod rules;
mod search;
mod sql;
mod suppressing;
mod table;
mod tail;
mod terminal;
mod timeline;
mod verify;

use args::{AccessCommand, Arguments, Command, InsightsCommand, RulesCommand};
use clap::Parser;
use std::io::Write;
use std::process::ExitCode;
use terminal::Terminal;

/// How a command ended, if no error stopped it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// It did what it was asked.
    Well,
    /// Something that was to be checked was rejected.
    WithRejections,
    /// An input could not be read at all.
    WithUnreadableInput,
    /// It was interrupted.
    Interrupted,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let terminal = &mut Terminal::of_process();
    let ended = match &arguments.command {
        Command::Evaluate(options) => evaluate::run(options, terminal),
        Command::Backtest(options) => backtest::run(options, terminal),
        Command::Search(options) => search::run(options, terminal),
        Command::Sql(options) => sql::run(options, terminal),
        Command::Review(options) => review::run(options, terminal),
        Command::Doctor(options) => doctor::run(options, terminal),
        Command::Timeline(options) => timeline::run(options, terminal),
        Command::History(options) => event_history::run(options, terminal),
        Command::Insights { command } => match command {
            InsightsCommand::List(options) => insights::list(options, terminal),
            InsightsCommand::Run(options) => insights::run(options, terminal),
        },
        Command::Tail(options) => tail::run(options, terminal),
        Command::Verify(options) => verify::run(options, terminal),
        Command::Rehearse(options) => rehearse::run(options, terminal),
        Command::Plan(options) => plan::run(options, terminal),
        Command::Status(options) => operate::status(options, terminal),
        Command::Undo(options) => operate::undo(options, terminal),
        Command::Approve(options) => operate::decide(options, true, terminal),
        Command::Deny(options) => operate::decide(options, false, terminal),
        Command::Rules { command } => match command {
            RulesCommand::Check(options) => rules::check::run(options, terminal),
            RulesCommand::Test(options) => rules::test::run(options, terminal),
            RulesCommand::Patterns(options) => rules::patterns::run(options, terminal),
            RulesCommand::SuggestSuppressions(options) => rules::suggest::run(options, terminal),
            RulesCommand::Build(options) => rules::build::run(options, terminal),
            RulesCommand::BuildSuppressions(options) => rules::build_suppressions::run(options, terminal),
            RulesCommand::List(options) => rules::list::run(options, terminal),
            RulesCommand::Explain(options) => rules::explain::run(options, terminal),
        },
        Command::Access { command } => match command {
            AccessCommand::Actions(options) => access::actions::run(options, terminal),
            AccessCommand::Check(options) => access::check::run(options, terminal),
            AccessCommand::Generate(options) => access::generate::run(options, terminal),
            AccessCommand::Simulate(options) => access::simulate::run(options, terminal),
            AccessCommand::Unused(options) => access::unused::run(options, terminal),
            AccessCommand::Validate(options) => access::validate::run(options, terminal),
        },
    };
    match ended.and_then(|ended| terminal.out.flush().map(|()| ended).map_err(Into::into)) {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithRejections) => ExitCode::from(1),
        Ok(Ended::WithUnreadableInput) => ExitCode::from(2),
        Ok(Ended::Interrupted) => ExitCode::from(130), // as shells report SIGINT
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS, // `… | head` has read enough
        Err(error) => {
            terminal.complain(&format!("error: {error:#}"));
            ExitCode::from(1)
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<std::io::Error>();
    cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}
