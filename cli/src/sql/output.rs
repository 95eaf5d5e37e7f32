//! Where rows go: each format in its own way, and only as much in memory as it needs.

use crate::args::RowsFormat;
use crate::interrupt;
use crate::output_file::OutputFile;
use crate::table::{Grid, MAX_ROWS};
use crate::terminal::{Style, Terminal, safe, safe_json};
use anyhow::{anyhow, bail};
use std::path::Path;
use trailreflex_pages::row;
use trailreflex_sql::{ParquetFile, ReadError, RecordBatch, Schema, Taker, headings, json_lines, text_rows};

/// The format, with what has to wait for the end, and where it goes.
#[derive(Debug)]
pub(super) struct Output<'t> {
    terminal: &'t mut Terminal,
    format: RowsFormat,
    rows: usize,
    table: Grid,
    file: Option<OutputFile>,
    parquet: Option<ParquetFile<OutputFile>>,
}

impl<'t> Output<'t> {
    /// Begins; to a file if one is given.
    pub(super) fn of(
        format: RowsFormat,
        path: Option<&Path>,
        terminal: &'t mut Terminal,
    ) -> anyhow::Result<Self> {
        match (format, path) {
            (RowsFormat::Table, Some(_)) => {
                bail!("a table is for the terminal; add --format json, csv or parquet to --output");
            }
            (RowsFormat::Parquet, None) => bail!("Parquet is for files; add --output FILE"),
            (RowsFormat::Table | RowsFormat::Json | RowsFormat::Csv | RowsFormat::Parquet, _) => {}
        }
        let file = path.map(OutputFile::begin).transpose()?;
        Ok(Self { terminal, format, rows: 0, table: Grid::new(Vec::new()), file, parquet: None })
    }

    /// Writes what has waited, finishes the file, and returns how many rows there were.
    pub(super) fn end(self) -> anyhow::Result<usize> {
        self.table.write(self.terminal)?;
        if let Some(more) = self.rows.checked_sub(MAX_ROWS).filter(|more| *more > 0)
            && self.format == RowsFormat::Table
        {
            self.terminal.complain(&format!(
                "{more} more rows are not in the table; add a LIMIT, or use --format json, csv or parquet"
            ));
        }
        let parquet = self.parquet.map(ParquetFile::finish).transpose().map_err(|error| anyhow!(error))?;
        parquet.or(self.file).map_or(Ok(()), OutputFile::finish)?;
        Ok(self.rows)
    }

    fn add(&mut self, rows: &RecordBatch) -> anyhow::Result<()> {
        let failed = |error: ReadError| anyhow!(error);
        match self.format {
            RowsFormat::Parquet => {
                if let Some(parquet) = &mut self.parquet {
                    parquet.add(rows).map_err(failed)?;
                }
            }
            RowsFormat::Json => {
                let lines = String::from_utf8(json_lines(rows).map_err(failed)?)?;
                for line in lines.lines() {
                    self.write(format!("{}\n", safe_json(line)).as_bytes())?;
                }
            }
            RowsFormat::Csv => {
                for cells in text_rows(rows).map_err(failed)? {
                    self.write(&row(&cells)?)?;
                }
            }
            RowsFormat::Table => {
                let room = MAX_ROWS.saturating_sub(self.rows);
                for cells in text_rows(rows).map_err(failed)?.into_iter().take(room) {
                    self.table.add(Style::Dim, cells.iter().map(String::as_str));
                }
            }
        }
        self.rows = self.rows.saturating_add(rows.num_rows());
        Ok(())
    }

    fn write(&mut self, line: &[u8]) -> anyhow::Result<()> {
        match &mut self.file {
            Some(file) => Ok(std::io::Write::write_all(file, line)?),
            None => self.terminal.line(line),
        }
    }
}

impl Taker for Output<'_> {
    fn begin(&mut self, schema: &Schema) -> Result<(), ReadError> {
        let headings = headings(schema);
        match self.format {
            RowsFormat::Table => {
                self.table = Grid::new(headings.iter().map(|heading| safe(heading).to_uppercase()).collect());
            }
            RowsFormat::Csv => self.write(&row(&headings)?)?,
            RowsFormat::Json => {}
            RowsFormat::Parquet => {
                self.parquet = self.file.take().map(|file| ParquetFile::begin(file, schema)).transpose()?;
            }
        }
        Ok(())
    }

    fn take(&mut self, rows: &RecordBatch) -> Result<(), ReadError> {
        Ok(self.add(rows)?)
    }

    fn wants_more(&self) -> bool {
        interrupt::check().is_ok()
    }
}
