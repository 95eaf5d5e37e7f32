//! A query from its beginning to its last row: asked about ever more seldom, and stopped if nobody waits for it any more.

use super::NEEDED;
use super::rows::Rows;
use crate::interrupt::{self, Interrupted};
use crate::terminal::Terminal;
use anyhow::{Context, bail};
use std::time::Duration;
use tokio::runtime::Runtime;
use trailreflex_aws::{CallFailed, LogAnswer, LogQueries, LogQuery, LogQueryStatus};
use trailreflex_model::cause_chain;

/// How long is waited before the first look, and how long at most before any.
const WAITS: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(5));
/// How often in a row AWS may refuse to answer for now, besides what the SDK tries by itself.
const ATTEMPTS: u32 = 6;
/// How long an interruption may go unnoticed.
const STEP: Duration = Duration::from_millis(50);
/// Rows of one answer. Source: CloudWatch Logs API reference, GetQueryResults.
const PAGE: u32 = 10_000;

/// What is needed to ask.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    pub(super) queries: &'a LogQueries,
    pub(super) runtime: &'a Runtime,
}

/// What came of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// All rows have come.
    Answered { scanned: u64, matched: u64, bytes: u64 },
    /// Somebody has interrupted, and it was stopped.
    Interrupted,
}

impl Asking<'_> {
    /// Runs `query`; its rows go to `rows`.
    ///
    /// # Errors
    /// If it cannot be begun, ends without an answer, or its rows cannot be written.
    pub(super) fn ask(
        &self,
        query: &LogQuery,
        rows: &mut Rows,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Asked> {
        let id = match self.begin(query) {
            Ok(id) => id,
            Err(error) if error.is::<Interrupted>() => return Ok(Asked::Interrupted),
            Err(error) => {
                return Err(error).context(format!(
                    "the query cannot be begun; {NEEDED}, a log group of that name, and may its identity call {}?",
                    LogQueries::PERMISSIONS.join(", ")
                ));
            }
        };
        match self.follow(&id, rows, terminal) {
            Err(error) if error.is::<Interrupted>() => {
                let said = match self.runtime.block_on(self.queries.stop(&id)) {
                    Ok(()) => "the query was stopped; what it had looked at by then is billed".to_owned(),
                    Err(error) => format!(
                        "the query {id} has ended, or could not be stopped and ends by itself within an hour: {}",
                        cause_chain(&error)
                    ),
                };
                terminal.complain(&said);
                Ok(Asked::Interrupted)
            }
            Err(error) if error.is::<CallFailed>() => {
                // Whoever may not ask any more may not stop it either; then it ends by itself.
                let is_stopped = self.runtime.block_on(self.queries.stop(&id)).is_ok();
                let end =
                    if is_stopped { "it was stopped" } else { "it ends by itself, at most after an hour" };
                Err(error).context(format!("the answer to query {id} cannot be read; {end}"))
            }
            other => other,
        }
    }

    fn follow(&self, id: &str, rows: &mut Rows, terminal: &mut Terminal) -> anyhow::Result<Asked> {
        let (mut wait, longest) = WAITS;
        loop {
            pause(wait)?;
            if is_complete(self.again(|| self.queries.answer(id, None, 1))?.status)? {
                break;
            }
            wait = wait.saturating_mul(2).min(longest);
        }
        let mut next = None;
        loop {
            let page = self.again(|| self.queries.answer(id, next.clone(), PAGE))?;
            let LogAnswer { rows: found, next: more, scanned, matched, bytes, .. } = page;
            rows.add(&found, terminal)?;
            if more.is_none() {
                return Ok(Asked::Answered { scanned, matched, bytes });
            }
            next = more;
        }
    }

    /// Begins. A call that is on its way is waited for, whoever interrupts: without its id nobody could stop the query.
    fn begin(&self, query: &LogQuery) -> anyhow::Result<String> {
        let (mut wait, longest) = WAITS;
        for _ in 0..ATTEMPTS {
            interrupt::check()?;
            match self.runtime.block_on(self.queries.start(query)) {
                Err(error) if error.is_transient => pause(wait)?,
                other => return Ok(other?),
            }
            wait = wait.saturating_mul(2).min(longest);
        }
        Ok(self.runtime.block_on(self.queries.start(query))?)
    }

    /// Makes a call, and makes it again while AWS asks for that. The error is [`CallFailed`] or [`Interrupted`].
    fn again<T, F: Future<Output = Result<T, CallFailed>>>(
        &self,
        mut call: impl FnMut() -> F,
    ) -> anyhow::Result<T> {
        let (mut wait, longest) = WAITS;
        for _ in 0..ATTEMPTS {
            interrupt::check()?;
            match self.runtime.block_on(unless_interrupted(call()))? {
                Err(error) if error.is_transient => pause(wait)?,
                other => return Ok(other?),
            }
            wait = wait.saturating_mul(2).min(longest);
        }
        Ok(self.runtime.block_on(unless_interrupted(call()))??)
    }
}

/// Returns whether all is there, or an error if it never will be.
fn is_complete(status: LogQueryStatus) -> anyhow::Result<bool> {
    match status {
        LogQueryStatus::Running => Ok(false),
        LogQueryStatus::Complete => Ok(true),
        LogQueryStatus::Failed => {
            bail!("Logs Insights could not carry the query out; run it again, or ask for less time")
        }
        LogQueryStatus::Cancelled => bail!("somebody else has stopped the query"),
        LogQueryStatus::TimedOut => {
            bail!("the query has taken more than an hour: ask for less time with --from and --to or --last")
        }
        LogQueryStatus::Unknown => {
            bail!("Logs Insights does not know what has become of the query; run it again")
        }
    }
}

/// Waits for a call, which may take the SDK half a minute if AWS has too much to do, but not beyond an interruption.
async fn unless_interrupted<F: Future>(call: F) -> Result<F::Output, Interrupted> {
    let interrupted = async {
        while interrupt::check().is_ok() {
            tokio::time::sleep(STEP).await;
        }
    };
    tokio::select! {
        answer = call => Ok(answer),
        () = interrupted => Err(Interrupted),
    }
}

fn pause(mut left: Duration) -> Result<(), Interrupted> {
    while !left.is_zero() {
        interrupt::check()?;
        let step = left.min(STEP);
        std::thread::sleep(step);
        left = left.saturating_sub(step);
    }
    interrupt::check()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_that_will_never_answer_is_an_error_that_says_why() {
        assert!(matches!(is_complete(LogQueryStatus::Running), Ok(false)));
        assert!(matches!(is_complete(LogQueryStatus::Complete), Ok(true)));
        for (status, says) in [
            (LogQueryStatus::Failed, "could not carry"),
            (LogQueryStatus::Cancelled, "somebody else"),
            (LogQueryStatus::TimedOut, "ask for less time"),
            (LogQueryStatus::Unknown, "run it again"),
        ] {
            assert!(is_complete(status).unwrap_err().to_string().contains(says), "{status:?}");
        }
    }
}
