//! What every function does once per cold start, before it builds what is its own.

use crate::{Edge, Environment, InvalidConfiguration, telemetry};
use trailreflex_aws::{Metrics, Quarantine, SdkConfig};
use trailreflex_metrics::Function;

/// A function that is ready to build what is its own.
#[derive(Debug)]
pub struct Started<C> {
    /// What the stack tells it.
    pub config: C,
    /// How it reaches AWS.
    pub aws: SdkConfig,
    /// What stands at its edge.
    pub edge: Edge,
}

/// Starts `function`: logs, configuration as `read` takes it from the environment, AWS, the edge. Makes no call.
///
/// `quarantine_queue_url` tells which part of the configuration names the queue for what cannot be used.
///
/// # Errors
/// [`InvalidConfiguration`] with every problem.
pub async fn start<C>(
    function: Function,
    read: impl FnOnce(Environment) -> Result<C, InvalidConfiguration>,
    quarantine_queue_url: impl FnOnce(&C) -> &str,
) -> Result<Started<C>, InvalidConfiguration> {
    let environment = Environment::of_process();
    telemetry::init(environment.text("AWS_LAMBDA_LOG_LEVEL").as_deref());
    let config = read(environment)?;
    let aws = trailreflex_aws::load().await;
    let quarantine = Quarantine::new(&aws, quarantine_queue_url(&config).to_owned());
    let edge = Edge { function, quarantine, metrics: Metrics::new(&aws) };
    Ok(Started { config, aws, edge })
}
