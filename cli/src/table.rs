//! Columns, as wide as their longest cell.

use crate::terminal::{Style, Terminal, short};
use std::io::Write;

/// The longest text that a cell shows, in characters.
const MAX_CELL: usize = 60;

/// Rows under headings.
#[derive(Debug)]
pub(crate) struct Table<const COLUMNS: usize> {
    headings: [&'static str; COLUMNS],
    rows: Vec<(Style, [String; COLUMNS])>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table without rows.
    pub(crate) fn new(headings: [&'static str; COLUMNS]) -> Self {
        Self { headings, rows: Vec::new() }
    }

    /// Adds a row whose first cell is shown in `style`. Cells are made safe and cut, except the last, which is only
    /// made safe.
    pub(crate) fn add(&mut self, style: Style, cells: [&str; COLUMNS]) {
        let mut index = 0;
        let cells = cells.map(|cell| {
            index += 1;
            short(cell, if index == COLUMNS { usize::MAX } else { MAX_CELL })
        });
        self.rows.push((style, cells));
    }

    /// Writes the table, unless it has no rows.
    pub(crate) fn write(&self, terminal: &mut Terminal) -> anyhow::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let headings = self.headings.map(str::to_owned);
        write_columns(&headings, self.rows.iter().map(|(style, cells)| (*style, cells.as_slice())), terminal)
    }
}

/// Writes rows of safe cells under safe headings, as many in each row.
pub(crate) fn write_columns<'c>(
    headings: &[String],
    rows: impl Iterator<Item = (Style, &'c [String])> + Clone,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let mut widths: Vec<_> = headings.iter().map(|heading| heading.chars().count()).collect();
    for (_, cells) in rows.clone() {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let heading = line(headings, &widths, |_, cell| terminal.paint(Style::Bold, cell).into_owned());
    writeln!(terminal.out, "{heading}")?;
    for (style, cells) in rows {
        let painted = |index: usize, cell: &str| {
            if index == 0 { terminal.paint(style, cell).into_owned() } else { cell.to_owned() }
        };
        let text = line(cells, &widths, painted);
        writeln!(terminal.out, "{text}")?;
    }
    Ok(())
}

/// Pads all cells but the last: nothing follows it.
fn line(cells: &[String], widths: &[usize], painted: impl Fn(usize, &str) -> String) -> String {
    let mut text = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        text.push_str(&painted(index, cell));
        if index.saturating_add(1) < cells.len() {
            let padding = width.saturating_sub(cell.chars().count()).saturating_add(2);
            text.extend(std::iter::repeat_n(' ', padding));
        }
    }
    text
}
