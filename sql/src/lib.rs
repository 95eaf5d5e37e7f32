//! SQL over CloudTrail's logs: the table `cloudtrail`, as Athena has it, on DataFusion.
//!
//! Whoever reads logs implements [`Logs`]; [`Engine`] runs a query and gives its rows as they come. Queries only read: the
//! logs that they were given, and nothing else.

mod batch;
mod columns;
mod engine;
mod functions;
mod pushdown;
mod rows;
mod table;

pub use batch::Origin;
pub use columns::{athena_table, columns_table};
pub use datafusion::arrow::datatypes::Schema;
pub use datafusion::arrow::record_batch::RecordBatch;
pub use engine::{Engine, Limits, SqlError, Taker};
pub use rows::{ParquetFile, headings, json_lines, text_rows};
pub use table::{Flow, Logs, ReadError, Scan};
