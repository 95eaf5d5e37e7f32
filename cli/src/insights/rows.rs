//! Rows of a query, as they are printed or written.

use crate::args::RecordsFormat;
use crate::output_file::OutputFile;
use crate::table::{Grid, MAX_ROWS};
use crate::terminal::{Style, Terminal, safe_json};
use serde_json::{Map, Value};
use std::io::Write;
use std::path::Path;
use trailreflex_pages::row;

/// A column with whole records.
const RECORD: &str = "@message";

/// Where rows go.
#[derive(Debug)]
pub(super) struct Rows {
    columns: Vec<&'static str>,
    format: RecordsFormat,
    file: Option<OutputFile>,
    table: Grid,
    found: u64,
    unreadable: u64,
}

impl Rows {
    /// Begins; to a file if one is given.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn begin(
        columns: Vec<&'static str>,
        format: RecordsFormat,
        path: Option<&Path>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<Self> {
        let file = path.map(OutputFile::begin).transpose()?;
        let headings: Vec<_> = columns.iter().map(|&column| column.to_owned()).collect();
        let table = Grid::new(headings.clone());
        let mut rows = Self { columns, format, file, table, found: 0, unreadable: 0 };
        if format == RecordsFormat::Csv {
            rows.write(&row(&headings)?, terminal)?;
        }
        Ok(rows)
    }

    /// Takes rows: names and values, of which a row may lack some.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(super) fn add(
        &mut self,
        rows: &[Vec<(String, String)>],
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        for fields in rows {
            self.found = self.found.saturating_add(1);
            match self.format {
                RecordsFormat::Json => match self.line(fields) {
                    Some(line) => {
                        let line = format!("{}\n", safe_json(&line.to_string()));
                        self.write(line.as_bytes(), terminal)?;
                    }
                    None => self.unreadable = self.unreadable.saturating_add(1),
                },
                RecordsFormat::Csv => {
                    let line = row(&self.cells(fields))?;
                    self.write(&line, terminal)?;
                }
                RecordsFormat::Table if self.table.len() < MAX_ROWS => {
                    let cells = self.cells(fields);
                    self.table.add(Style::Dim, cells.iter().map(String::as_str));
                }
                RecordsFormat::Table => {}
            }
        }
        Ok(())
    }

    /// Writes what has waited, and finishes the file; returns how many rows there were.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn end(self, terminal: &mut Terminal) -> anyhow::Result<u64> {
        self.table.write(terminal)?;
        if self.format == RecordsFormat::Table && self.found > self.table.len() as u64 {
            terminal.complain(&format!(
                "only the first {MAX_ROWS} rows are in the table; use --format json or csv"
            ));
        }
        if self.unreadable > 0 {
            terminal.complain(&format!("{} records are no JSON, and left out", self.unreadable));
        }
        self.file.map_or(Ok(()), OutputFile::finish)?;
        Ok(self.found)
    }

    /// A row as an object; if it has a whole record, that record, which is what other commands read.
    fn line(&self, fields: &[(String, String)]) -> Option<Value> {
        if self.columns.contains(&RECORD) {
            let (_, record) = fields.iter().find(|(name, _)| name == RECORD)?;
            return serde_json::from_str(record).ok().filter(Value::is_object);
        }
        let named = |(name, value): &(String, String)| (name.clone(), Value::String(value.clone()));
        Some(Value::Object(fields.iter().map(named).collect::<Map<_, _>>()))
    }

    fn cells(&self, fields: &[(String, String)]) -> Vec<String> {
        let cell = |column: &&str| {
            let found = fields.iter().find(|(name, _)| name == column);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        self.columns.iter().map(cell).collect()
    }

    fn write(&mut self, line: &[u8], terminal: &mut Terminal) -> anyhow::Result<()> {
        match &mut self.file {
            Some(file) => Ok(file.write_all(line)?),
            None => terminal.line(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(columns: &[&'static str]) -> Rows {
        let columns = columns.to_vec();
        let format = RecordsFormat::Json;
        Rows { columns, format, file: None, table: Grid::new(Vec::new()), found: 0, unreadable: 0 }
    }

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_row_is_an_object_and_a_whole_record_is_itself() {
        let row = [field("eventName", "CreateUser"), field("calls", "3")];
        assert_eq!(
            rows(&["eventName", "calls"]).line(&row),
            Some(json!({"eventName": "CreateUser", "calls": "3"}))
        );
        let whole = |text: &str| {
            rows(&["@timestamp", "@message"]).line(&[field("@timestamp", "1"), field("@message", text)])
        };
        assert_eq!(whole(r#"{"eventID": "a"}"#), Some(json!({"eventID": "a"})));
        assert_eq!([whole("{\"cut off"), whole("3")], [None, None]);
    }

    #[test]
    fn cells_are_in_the_order_of_the_query_and_empty_where_a_record_lacks_a_field() {
        let row = [field("calls", "3"), field("other", "x"), field("eventName", "CreateUser")];
        assert_eq!(rows(&["eventName", "errorCode", "calls"]).cells(&row), ["CreateUser", "", "3"]);
    }
}
