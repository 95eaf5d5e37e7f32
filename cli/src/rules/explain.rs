//! `trailreflex rules explain`: why a rule matches an event.

use super::load::load;
use crate::Ended;
use crate::args::Explain;
use crate::input::{log_file, name_of, placed};
use crate::terminal::{Style, Terminal, safe};
use anyhow::{Context, bail};
use serde_json::Value;
use std::io::Write;
use trailreflex_detection::{Explanation, Rule};
use trailreflex_model::cloudtrail::Record;

/// Runs the command.
pub(crate) fn run(options: &Explain, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = load(&options.rules, terminal)?;
    let wanted = &options.rule;
    let Some(rule) = rules.rule(wanted) else {
        bail!("no rule is called `{wanted}`; `trailreflex rules list` shows all");
    };
    if rules.correlations().any(|correlation| std::ptr::eq(correlation, rule)) {
        bail!("`{wanted}` is a correlation: it is about many events, so one cannot explain it");
    }
    let name = name_of(&options.event);
    let file = log_file(&options.event, options.limit.max_bytes).with_context(|| name.clone())?;
    if file.records.is_empty() {
        bail!("{name}: holds no CloudTrail record");
    }
    for (place, record) in placed(file) {
        let matches = rules.evaluate(record.raw());
        let found = matches.iter().find(|found| std::ptr::eq(found.rule, rule));
        let explanation = found.map(|found| found.explain(record.raw()));
        show(rule, &format!("{name}:{place}"), (&record, explanation), terminal)?;
    }
    Ok(Ended::Well)
}

fn show(
    rule: &Rule,
    place: &str,
    (record, explanation): (&Record, Option<Explanation>),
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let called = rule.name.as_deref().unwrap_or(&rule.title);
    let verdict = if explanation.is_some() { "matches" } else { "does not match" };
    let style = if explanation.is_some() { Style::Of(rule.level) } else { Style::Dim };
    let call = record.event_name().unwrap_or("a record without event name");
    let verdict = terminal.paint(style, verdict);
    writeln!(terminal.out, "{}: `{}` {verdict} {}", safe(place), safe(called), safe(call))?;
    for selection in explanation.into_iter().flat_map(|explanation| explanation.selections) {
        let name = safe(&selection.name);
        let name = terminal.paint(Style::Bold, &name).into_owned();
        writeln!(terminal.out, "  {name}")?;
        for field in selection.fields {
            let values = field.values.iter().map(text).collect::<Vec<_>>().join(", ");
            let values = if values.is_empty() { "absent" } else { &values };
            writeln!(terminal.out, "    {} = {}", safe(&field.field), safe(values))?;
        }
    }
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
