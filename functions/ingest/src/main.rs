//! Lambda entry point: builds what the function needs, once per cold start.

use jiff::Timestamp;
use trailreflex_aws::{DynamoWindows, Metrics, Objects, Quarantine};
use trailreflex_findings::Sender;
use trailreflex_ingest::{Config, Ingest};
use trailreflex_lambda::{Edge, Environment, Reporter, Rules};
use trailreflex_metrics::Function;
use trailreflex_suppression::Suppressions;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    trailreflex_lambda::init_telemetry(environment.text("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let config = Config::from_environment(environment)?;
    let aws = trailreflex_aws::load().await;
    let metrics = Metrics::new(&aws);
    let quarantine = Quarantine::new(&aws, config.quarantine_queue_url);
    let edge = Edge { function: Function::Ingest, quarantine: quarantine.clone(), metrics: metrics.clone() };
    let ingest = &Ingest {
        rules: Rules::new(trailreflex_content::RULES, config.rules_uri, &aws)?,
        suppressions: Suppressions::from_json(trailreflex_content::SUPPRESSIONS)?,
        objects: Objects::new(&aws, config.trail_bucket_owner.to_string()),
        reporter: Reporter::new(&aws, Sender::Ingest, config.findings_bus, config.sent_table),
        windows: DynamoWindows::new(&aws, config.windows_table),
        quarantine,
        metrics,
        bucket: config.trail_bucket,
        account: config.account_id,
        region: config.region,
    };
    trailreflex_lambda::run(edge, |payload, context| async move {
        let deadline = i64::try_from(context.deadline).unwrap_or(i64::MAX);
        ingest.handle(payload, Timestamp::from_millisecond(deadline).unwrap_or(Timestamp::MAX)).await
    })
    .await
}
