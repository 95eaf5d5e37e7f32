//! Findings and outcomes of a deployed stack, as they pass its bus.

use crate::Ended;
use crate::args::Format;
use crate::interrupt;
use crate::terminal::{Style, Terminal, safe, safe_json};
use anyhow::Context;
use serde_json::{Value, json};
use std::io::Write;
use trailreflex_aws::{BusTap, CallFailed, load_for_a_person};
use trailreflex_detection::Level;
use trailreflex_model::{Finding, Severity};
use trailreflex_notify::{Message, read};
use trailreflex_response::{Outcome, OutcomeStatus};

/// Shows what passes the bus of a stack until it is interrupted, and removes the rule and the queue that it needs for that.
pub(super) fn follow(stack: &str, format: Format, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    interrupt::listen()?;
    let runtime = crate::operate::runtime()?;
    // Not the stack's name: what goes by that is watched, and its end would be told as an attack and mended.
    let name = format!("tail-{}-{}", crate::suppressing::now().as_second(), std::process::id());
    let pattern = json!({"source": [{"prefix": "trailreflex."}]});
    let tap = runtime.block_on(async {
        BusTap::open(&load_for_a_person().await, &format!("{stack}-findings"), &name, &pattern).await
    });
    let tap = tap.with_context(|| {
        format!(
            "what passes the bus {stack}-findings cannot be seen; is --stack the stack's name, and is there a profile (AWS_PROFILE) \
             and a Region (AWS_REGION) whose identity may call {}?",
            BusTap::PERMISSIONS.join(", ")
        )
    })?;
    terminal.complain(&format!("watching {stack}-findings by way of {name}, until Ctrl-C"));
    let shown = show_all(&tap, &runtime, format, terminal);
    let closed = runtime.block_on(tap.close());
    closed.with_context(|| format!("the rule or the queue {name} is left; remove it"))?;
    shown
}

fn show_all(
    tap: &BusTap,
    runtime: &tokio::runtime::Runtime,
    format: Format,
    terminal: &mut Terminal,
) -> anyhow::Result<Ended> {
    while interrupt::check().is_ok() {
        let events = match runtime.block_on(tap.next()) {
            Ok(events) => events,
            Err(CallFailed { is_transient: true, .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        for event in events {
            let line = match format {
                Format::Json => safe_json(&without_token(event).to_string()).into_owned(),
                Format::Table => line(&event, terminal),
            };
            terminal.line(format!("{line}\n").as_bytes())?;
        }
        terminal.out.flush()?;
    }
    Ok(Ended::Well)
}

/// Takes out by what a plan is approved: what is shown here ends in files and on screens that others see.
pub(super) fn without_token(mut event: Value) -> Value {
    if let Some(detail) = event.get_mut("detail").and_then(Value::as_object_mut) {
        detail.remove("invitation");
    }
    event
}

/// What an event is, in a line.
pub(super) fn line(event: &Value, terminal: &Terminal) -> String {
    let text = |name: &str| event.get(name).and_then(Value::as_str).unwrap_or_default();
    let (style, what, rest) = match read(&event.to_string()) {
        Ok(Message::Finding(finding)) => (
            style(finding.severity),
            format!("{} {}", finding.severity.as_str(), finding.rule.title),
            of_finding(&finding),
        ),
        Ok(Message::Outcome(outcome)) => (
            status_style(outcome.status),
            format!("{} {}", outcome.status.as_str(), outcome.plan.cause.title),
            of_outcome(&outcome),
        ),
        Ok(Message::LeftBehind(_) | Message::Review(_) | Message::Alarm(_)) | Err(_) => {
            (Style::Dim, text("detail-type").to_owned(), format!("of {}", text("source")))
        }
    };
    let what = safe(&what).into_owned();
    format!("{}  {}  {}", safe(text("time")), terminal.paint(style, &what), safe(&rest))
}

fn of_finding(finding: &Finding) -> String {
    let Finding { actor, evidence, target, .. } = finding;
    let arn = actor.arn.as_ref().map(ToString::to_string);
    let who = arn.or_else(|| actor.principal_id.clone()).unwrap_or_else(|| actor.kind.clone());
    let from = actor.source_address.as_deref().map(|from| format!(" from {from}")).unwrap_or_default();
    let concerns = target.as_ref().map(|target| format!(", concerns {target}")).unwrap_or_default();
    format!("by {who}{from} in {}{concerns}", evidence.region)
}

fn of_outcome(outcome: &Outcome) -> String {
    let plan = &outcome.plan;
    let identity = plan.identity.as_ref().map(|identity| identity.arn.to_string());
    let whom = identity.or_else(|| plan.subject.clone()).unwrap_or_default();
    format!("{whom}, plan {}", plan.id)
}

fn style(severity: Severity) -> Style {
    Level::named(severity.as_str()).map_or(Style::Dim, Style::Of)
}

fn status_style(status: OutcomeStatus) -> Style {
    if status == OutcomeStatus::Contained { Style::Good } else { Style::Bold }
}
