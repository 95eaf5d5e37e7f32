//! The table `cloudtrail` as the engine sees it: columns, what can be narrowed, and a stream of rows.

use crate::batch::{Origin, batch};
use crate::columns::schema;
use crate::pushdown::{is_of_use, selection};
use async_trait::async_trait;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use std::fmt::Debug;
use std::sync::Arc;
use trailreflex_history::Selection;
use trailreflex_model::cloudtrail::Record;

/// How many batches may wait for the engine: what bounds the memory, beside what readers hold.
const AHEAD: usize = 4;

/// Most rows of a batch.
const ROWS: usize = 2048;

/// Why logs could not be read on.
pub type ReadError = Box<dyn std::error::Error + Send + Sync>;

/// Whether more rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Read on.
    On,
    /// Nobody needs more.
    Enough,
}

/// Where records come from. A query that names the table twice reads it twice, perhaps at the same time.
pub trait Logs: Debug + Send + Sync {
    /// Reads what `scan` wants and gives it to `take`, until that has enough. Called on a thread of its own.
    ///
    /// # Errors
    /// If the query must fail: what can be left out is told to the user and counted instead.
    fn read(
        &self,
        scan: &Scan,
        take: &mut dyn FnMut(RecordBatch) -> Flow,
    ) -> std::result::Result<(), ReadError>;
}

/// What a query wants of the logs.
#[derive(Debug, Clone)]
pub struct Scan {
    schema: SchemaRef,
    projection: Vec<usize>,
    selection: Selection,
}

impl Scan {
    /// Returns what of the logs matters to the query.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Makes rows of records that stand in one file, some thousand at a time: what sorts or spills takes a batch as a whole.
    ///
    /// # Errors
    /// If a batch holds more than 2 GiB of text in one column.
    pub fn rows<'r>(
        &self,
        records: impl Iterator<Item = &'r Record>,
        origin: &Origin,
    ) -> std::result::Result<Vec<RecordBatch>, ReadError> {
        let mut records = records.peekable();
        let mut batches = Vec::new();
        while records.peek().is_some() {
            batches.push(batch(&self.schema, &self.projection, records.by_ref().take(ROWS), origin)?);
        }
        Ok(batches)
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    logs: Arc<dyn Logs>,
    schema: SchemaRef,
}

impl Table {
    pub(crate) fn of(logs: Arc<dyn Logs>) -> Self {
        Self { logs, schema: schema() }
    }
}

#[async_trait]
impl TableProvider for Table {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let of = |filter: &&Expr| match is_of_use(filter) {
            true => TableProviderFilterPushDown::Inexact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(of).collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let projection = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema: Arc<Schema> = Arc::new(self.schema.project(&projection)?);
        let selection = selection(&projection, filters);
        let scan = Scan { schema: Arc::clone(&schema), projection, selection };
        let reading: Arc<dyn PartitionStream> = Arc::new(Reading { logs: Arc::clone(&self.logs), scan });
        Ok(Arc::new(StreamingTableExec::try_new(schema, vec![reading], None, [], false, limit)?))
    }
}

/// One reading of the logs.
#[derive(Debug)]
struct Reading {
    logs: Arc<dyn Logs>,
    scan: Scan,
}

impl PartitionStream for Reading {
    fn schema(&self) -> &SchemaRef {
        &self.scan.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut stream = RecordBatchReceiverStream::builder(Arc::clone(&self.scan.schema), AHEAD);
        let (rows, logs, scan) = (stream.tx(), Arc::clone(&self.logs), self.scan.clone());
        // Readers start threads and clients of their own, which must not happen inside an asynchronous task.
        stream.spawn_blocking(move || {
            let reading = std::thread::Builder::new().spawn(move || {
                let result = logs.read(&scan, &mut |batch| match rows.blocking_send(Ok(batch)) {
                    Ok(()) => Flow::On,
                    Err(_) => Flow::Enough,
                });
                if let Err(error) = result {
                    // Nobody waits any more if this cannot be sent.
                    let _ = rows.blocking_send(Err(DataFusionError::External(error)));
                }
            })?;
            reading.join().map_err(|_| DataFusionError::Execution("a reader of logs has panicked".to_owned()))
        });
        stream.build()
    }
}
