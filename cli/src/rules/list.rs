//! `trailreflex rules list`.

use super::load::load;
use crate::Ended;
use crate::args::{Format, List};
use crate::table::Table;
use crate::terminal::{Style, Terminal};

/// Runs the command.
pub(crate) fn run(options: &List, terminal: &mut Terminal) -> anyhow::Result<Ended> {
    let rules = load(&options.rules, terminal)?;
    let format = terminal.format(options.format);
    let mut table = Table::new(["LEVEL", "NAME", "TITLE", "ATT&CK", "ID"]);
    for rule in rules.rules().chain(rules.correlations()) {
        match format {
            Format::Json => terminal.json_line(rule)?,
            Format::Table => {
                let technique =
                    |tag: &String| tag.strip_prefix("attack.t").map(|number| format!("T{number}"));
                let techniques: Vec<_> = rule.tags.iter().filter_map(technique).collect();
                let name = rule.name.as_deref().unwrap_or_default();
                let cells = [rule.level.name(), name, &rule.title, &techniques.join(" "), rule.key()];
                table.add(Style::Of(rule.level), cells);
            }
        }
    }
    table.write(terminal)?;
    Ok(Ended::Well)
}
