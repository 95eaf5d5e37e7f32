//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::{DynamoGroups, Examples, SensorLog};
use trailreflex_lambda::{Started, start};
use trailreflex_metrics::Function;
use trailreflex_notify::Notifier;
use trailreflex_notify_function::{Channels, Config, NotifyFunction};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Notify, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let function = &NotifyFunction {
        channels: Channels::new(&aws, &config, edge.quarantine.clone()),
        notifier: Notifier {
            groups: DynamoGroups::new(&aws, config.notify_table),
            routing: config.routing,
            responders: config.responders,
        },
        counted: config
            .meter_table
            .map(|table| (Examples::new(&aws, table.clone()), SensorLog::new(&aws, table))),
        quarantine: edge.quarantine.clone(),
        metrics: edge.metrics.clone(),
    };
    trailreflex_lambda::run(edge, |payload, _| Box::pin(function.handle(payload))).await
}
