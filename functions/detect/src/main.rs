//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::DynamoWindows;
use trailreflex_detect::{Config, Detect};
use trailreflex_findings::Sender;
use trailreflex_lambda::{BuiltIn, Reporter, Rules, Started, start};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let Started { config, aws, edge } =
        start(Function::Detect, Config::from_environment, |config| &config.quarantine_queue_url).await?;
    let reporter = Reporter::new(&aws, Sender::Detect, config.findings_bus, config.sent_table);
    let windows = DynamoWindows::new(&aws, config.windows_table);
    let built_in =
        BuiltIn { rules: trailreflex_content::RULES, suppressions: trailreflex_content::SUPPRESSIONS };
    let rules = Rules::new(built_in, config.rules_uri, &aws)?;
    let detect = &Detect { account: config.account, rules, reporter, windows, metrics: edge.metrics.clone() };
    trailreflex_lambda::run(edge, |payload, context| async move {
        detect.handle(payload, &context.request_id).await
    })
    .await
}
