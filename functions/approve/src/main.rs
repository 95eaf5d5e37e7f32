//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_approve::{ApproveFunction, Config};
use trailreflex_aws::{DynamoJournal, Functions};
use trailreflex_lambda::{Started, start};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Approve, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let function = &ApproveFunction {
        journal: DynamoJournal::new(&aws, config.journal_table),
        functions: Functions::new(&aws),
        responders: config.responders,
        metrics: edge.metrics.clone(),
    };
    trailreflex_lambda::run(edge, |payload, _| Box::pin(function.handle(payload))).await
}
