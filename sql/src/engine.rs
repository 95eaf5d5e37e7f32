//! Runs queries: one SELECT at a time, in bounded memory, reading nothing but the table.

use crate::functions;
use crate::table::{Logs, ReadError, Table};
use datafusion::arrow::datatypes::Schema;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{ParquetReadOptions, SQLOptions, SessionConfig, SessionContext};
use futures::StreamExt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// The table's name.
const TABLE: &str = "cloudtrail";
/// Most bytes that are kept free to merge what a sort has spilled: the engine's own default.
const MERGE_BYTES: usize = 10 << 20;
/// How often it is asked whether to go on while no rows come.
const TICK: Duration = Duration::from_millis(100);

/// What a query may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of memory for sorting, joining and grouping; what needs more is spilled to temporary files.
    pub memory: usize,
    /// Bytes of temporary files; a query that needs more fails.
    pub spill: u64,
    /// Threads.
    pub threads: NonZeroUsize,
}

/// Why a query gave no result, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum SqlError {
    /// The query or its data: the text says what.
    #[error("{}", shown(.0))]
    Query(#[from] DataFusionError),
    /// Threads or the clock could not be had.
    #[error("cannot start")]
    Start(#[from] std::io::Error),
    /// Whoever takes the rows could not.
    #[error(transparent)]
    Taker(ReadError),
    /// It was asked to stop.
    #[error("stopped")]
    Stopped,
}

/// What runs queries.
pub struct Engine {
    context: SessionContext,
    runtime: Runtime,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Engine").finish_non_exhaustive() // its session has none
    }
}

/// Takes the schema, and then rows.
pub trait Taker {
    /// Begins; called once, before any rows.
    ///
    /// # Errors
    /// If it cannot take any.
    fn begin(&mut self, schema: &Schema) -> Result<(), ReadError>;

    /// Takes rows.
    ///
    /// # Errors
    /// If it cannot take them, or wants no more.
    fn take(&mut self, rows: &RecordBatch) -> Result<(), ReadError>;

    /// Tells whether to go on.
    fn wants_more(&self) -> bool;
}

impl Engine {
    /// Makes the table of logs.
    ///
    /// # Errors
    /// If threads or temporary folders cannot be had.
    pub fn over_logs(logs: Arc<dyn Logs>, limits: Limits) -> Result<Self, SqlError> {
        let engine = Self::new(limits)?;
        engine.context.register_table(TABLE, Arc::new(Table::of(logs)))?;
        Ok(engine)
    }

    /// Makes the table of Parquet files that [`ParquetFile`](crate::ParquetFile) wrote, or anybody else.
    ///
    /// # Errors
    /// If threads or temporary folders cannot be had, or a file cannot be read.
    pub fn over_parquet(paths: &[String], limits: Limits) -> Result<Self, SqlError> {
        let engine = Self::new(limits)?;
        let reading = async {
            let frame = engine.context.read_parquet(paths.to_vec(), ParquetReadOptions::default()).await?;
            engine.context.register_table(TABLE, frame.into_view())
        };
        engine.runtime.block_on(reading)?;
        Ok(engine)
    }

    fn new(limits: Limits) -> Result<Self, SqlError> {
        let threads = limits.threads.get();
        let disk = DiskManagerBuilder::default()
            .with_mode(DiskManagerMode::OsTmpDirectory)
            .with_max_temp_directory_size(limits.spill);
        let environment = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory)))
            .with_disk_manager_builder(disk)
            .build_arc()?;
        let config = SessionConfig::new()
            .with_target_partitions(threads)
            .with_information_schema(false)
            // Sorts side by side take all memory, and leave none to merge them, which cannot spill.
            .with_repartition_sorts(false)
            .with_sort_spill_reservation_bytes(limits.memory.div_euclid(16).min(MERGE_BYTES));
        let context = SessionContext::new_with_config_rt(config, environment);
        for function in functions::all() {
            context.register_udf(function);
        }
        let runtime = Builder::new_multi_thread().worker_threads(threads).enable_time().build()?;
        Ok(Self { context, runtime })
    }

    /// Runs a query and gives its rows to `taker`.
    ///
    /// # Errors
    /// If it is not one SELECT (EXPLAIN and DESCRIBE are allowed), names what is not there, needs more than the limits, or `taker` fails.
    pub fn run(&self, query: &str, taker: &mut dyn Taker) -> Result<(), SqlError> {
        let read_only =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        self.runtime.block_on(async {
            let frame = self.context.sql_with_options(query, read_only).await?;
            let mut rows = frame.execute_stream().await?;
            taker.begin(&rows.schema()).map_err(SqlError::Taker)?;
            loop {
                if !taker.wants_more() {
                    return Err(SqlError::Stopped);
                }
                match tokio::time::timeout(TICK, rows.next()).await {
                    Err(_) => {} // nothing yet
                    Ok(None) => return Ok(()),
                    Ok(Some(batch)) => taker.take(&batch?).map_err(SqlError::Taker)?,
                }
            }
        })
    }
}

/// Says what is wrong without the engine's own wrapping.
fn shown(error: &DataFusionError) -> String {
    let root = error.find_root();
    let text = root.strip_backtrace();
    // That the temporary files are full comes as an error of reading and writing.
    let is_full = text.contains("max_temp_directory_size");
    if is_full || matches!(root, DataFusionError::ResourcesExhausted(_)) {
        let advice =
            "raise --max-memory or --max-spill, or narrow the query: fewer days, fewer columns, a LIMIT";
        return format!("{text}; {advice}");
    }
    text
}
