//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::Canary;
use trailreflex_lambda::{Metering, Started, start};
use trailreflex_meter::{Config, MeterFunction};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Meter, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let meter = &MeterFunction {
        metering: Metering::new(&aws, config.meter_table, config.metered_services, edge.quarantine.clone()),
        canary: Canary::new(&aws),
        quarantine: edge.quarantine.clone(),
        metrics: edge.metrics.clone(),
    };
    trailreflex_lambda::run(edge, |payload, context| async move {
        meter.handle(payload, &context.request_id).await
    })
    .await
}
