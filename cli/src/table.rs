//! Columns, as wide as their longest cell.

use crate::terminal::{Style, Terminal, short};
use std::io::Write;

/// The longest text that a cell shows, in characters.
const MAX_CELL: usize = 60;

/// Most rows that a table of records should have: its columns are as wide as their longest cell, so it is kept until the end.
pub(crate) const MAX_ROWS: usize = 10_000;

/// Rows under headings.
#[derive(Debug)]
pub(crate) struct Table<const COLUMNS: usize>(Grid);

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table without rows.
    pub(crate) fn new(headings: [&'static str; COLUMNS]) -> Self {
        Self(Grid::new(headings.map(str::to_owned).to_vec()))
    }

    /// Adds a row whose first cell is shown in `style`. Cells are made safe and cut, except the last, which is only
    /// made safe.
    pub(crate) fn add(&mut self, style: Style, cells: [&str; COLUMNS]) {
        self.0.add(style, cells);
    }

    /// Writes the table, unless it has no rows.
    pub(crate) fn write(&self, terminal: &mut Terminal) -> anyhow::Result<()> {
        self.0.write(terminal)
    }
}

/// The same for columns that are known late.
#[derive(Debug)]
pub(crate) struct Grid {
    headings: Vec<String>,
    rows: Vec<(Style, Vec<String>)>,
}

impl Grid {
    /// A table without rows. The headings must be safe.
    pub(crate) fn new(headings: Vec<String>) -> Self {
        Self { headings, rows: Vec::new() }
    }

    /// Adds a row of as many cells as there are headings, whose first is shown in `style`. Cells are made safe and cut, except the
    /// last, which is only made safe.
    pub(crate) fn add<'c>(&mut self, style: Style, cells: impl IntoIterator<Item = &'c str>) {
        let last = self.headings.len().saturating_sub(1);
        let limit = |index| if index == last { usize::MAX } else { MAX_CELL };
        let cells = cells.into_iter().enumerate().map(|(index, cell)| short(cell, limit(index)));
        self.rows.push((style, cells.collect()));
    }

    /// Returns how many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Writes the table, unless it has no rows.
    pub(crate) fn write(&self, terminal: &mut Terminal) -> anyhow::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut widths: Vec<_> = self.headings.iter().map(|heading| heading.chars().count()).collect();
        for (_, cells) in &self.rows {
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let heading = line(&self.headings, &widths, |_, cell| terminal.paint(Style::Bold, cell).into_owned());
        writeln!(terminal.out, "{heading}")?;
        for (style, cells) in &self.rows {
            let painted = |index: usize, cell: &str| {
                if index == 0 { terminal.paint(*style, cell).into_owned() } else { cell.to_owned() }
            };
            let text = line(cells, &widths, painted);
            writeln!(terminal.out, "{text}")?;
        }
        Ok(())
    }
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
