//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::{Canary, SensorLog};
use trailreflex_lambda::{Metering, Started, start};
use trailreflex_meter::{Config, MeterFunction};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Meter, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let meter = &MeterFunction {
        metering: Metering::new(
            &aws,
            config.meter_table.clone(),
            config.metered_services,
            Some(config.home.clone()),
            edge.quarantine.clone(),
        ),
        canary: Canary::new(&aws, config.home.account.clone(), config.entrance),
        home: config.home,
        others: config.others,
        sensors: SensorLog::new(&aws, config.meter_table),
        quarantine: edge.quarantine.clone(),
        metrics: edge.metrics.clone(),
    };
    trailreflex_lambda::run(edge, |payload, context| async move {
        meter.handle(payload, &context.request_id).await
    })
    .await
}
