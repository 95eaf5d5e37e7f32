//! `trailreflex access simulate`: is a call allowed, and by which statement?

use crate::Ended;
use crate::args::{Format, Simulate};
use crate::input::{name_of, text};
use crate::terminal::{Style, Terminal, safe};
use anyhow::{Context, bail};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use trailreflex_access::{Caller, Decision, Policies, Policy, Request, is_account_id};

#[derive(Serialize)]
struct Line<'l> {
    action: &'l str,
    resource: &'l str,
    decision: Decision,
}

/// Runs the command.
pub(crate) fn run(options: &Simulate, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let Some(caller) = Caller::named(&options.principal) else {
        bail!("`{}` is no principal; give an ARN, an account, a service or `*`", safe(&options.principal));
    };
    let policies = policies(options)?;
    let context = context(&options.context)?;
    let format = terminal.format(options.format);
    for action in &options.actions {
        if !action.contains(':') {
            bail!("`{}` is no action; write service:Action", safe(action));
        }
        let request =
            Request::new(caller.clone(), action, &options.resource, context.clone(), options.complete);
        let line = Line { action, resource: &options.resource, decision: policies.decide(&request) };
        match format {
            Format::Json => terminal.json_line(&line)?,
            Format::Table => show(&line, terminal)?,
        }
    }
    Ok(Ended::Well)
}

fn policies(options: &Simulate) -> anyhow::Result<Policies> {
    let all = |paths: &[PathBuf]| paths.iter().map(|path| policy(path)).collect::<anyhow::Result<Vec<_>>>();
    let one = |path: &Option<PathBuf>| path.as_deref().map(policy).transpose();
    let of_arn = options.resource.split(':').nth(4).filter(|account| is_account_id(account));
    Ok(Policies {
        resource_account: options
            .resource_account
            .as_ref()
            .map(ToString::to_string)
            .or(of_arn.map(str::to_owned)),
        identity: all(&options.identity)?,
        resource: one(&options.resource_policy)?,
        boundary: one(&options.boundary)?,
        session: one(&options.session)?,
        service_control: all(&options.service_control)?.into_iter().map(|policy| vec![policy]).collect(),
        resource_control: all(&options.resource_control)?,
        needs_resource_policy: options.needs_resource_policy,
    })
}

fn policy(path: &Path) -> anyhow::Result<Policy> {
    let read = || -> anyhow::Result<Policy> { Ok(Policy::from_text(&text(path)?)?) };
    read().with_context(|| name_of(path))
}

fn context(entries: &[String]) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut context: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in entries {
        let Some((key, value)) = entry.split_once('=') else {
            bail!("`{}` is no context; write KEY=VALUE", safe(entry));
        };
        context.entry(key.to_ascii_lowercase()).or_default().push(value.to_owned());
    }
    Ok(context)
}

fn show(line: &Line<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
    let (word, style, because) = match &line.decision {
        Decision::Allowed(by) => ("allowed", Style::Good, Some(by)),
        Decision::ExplicitlyDenied(by) => ("explicitly denied", Style::Bold, Some(by)),
        Decision::ImplicitlyDenied(_) => ("implicitly denied", Style::Bold, None),
        Decision::CannotTell(by) => ("cannot tell", Style::Dim, Some(by)),
    };
    let word = terminal.paint(style, word).into_owned();
    let by = match (&line.decision, because) {
        (_, Some(by)) => {
            let sid = by.sid.as_deref().map(|sid| format!(" `{}`", safe(sid))).unwrap_or_default();
            format!("{} policy {}, statement {}{sid}", name(by.source), by.policy, by.statement)
        }
        (Decision::ImplicitlyDenied(source), None) => {
            format!("no Allow in a policy of kind {}", name(*source))
        }
        (Decision::Allowed(_) | Decision::ExplicitlyDenied(_) | Decision::CannotTell(_), None) => {
            String::new()
        }
    };
    writeln!(terminal.out, "{word}  {}  {}  {by}", safe(line.action), safe(line.resource))?;
    Ok(())
}

fn name(source: trailreflex_access::Source) -> &'static str {
    use trailreflex_access::Source;
    match source {
        Source::Identity => "identity",
        Source::Resource => "resource",
        Source::Boundary => "boundary",
        Source::Session => "session",
        Source::ServiceControl => "service control",
        Source::ResourceControl => "resource control",
    }
}
