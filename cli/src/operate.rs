//! `trailreflex status`, `undo`, `approve` and `deny`: a deployed stack's journal, and its functions asked to take plans
//! back or to carry out what waits for a person.

use crate::Ended;
use crate::args::{Decide, Format, Status, Undo};
use crate::table::Table;
use crate::terminal::{Style, Terminal, safe};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::io::Write;
use trailreflex_aws::Operator;
use trailreflex_detection::Level;
use trailreflex_response::{Call, Decision, Entry, EntryState, Journal, PlanId, StepResult, Undo as Taken};

/// Shows what stands, or one plan.
pub(crate) fn status(options: &Status, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let entries = runtime()?.block_on(async {
        let journal = operator(&options.stack).await.journal().await?;
        let found = match &options.plan {
            Some(plan) => journal.read(plan).await?.into_iter().collect(),
            None => journal.all().await?,
        };
        anyhow::Ok(found)
    })?;
    let is_shown = |entry: &&Entry| options.all || options.plan.is_some() || !entry.is_over();
    let shown: Vec<&Entry> = entries.iter().filter(is_shown).collect();
    if let (Some(plan), true) = (&options.plan, shown.is_empty()) {
        bail!(
            "the journal of `{}` has no plan {plan}; a plan that was only planned is in its outcome, not there",
            options.stack
        );
    }
    match terminal.format(options.format) {
        Format::Json => {
            for entry in &shown {
                writeln!(terminal.out, "{}", serde_json::to_string(entry)?)?;
            }
        }
        Format::Table if options.plan.is_some() => {
            for entry in &shown {
                whole(entry, terminal)?;
            }
        }
        Format::Table => {
            let mut table = Table::new(["plan", "decided at", "state", "whom", "why"]);
            for entry in &shown {
                let plan = &entry.plan;
                let cells = [
                    plan.id.as_str(),
                    &plan.decided_at.to_string(),
                    state(entry.state),
                    &whom(entry),
                    &plan.cause.title,
                ];
                table.add(style(entry.state), cells);
            }
            table.write(terminal)?;
        }
    }
    let hidden = entries.len().saturating_sub(shown.len());
    terminal.complain(&format!("plans: {}, over and not shown: {hidden}", shown.len()));
    Ok(if shown.is_empty() { Ended::WithRejections } else { Ended::Well })
}

/// Asks the function of the plan's class to take it back.
pub(crate) fn undo(options: &Undo, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let runtime = runtime()?;
    let plan = &options.plan;
    let (operator, entry) = runtime.block_on(found(&options.stack, plan))?;
    if options.dry_run {
        for call in undo_calls(&entry) {
            writeln!(terminal.out, "{}", safe(&call.command))?;
        }
        let account =
            entry.plan.account.as_ref().map(|account| format!("; these calls are for account {account}"));
        terminal.complain(&format!("nothing was taken back{}", account.unwrap_or_default()));
        return Ok(Ended::Well);
    }
    let answer = runtime.block_on(operator.ask(entry.plan.class, &json!({"undo": plan})))?;
    let status = answered(&answer, options.format, plan, terminal)?;
    Ok(if status == "undone" { Ended::Well } else { Ended::WithRejections })
}

/// Returns the calls that take back what may hold, in the order in which the function makes them. What was never needed, or was
/// so before, is not the plan's to take back.
fn undo_calls(entry: &Entry) -> impl Iterator<Item = &Call> {
    let steps = entry.plan.steps.iter().enumerate().rev();
    let held = steps.filter(|(index, _)| {
        entry.steps.get(*index).map_or(StepResult::Unknown, |step| step.result).may_hold()
    });
    held.flat_map(|(_, step)| match &step.undo {
        Taken::Calls(calls) => calls.as_slice(),
        Taken::Nothing => &[],
    })
}

