//! Where findings go: each format in its own way, and only as much in memory as it needs.

use super::csv;
use super::html::Page;
use super::line::Line;
use crate::args::FindingsFormat;
use crate::reading::Counts;
use crate::table::Table;
use crate::terminal::{Style, Terminal};
use std::io::Write;

/// The format, with what has to wait for the end.
#[derive(Debug)]
pub(super) enum Output {
    /// Columns are as wide as their longest cell.
    Table(Box<Table<8>>),
    /// Nothing waits.
    Json,
    /// Nothing waits.
    Csv,
    /// Counts come before findings.
    Html(Page),
}

impl Output {
    /// Begins.
    pub(super) fn new(format: FindingsFormat, terminal: &mut Terminal) -> anyhow::Result<Self> {
        let headings = ["LEVEL", "TIME", "FINDING", "CALL", "BY", "FROM", "USER AGENT", "WHERE"];
        Ok(match format {
            FindingsFormat::Table => Self::Table(Box::new(Table::new(headings))),
            FindingsFormat::Json => Self::Json,
            FindingsFormat::Html => Self::Html(Page::default()),
            FindingsFormat::Csv => {
                terminal.out.write_all(&csv::heading()?)?;
                Self::Csv
            }
        })
    }

    /// Takes a finding.
    pub(super) fn add(&mut self, line: &Line<'_>, terminal: &mut Terminal) -> anyhow::Result<()> {
        match self {
            Self::Json => terminal.json_line(line),
            Self::Csv => Ok(terminal.out.write_all(&csv::line(line)?)?),
            Self::Html(page) => {
                page.add(line);
                Ok(())
            }
            Self::Table(table) => {
                let [call, caller, address, program, place] = line.cells();
                let time = line.event_time.as_deref().unwrap_or_default();
                let (title, style) = match &line.suppressed_by {
                    Some(id) => (format!("(suppressed by {id}) {}", line.title), Style::Dim),
                    None => (line.title.to_owned(), Style::Of(line.level)),
                };
                let cells = [line.level.name(), time, &title, &call, &caller, &address, &program, &place];
                table.add(style, cells);
                Ok(())
            }
        }
    }

    /// Writes what has waited.
    pub(super) fn end(
        self,
        counts: &Counts,
        suppressed: usize,
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        match self {
            Self::Json | Self::Csv => Ok(()),
            Self::Table(table) => table.write(terminal),
            Self::Html(page) => Ok(terminal.out.write_all(page.document(counts, suppressed)?.as_bytes())?),
        }
    }
}
