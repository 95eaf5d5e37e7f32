//! Lambda entry point: builds what the function needs, once per cold start.

use jiff::Timestamp;
use trailreflex_aws::{DynamoWindows, Objects};
use trailreflex_findings::Sender;
use trailreflex_ingest::{Config, Ingest};
use trailreflex_lambda::{BuiltIn, Metering, Reporter, Rules, Started, start};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Ingest, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let built_in =
        BuiltIn { rules: trailreflex_content::RULES, suppressions: trailreflex_content::SUPPRESSIONS };
    let ingest = &Ingest {
        rules: Rules::new(built_in, config.rules_uri, &aws)?,
        objects: Objects::new(&aws, config.trail_bucket_owner.to_string()),
        reporter: Reporter::new(&aws, Sender::Ingest, config.findings_bus, config.sent_table),
        windows: DynamoWindows::new(&aws, config.windows_table),
        metering: config
            .metering
            .map(|(table, services)| Metering::new(&aws, table, services, None, edge.quarantine.clone())),
        quarantine: edge.quarantine.clone(),
        metrics: edge.metrics.clone(),
        bucket: config.trail_bucket,
        account: config.account_id,
        region: config.region,
    };
    trailreflex_lambda::run(edge, |payload, context| async move {
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        let deadline = Timestamp::from_millisecond(deadline).unwrap_or(Timestamp::MAX);
        ingest.handle(payload, &context.request_id, deadline).await
    })
    .await
}
