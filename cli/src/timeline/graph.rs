//! Where the boxes and lines of a graph stand: one column for each step from the start.

use crate::terminal::short;
use std::collections::BTreeMap;
use trailreflex_history::{Lineage, Mark};

/// Most identities of a graph: more cannot be read.
pub(super) const MAX_BOXES: usize = 150;
const WIDTH: usize = 250;
const HEIGHT: usize = 46;
const COLUMN: usize = 430;
const ROW: usize = 66;
const MARGIN: usize = 8;
/// How many characters fit into a box.
const SIGNS: usize = 31;

/// An identity.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Box {
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) name: String,
    pub(super) mark: String,
    /// All of the name.
    pub(super) whole: String,
    pub(super) is_start: bool,
}

/// One identity led to another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) x1: usize,
    pub(super) y1: usize,
    pub(super) x2: usize,
    pub(super) y2: usize,
    /// Where its text stands.
    pub(super) text_x: usize,
    pub(super) text_y: usize,
    pub(super) how: &'static str,
    pub(super) time: String,
}

/// A graph; sizes in pixels.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) box_width: usize,
    pub(super) box_height: usize,
    pub(super) boxes: Vec<Box>,
    pub(super) lines: Vec<Line>,
    pub(super) left_out: usize,
}

impl Graph {
    /// Lays a lineage out.
    pub(super) fn of(lineage: &Lineage) -> Self {
        let nodes = lineage.nodes();
        let first = nodes.iter().map(|node| node.depth).min().unwrap_or_default();
        let mut rows: BTreeMap<usize, usize> = BTreeMap::new();
        let boxes: Vec<_> = nodes
            .iter()
            .take(MAX_BOXES)
            .enumerate()
            .map(|(number, node)| {
                let column = usize::try_from(node.depth.saturating_sub(first)).unwrap_or_default();
                let row = rows.entry(column).or_default();
                let y = row.saturating_mul(ROW).saturating_add(MARGIN);
                *row = row.saturating_add(1);
                let mark = node.mark.as_ref().map(Mark::as_str).unwrap_or_default();
                let mark = if mark == node.name { "" } else { mark };
                Box {
                    x: column.saturating_mul(COLUMN).saturating_add(MARGIN),
                    y,
                    name: end_of(&node.name),
                    mark: end_of(mark),
                    whole: crate::page::shown(&format!("{} {mark}", node.name)),
                    is_start: number == 0,
                }
            })
            .collect();
        let extent = |places: &mut dyn Iterator<Item = usize>, size: usize| {
            places.max().unwrap_or_default().saturating_add(size).saturating_add(MARGIN)
        };
        Self {
            width: extent(&mut boxes.iter().map(|one| one.x), WIDTH),
            height: extent(&mut boxes.iter().map(|one| one.y), HEIGHT),
            box_width: WIDTH,
            box_height: HEIGHT,
            lines: lines(lineage, &boxes),
            left_out: nodes.len().saturating_sub(MAX_BOXES),
            boxes,
        }
    }
}

fn lines(lineage: &Lineage, boxes: &[Box]) -> Vec<Line> {
    let line = |edge: &trailreflex_history::Edge| {
        let (from, to) = (boxes.get(edge.from)?, boxes.get(edge.to)?);
        let middle = HEIGHT / 2;
        let (x1, x2) = (from.x.saturating_add(WIDTH), to.x);
        let (y1, y2) = (from.y.saturating_add(middle), to.y.saturating_add(middle));
        Some(Line {
            x1,
            y1,
            x2,
            y2,
            // Near the end: lines begin together and end apart.
            text_x: x2.saturating_sub(8),
            text_y: y2.saturating_sub(14),
            how: super::show::how(edge.how),
            time: edge.at.map(|at| at.strftime("%m-%d %H:%M").to_string()).unwrap_or_default(),
        })
    };
    lineage.edges().iter().filter_map(line).collect()
}

/// Returns the end of a long name: ARNs differ there. Of a session's ARN it is role and session.
fn end_of(name: &str) -> String {
    let name = name.split_once(":assumed-role/").map_or(name, |(_, session)| session);
    let count = name.chars().count();
    if count <= SIGNS {
        return short(name, SIGNS);
    }
    let end: String = name.chars().skip(count.saturating_sub(SIGNS.saturating_sub(1))).collect();
    short(&format!("…{end}"), SIGNS)
}
