//! Where records go: each format in its own way, and only as much in memory as it needs.

use crate::args::RecordsFormat;
use crate::output_file::OutputFile;
use crate::record_cells::{HEADINGS, cells};
use crate::table::{MAX_ROWS, Table};
use crate::terminal::{Style, Terminal, safe_json};
use anyhow::bail;
use std::io::Write;
use std::path::Path;
use trailreflex_detection::Level;
use trailreflex_model::cloudtrail::Record;
use trailreflex_pages::row;

/// A record, as its format shows it.
#[derive(Debug)]
pub(super) enum Found {
    Line(String),
    Cells(Box<[String; 12]>),
}

impl Found {
    /// Takes of a record what is shown.
    pub(super) fn of(record: &Record, format: RecordsFormat) -> Self {
        match format {
            RecordsFormat::Json => Self::Line(record.raw().to_string()),
            RecordsFormat::Table | RecordsFormat::Csv => Self::Cells(Box::new(cells(record))),
        }
    }
}

/// The format, with what has to wait for the end, and where it goes.
#[derive(Debug)]
pub(super) struct Output {
    table: Option<Box<Table<8>>>,
    rows: usize,
    file: Option<OutputFile>,
}

impl Output {
    /// Begins; to a file if one is given.
    pub(super) fn begin(
        format: RecordsFormat,
        path: Option<&Path>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Self> {
        let headings = ["TIME", "CALL", "BY", "FROM", "KEY", "OUTCOME", "WHERE", "ID"];
        let is_table = format == RecordsFormat::Table;
        if is_table && path.is_some() {
            bail!("a table is for the terminal; add --format json or --format csv to --output");
        }
        let file = path.map(OutputFile::begin).transpose()?;
        let table = is_table.then(|| Box::new(Table::new(headings)));
        let mut output = Self { table, rows: 0, file };
        if format == RecordsFormat::Csv {
            let [a, b, c, d, e, f, g, h, i, j, k, l] = HEADINGS.map(str::to_owned);
            output.write(&row(&[a, b, c, d, e, f, g, h, i, j, k, l, "input".to_owned()])?, terminal)?;
        }
        Ok(output)
    }

    /// Takes a record.
    pub(super) fn add(&mut self, found: Found, input: &str, terminal: &mut Terminal) -> anyhow::Result<()> {
        self.rows = self.rows.saturating_add(1);
        let cells = match found {
            Found::Line(text) => return self.write(format!("{}\n", safe_json(&text)).as_bytes(), terminal),
            Found::Cells(cells) => cells,
        };
        let [time, id, source, name, outcome, account, region, caller, key, address, agent, parameters] =
            *cells;
        let Some(table) = &mut self.table else {
            let input = input.to_owned();
            let line = row(&[
                time, id, source, name, outcome, account, region, caller, key, address, agent, parameters,
                input,
            ])?;
            return self.write(&line, terminal);
        };
        if self.rows > MAX_ROWS {
            return Ok(());
        }
        let service = source.strip_suffix(".amazonaws.com").unwrap_or(&source);
        let style = if outcome.is_empty() { Style::Dim } else { Style::Of(Level::Medium) };
        let (call, place) = (format!("{service} {name}"), format!("{account} {region}"));
        table.add(style, [&time, &call, &caller, &address, &key, &outcome, &place, &id]);
        Ok(())
    }

    /// Writes what has waited, and finishes the file.
    pub(super) fn end(self, terminal: &mut Terminal) -> anyhow::Result<()> {
        if let Some(table) = &self.table {
            table.write(terminal)?;
            if let Some(more) = self.rows.checked_sub(MAX_ROWS).filter(|more| *more > 0) {
                terminal.complain(&format!(
                    "{more} more records are not in the table; narrow the search, or use --format json or csv"
                ));
            }
        }
        self.file.map_or(Ok(()), OutputFile::finish)
    }

    fn write(&mut self, line: &[u8], terminal: &mut Terminal) -> anyhow::Result<()> {
        match &mut self.file {
            Some(file) => Ok(file.write_all(line)?),
            None => terminal.line(line),
        }
    }
}
