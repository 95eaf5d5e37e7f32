//! A timeline as one page for a browser, with a graph of who became whom.

use super::Found;
use super::graph::Graph;
use super::show::name;
use crate::page::{Look, cell, shown};
use crate::reading::Counts;
use askama::Template;

/// Most calls on a page: a browser still filters them at once.
const MAX_ROWS: usize = 5_000;

#[derive(Debug)]
struct Row {
    time: String,
    who: String,
    call: String,
    source: String,
    outcome: String,
    address: String,
    agent: String,
    place: String,
    event_id: String,
    parameters: String,
}

#[derive(Template)]
#[template(path = "timeline.html")]
struct Document<'p> {
    look: Look,
    counts: &'p Counts,
    start: String,
    calls: usize,
    identities: usize,
    first: &'p str,
    last: &'p str,
    graph: Graph,
    rows: Vec<Row>,
    left_out: usize,
}

/// Returns the page.
///
/// # Errors
/// None that is known: the template is checked when the command is built.
pub(super) fn document(found: &Found) -> anyhow::Result<String> {
    let time = |call: Option<&super::Call>| {
        call.map(|call| call.cells.first().map_or("", String::as_str).to_owned())
    };
    let first = time(found.calls.first()).unwrap_or_default();
    let last = time(found.calls.last()).unwrap_or_default();
    let rows = found.calls.iter().take(MAX_ROWS).map(|call| {
        let [time, id, source, event, outcome, account, region, _, _, address, agent, parameters] =
            &call.cells;
        Row {
            time: shown(time),
            who: cell(&name(found, call.node)),
            call: cell(event),
            source: shown(source),
            outcome: cell(outcome),
            address: cell(address),
            agent: cell(agent),
            place: shown(&format!("{account} {region}")),
            event_id: shown(id),
            parameters: shown(parameters),
        }
    });
    let document = Document {
        look: Look::new(),
        counts: &found.counts,
        start: shown(&found.lineage.start().to_string()),
        calls: found.calls.len(),
        identities: found.lineage.nodes().len(),
        first: &first,
        last: &last,
        graph: Graph::of(&found.lineage),
        rows: rows.collect(),
        left_out: found.calls.len().saturating_sub(MAX_ROWS),
    };
    Ok(document.render()?)
}