/// Tells the function of the plan's class what a person has decided.
pub(crate) fn decide(options: &Decide, is_approved: bool, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let runtime = runtime()?;
    let plan = &options.plan;
    let (operator, entry) = runtime.block_on(found(&options.stack, plan))?;
    let decision = Decision { plan: plan.clone(), token: options.token.clone(), is_approved };
    let answer = runtime.block_on(operator.ask(entry.plan.class, &decision.request()))?;
    let status = answered(&answer, options.format, plan, terminal)?;
    let wanted: &[&str] = if is_approved { &["contained", "duplicate"] } else { &["denied", "duplicate"] };
    Ok(if wanted.contains(&status.as_str()) { Ended::Well } else { Ended::WithRejections })
}

/// Finds a plan in a stack's journal.
async fn found(stack: &str, plan: &PlanId) -> anyhow::Result<(Operator, Entry)> {
    let operator = operator(stack).await;
    match operator.journal().await?.read(plan).await? {
        Some(entry) => Ok((operator, entry)),
        None => {
            bail!("the journal of `{stack}` has no plan {plan}; `trailreflex status` lists those that stand")
        }
    }
}

/// Shows a function's answer about a plan; returns its status.
fn answered(
    answer: &Value,
    format: Option<Format>,
    plan: &PlanId,
    terminal: &mut Terminal,
) -> anyhow::Result<String> {
    let status = answer.get("status").and_then(Value::as_str).unwrap_or_default().to_owned();
    match terminal.format(format) {
        Format::Json => writeln!(terminal.out, "{answer}")?,
        Format::Table => {
            let mut table = Table::new(["step", "result", "why"]);
            for step in answer.get("steps").and_then(Value::as_array).into_iter().flatten() {
                let text = |pointer: &str| step.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
                table.add(Style::Bold, [text("/action/kind"), text("/result"), text("/problem")]);
            }
            table.write(terminal)?;
        }
    }
    let reason = answer.get("reason").and_then(Value::as_str);
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    terminal.complain(&format!("{plan}: {}", safe(&format!("{status}{reason}"))));
    Ok(status)
}

fn whole(entry: &Entry, terminal: &mut Terminal) -> anyhow::Result<()> {
    let plan = &entry.plan;
    for (label, value) in [
        ("plan", plan.id.as_str().to_owned()),
        ("state", state(entry.state).to_owned()),
        ("decided at", plan.decided_at.to_string()),
        ("whom", whom(entry)),
        ("why", plan.cause.title.clone()),
        ("event", plan.cause.event_id.clone()),
        (
            "ends",
            plan.expiry
                .as_ref()
                .map_or_else(|| "when a person says so".to_owned(), |expiry| expiry.at.to_string()),
        ),
    ] {
        writeln!(terminal.out, "{label:<11}{}", safe(&value))?;
    }
    let mut table = Table::new(["step", "result", "why"]);
    for (index, step) in plan.steps.iter().enumerate() {
        let outcome = entry.steps.get(index);
        let result = outcome.map_or("not tried", |outcome| outcome.result.as_str());
        let problem = outcome.and_then(|outcome| outcome.problem.as_deref()).unwrap_or_default();
        table.add(Style::Bold, [step.action.name(), result, problem]);
    }
    table.write(terminal)
}

fn whom(entry: &Entry) -> String {
    let identity = entry.plan.identity.as_ref().map(|identity| identity.arn.to_string());
    identity.or_else(|| entry.plan.subject.clone()).unwrap_or_default()
}

fn state(state: EntryState) -> &'static str {
    match state {
        EntryState::Awaiting => "waits for approval",
        EntryState::Denied => "denied",
        EntryState::Lapsed => "not approved in time",
        EntryState::Executing => "being carried out",
        EntryState::Executed => "stands",
        EntryState::Undoing => "being taken back",
        EntryState::Undone => "taken back",
    }
}

fn style(state: EntryState) -> Style {
    match state {
        EntryState::Awaiting | EntryState::Executing | EntryState::Undoing => Style::Of(Level::Medium),
        EntryState::Executed => Style::Of(Level::High),
        EntryState::Denied | EntryState::Lapsed | EntryState::Undone => Style::Dim,
    }
}

async fn operator(stack: &str) -> Operator {
    Operator::new(&trailreflex_aws::load_for_a_person().await, stack.to_owned())
}

pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start")
}
