//! Configuration of `keep-evidence`.

use trailreflex_lambda::{Environment, InvalidConfiguration};

/// What the stack tells the function. Each field is the environment variable of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `EVIDENCE_BUCKET`: where evidence is kept.
    pub evidence_bucket: String,
    /// `FINDINGS_BUS`: name or ARN of the bus that what was left behind goes to.
    pub findings_bus: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 3] = ["EVIDENCE_BUCKET", "FINDINGS_BUS", "QUARANTINE_QUEUE_URL"];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let evidence_bucket = environment.required("EVIDENCE_BUCKET");
        let findings_bus = environment.required("FINDINGS_BUS");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let config = (|| {
            Some(Self {
                evidence_bucket: evidence_bucket?,
                findings_bus: findings_bus?,
                quarantine_queue_url: quarantine_queue_url?,
            })
        })();
        environment.finish(config)
    }
}
