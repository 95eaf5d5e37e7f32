//! A timeline as a table, as JSON and as CSV.

use super::{Found, html, write};
use crate::args::FindingsFormat;
use crate::record_cells::HEADINGS;
use crate::table::Table;
use crate::terminal::{Style, Terminal, safe_json};
use anyhow::bail;
use serde_json::{Map, Value, json};
use std::io::Write;
use trailreflex_detection::Level;
use trailreflex_history::{Edge, How, Mark, Node};
use trailreflex_pages::row;

/// Writes the timeline.
pub(super) fn show<W: Write>(
    found: &Found,
    format: FindingsFormat,
    mut to: (&mut Terminal, Option<&mut W>),
) -> anyhow::Result<()> {
    match format {
        FindingsFormat::Table if to.1.is_some() => {
            bail!("a table is for the terminal; add --format html, json or csv to --output")
        }
        FindingsFormat::Table => table(found, to.0),
        FindingsFormat::Html => write(html::document(found)?.as_bytes(), &mut to),
        FindingsFormat::Csv => {
            write(&csv_heading()?, &mut to)?;
            found.calls.iter().try_for_each(|call| {
                let [a, b, c, d, e, f, g, h, i, j, k, l] = call.cells.clone();
                write(&row(&[name(found, call.node), a, b, c, d, e, f, g, h, i, j, k, l])?, &mut to)
            })
        }
        FindingsFormat::Json => lines(found)
            .try_for_each(|line| write(format!("{}\n", safe_json(&line.to_string())).as_bytes(), &mut to)),
    }
}

/// In a person's words.
pub(super) fn how(how: How) -> &'static str {
    match how {
        How::AssumedRole => "assumed role",
        How::FederationToken => "got federation token",
        How::SessionToken => "got session token",
        How::CreatedKey => "created key",
        How::CreatedUser => "created user",
        How::CreatedRole => "created role",
        How::SetPassword => "set password",
    }
}

/// Returns what an identity is called.
pub(super) fn name(found: &Found, node: usize) -> String {
    found.lineage.nodes().get(node).map(|node| node.name.clone()).unwrap_or_default()
}

fn table(found: &Found, terminal: &mut Terminal) -> anyhow::Result<()> {
    let mut led = Table::new(["TIME", "FROM", "HOW", "TO", "MARK"]);
    for Edge { from, to, how: by, at, .. } in found.lineage.edges() {
        let time = at.map(|at| at.to_string()).unwrap_or_default();
        let (from, to_name) = (name(found, *from), name(found, *to));
        let mark = found.lineage.nodes().get(*to).and_then(|node| node.mark.as_ref());
        let mark = mark.map(Mark::as_str).unwrap_or_default();
        led.add(Style::Dim, [&time, &from, how(*by), &to_name, mark]);
    }
    led.write(terminal)?;
    if !found.lineage.edges().is_empty() {
        writeln!(terminal.out)?;
    }
    let mut calls = Table::new(["TIME", "WHO", "CALL", "FROM", "OUTCOME", "WHERE", "ID"]);
    for call in &found.calls {
        let [time, id, source, event, outcome, account, region, _, _, address, ..] = &call.cells;
        let service = source.strip_suffix(".amazonaws.com").unwrap_or(source);
        let style = if outcome.is_empty() { Style::Dim } else { Style::Of(Level::Medium) };
        let (what, place) = (format!("{service} {event}"), format!("{account} {region}"));
        calls.add(style, [time, &name(found, call.node), &what, address, outcome, &place, id]);
    }
    calls.write(terminal)
}

fn csv_heading() -> anyhow::Result<Vec<u8>> {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = HEADINGS.map(str::to_owned);
    Ok(row(&["identity".to_owned(), a, b, c, d, e, f, g, h, i, j, k, l])?)
}

/// Returns identities, links and calls, each with its kind.
fn lines(found: &Found) -> impl Iterator<Item = Value> {
    let numbered = found.lineage.nodes().iter().enumerate();
    let nodes = numbered.map(|(number, Node { name, mark, depth })| {
        let mark = mark.as_ref().map(Mark::as_str);
        json!({"kind": "identity", "identity": number, "name": name, "mark": mark, "depth": depth})
    });
    let edges = found.lineage.edges().iter().map(|Edge { from, to, how, at, event_id }| {
        json!({"kind": "link", "from": from, "to": to, "how": how, "time": at, "eventID": event_id})
    });
    let calls = found.calls.iter().map(|call| {
        let mut line = Map::new();
        line.insert("kind".to_owned(), "call".into());
        line.insert("identity".to_owned(), call.node.into());
        let cells = HEADINGS.iter().zip(&call.cells).filter(|(_, cell)| !cell.is_empty());
        line.extend(cells.map(|(heading, cell)| ((*heading).to_owned(), Value::from(cell.as_str()))));
        Value::Object(line)
    });
    nodes.chain(edges).chain(calls)
}
