//! Lambda entry point: builds what the function needs, once per cold start.

use trailreflex_aws::{Bus, Metrics, Quarantine};
use trailreflex_detect::{Config, Detect, built_in_rules};
use trailreflex_lambda::{Edge, Environment};
use trailreflex_metrics::Function;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    trailreflex_lambda::init_telemetry(environment.text("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let config = Config::from_environment(environment)?;
    let aws = trailreflex_aws::load().await;
    let metrics = Metrics::new(&aws);
    let quarantine = Quarantine::new(&aws, config.quarantine_queue_url);
    let edge = Edge { function: Function::Detect, quarantine, metrics: metrics.clone() };
    let detect = &Detect { rules: built_in_rules()?, bus: Bus::new(&aws, config.findings_bus), metrics };
    trailreflex_lambda::run(edge, |payload, _context| detect.handle(payload)).await
}
