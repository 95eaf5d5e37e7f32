//! Rows for people and programs: texts, lines of JSON, a Parquet file.

use crate::table::ReadError;
use datafusion::arrow::datatypes::Schema;
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::file::properties::WriterProperties;
use std::io::Write;
use std::sync::Arc;

/// Returns the names of the columns.
#[must_use]
pub fn headings(schema: &Schema) -> Vec<String> {
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

/// Returns each row's cells as texts; NULL is empty.
///
/// # Errors
/// If a column is of a type that cannot be shown.
pub fn text_rows(batch: &RecordBatch) -> Result<Vec<Vec<String>>, ReadError> {
    let options = FormatOptions::default();
    let columns: Result<Vec<_>, _> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options)).collect();
    let columns = columns?;
    let cells = |row: usize| columns.iter().map(|column| Ok(column.value(row).try_to_string()?)).collect();
    (0..batch.num_rows()).map(cells).collect()
}

/// Returns the rows as JSON objects, one per line; members that are NULL are left out.
///
/// # Errors
/// If a column is of a type that JSON cannot hold.
pub fn json_lines(batch: &RecordBatch) -> Result<Vec<u8>, ReadError> {
    let mut lines = LineDelimitedWriter::new(Vec::new());
    lines.write(batch)?;
    lines.finish()?;
    Ok(lines.into_inner())
}

/// A Parquet file on its way, compressed with zstd.
#[derive(Debug)]
pub struct ParquetFile<W: Write + Send>(ArrowWriter<W>);

impl<W: Write + Send> ParquetFile<W> {
    /// Begins a file of rows with this schema.
    ///
    /// # Errors
    /// If Parquet has no such type.
    pub fn begin(out: W, schema: &Schema) -> Result<Self, ReadError> {
        let properties =
            WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        Ok(Self(ArrowWriter::try_new(out, Arc::new(schema.clone()), Some(properties))?))
    }

    /// Adds rows.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), ReadError> {
        Ok(self.0.write(batch)?)
    }

    /// Ends the file and gives the writer back.
    ///
    /// # Errors
    /// If the rest cannot be written.
    pub fn finish(self) -> Result<W, ReadError> {
        Ok(self.0.into_inner()?)
    }
}
