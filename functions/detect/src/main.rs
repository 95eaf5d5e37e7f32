//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::DynamoWindows;
use trailreflex_detect::{Config, Detect};
use trailreflex_findings::Sender;
use trailreflex_lambda::{Reporter, Rules, Started, start};
use trailreflex_metrics::Function;
use trailreflex_suppression::Suppressions;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Detect, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let reporter = Reporter::new(&aws, Sender::Detect, config.findings_bus, config.sent_table);
    let windows = DynamoWindows::new(&aws, config.windows_table);
    let rules = Rules::new(trailreflex_content::RULES, config.rules_uri, &aws)?;
    let suppressions = Suppressions::from_json(trailreflex_content::SUPPRESSIONS)?;
    let detect = &Detect { rules, suppressions, reporter, windows, metrics: edge.metrics.clone() };
    trailreflex_lambda::run(edge, |payload, context| async move {
        detect.handle(payload, &context.request_id).await
    })
    .await
}
