//! Configuration of `detect`.

use trailreflex_lambda::{Environment, InvalidConfiguration};

/// What the stack tells the function. Each field is the environment variable of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `FINDINGS_BUS`: name or ARN of the findings bus.
    pub findings_bus: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 2] = ["FINDINGS_BUS", "QUARANTINE_QUEUE_URL"];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let findings_bus = environment.required("FINDINGS_BUS");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let config = findings_bus
            .zip(quarantine_queue_url)
            .map(|(findings_bus, quarantine_queue_url)| Self { findings_bus, quarantine_queue_url });
        environment.finish(config)
    }
}
