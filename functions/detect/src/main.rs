//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::{DynamoWindows, Metrics, Quarantine};
use trailreflex_detect::{Config, Detect};
use trailreflex_findings::Sender;
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
    let edge = Edge { function: Function::Detect, quarantine, metrics: metrics.clone() };
    let reporter = Reporter::new(&aws, Sender::Detect, config.findings_bus, config.sent_table);
    let windows = DynamoWindows::new(&aws, config.windows_table);
    let rules = Rules::new(trailreflex_content::RULES, config.rules_uri, &aws)?;
    let suppressions = Suppressions::from_json(trailreflex_content::SUPPRESSIONS)?;
    let detect = &Detect { rules, suppressions, reporter, windows, metrics };
    trailreflex_lambda::run(edge, |payload, context| async move {
        detect.handle(payload, &context.request_id).await
    })
    .await
}
