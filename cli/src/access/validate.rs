//! `trailreflex access validate`: mistakes and risks in policies.

use crate::Ended;
use crate::args::{Format, KindOfPolicy, Validate};
use crate::input::{name_of, text};
use crate::terminal::{Style, Terminal, safe};
use serde::Serialize;
use std::io::Write;
use trailreflex_access::{Issue, IssueType, PolicyKind, validate};

#[derive(Serialize)]
struct Line<'l> {
    file: &'l str,
    #[serde(flatten)]
    issue: &'l Issue,
}

/// Runs the command.
pub(crate) fn run(options: &Validate, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let format = terminal.format(options.format);
    let kind = options.kind.map(kind);
    let mut has_errors = false;
    let mut ended = Ended::Well;
    for path in &options.paths {
        let name = name_of(path);
        let issues = match text(path) {
            Ok(text) => validate(&text, kind),
            Err(error) => {
                terminal.complain(&format!("{name}: {error:#}"));
                ended = Ended::WithUnreadableInput;
                continue;
            }
        };
        for issue in &issues {
            has_errors |= issue.issue_type == IssueType::Error;
            let line = Line { file: &name, issue };
            match format {
                Format::Json => terminal.json_line(&line)?,
                Format::Table => show(&line, terminal)?,
            }
        }
    }
    Ok(if ended == Ended::Well && has_errors { Ended::WithRejections } else { ended })
}

fn show(line: &Line<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
    let (word, style) = match line.issue.issue_type {
        IssueType::Error => ("error", Style::Bold),
        IssueType::SecurityWarning => ("security", Style::Of(trailreflex_detection::Level::High)),
    };
    let word = terminal.paint(style, word).into_owned();
    let Issue { code, path, what, .. } = line.issue;
    writeln!(terminal.out, "{word}  {}  {code}  {}: {}", safe(line.file), safe(path), safe(what))?;
    Ok(())
}

fn kind(kind: KindOfPolicy) -> PolicyKind {
    match kind {
        KindOfPolicy::Identity => PolicyKind::Identity,
        KindOfPolicy::Resource => PolicyKind::Resource,
        KindOfPolicy::Trust => PolicyKind::Trust,
        KindOfPolicy::Scp => PolicyKind::ServiceControl,
        KindOfPolicy::Rcp => PolicyKind::ResourceControl,
    }
}
