//! A rehearsed response for people.

use super::{Answer, Stage};
use crate::rehearsal::Rehearsal;
use crate::terminal::{Style, Terminal, safe};
use std::io::Write;
use trailreflex_detection::Level;
use trailreflex_model::{Finding, Severity};
use trailreflex_response::{Mode, Plan, Step, Undo, Verdict};

/// Says at the end, once, that all this was a rehearsal.
pub(super) fn notice(stage: &Stage, terminal: &mut Terminal) -> anyhow::Result<()> {
    let notice = stage.notice();
    let notice = terminal.paint(Style::Dim, &notice).into_owned();
    writeln!(terminal.out, "{notice}")?;
    Ok(())
}

/// Writes what would be done about one finding of the input.
pub(super) fn write(
    input: &str,
    answer: &Answer,
    stage: &Stage,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let input = safe(input);
    let heading = terminal.paint(Style::Bold, &input).into_owned();
    writeln!(terminal.out, "{heading}")?;
    match answer {
        Answer::NoFinding => row("decision", "nothing to do: no rule matches", terminal)?,
        Answer::Invalid(reason) => row("decision", &format!("not accepted: {reason}"), terminal)?,
        Answer::Decided(plan) => {
            row(
                "decision",
                &format!("carries plan {plan} out or closes it, if it waits for this token"),
                terminal,
            )?;
        }
        Answer::Undo(plan) => {
            row("decision", &format!("takes plan {plan} back, if the journal knows it"), terminal)?;
        }
        Answer::Decision(decided) => decision(&decided.0, &decided.1, stage, terminal)?,
    }
    writeln!(terminal.out)?;
    Ok(())
}

fn decision(
    finding: &Finding,
    rehearsal: &Rehearsal,
    stage: &Stage,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let plan = &rehearsal.plan;
    let severity = terminal.paint(Style::Of(level(finding.severity)), finding.severity.as_str()).into_owned();
    writeln!(terminal.out, "  {:<12}{severity} {}", "finding", safe(&finding.rule.title))?;
    let target = finding.target.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string);
    row("target", &target, terminal)?;
    if let Some(identity) = &rehearsal.identity {
        let keys = rehearsal.keys.iter().map(|(id, status)| format!("{id} {status}"));
        let keys = keys.collect::<Vec<_>>().join(", ");
        let keys = if keys.is_empty() { keys } else { format!(", keys: {keys}") };
        row(stage.adjective(), &format!("{} ({}){keys}", identity.arn, identity.unique_id), terminal)?;
    }
    row("decision", &decided(plan), terminal)?;
    for (number, step) in (1..).zip(&plan.steps) {
        write_step(number, step, terminal)?;
    }
    if plan.refused.is_none() {
        row("reads with", &plan.reading_permissions().join(", "), terminal)?;
        row("acts with", &plan.permissions().join(", "), terminal)?;
        row("plan", plan.id.as_str(), terminal)?;
    }
    Ok(())
}

fn decided(plan: &Plan) -> String {
    match (plan.refused, plan.mode) {
        (Some(reason), _) => format!("refused: {reason}"),
        (None, Mode::Act) => "planned; carried out if the stack's mode is `act`".to_owned(),
        (None, Mode::Approve) => {
            "planned; carried out once a person approves, if the stack's mode is `approve` or `act`"
                .to_owned()
        }
        (None, Mode::Plan | Mode::Observe) => {
            "planned; never carried out, as the playbook's mode is `plan`".to_owned()
        }
    }
}

fn write_step(number: usize, step: &Step, terminal: &mut Terminal) -> anyhow::Result<()> {
    let verdict = match step.verdict {
        Verdict::Execute => String::new(),
        Verdict::Fallback => " (if the step before fails)".to_owned(),
        Verdict::AlreadyInForce => " (in force already)".to_owned(),
        Verdict::Refuse(reason) => format!(" (refused: {reason})"),
    };
    row(&format!("step {number}"), &format!("{}{verdict}", step.action.name()), terminal)?;
    for call in &step.calls {
        row("", &call.command, terminal)?;
    }
    match &step.undo {
        Undo::Nothing => row("  undo", "nothing", terminal),
        Undo::Calls(calls) => calls.iter().try_for_each(|call| row("  undo", &call.command, terminal)),
    }
}

fn row(name: &str, text: &str, terminal: &mut Terminal) -> anyhow::Result<()> {
    let name = terminal.paint(Style::Dim, &format!("{name:<12}")).into_owned();
    writeln!(terminal.out, "  {name}{}", safe(text))?;
    Ok(())
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Informational => Level::Informational,
        Severity::Low => Level::Low,
        Severity::Medium => Level::Medium,
        Severity::High => Level::High,
        Severity::Critical => Level::Critical,
    }
}
