//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::{Canary, DynamoLedger, Examples, MetricSink};
use trailreflex_lambda::{Started, start};
use trailreflex_meter::{Config, MeterFunction};
use trailreflex_metering::Meter;
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Meter, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let examples = Examples::new(&aws, config.meter_table.clone());
    let ledger = DynamoLedger::new(&aws, config.meter_table);
    let meter = &MeterFunction {
        meter: Meter { ledger, services: config.metered_services },
        sink: MetricSink::new(&aws),
        examples,
        canary: Canary::new(&aws),
        quarantine: edge.quarantine.clone(),
        metrics: edge.metrics.clone(),
    };
    trailreflex_lambda::run(edge, |payload, context| async move {
        meter.handle(payload, &context.request_id).await
    })
    .await
}
