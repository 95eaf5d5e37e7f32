//! Configuration of `meter`.

use trailreflex_lambda::{Environment, InvalidConfiguration};
use trailreflex_metering::Services;

/// What the stack tells the function. Each field is the environment variable of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `METERED_SERVICES`: services that have metrics of their own, with commas between them.
    pub metered_services: Services,
    /// `METER_TABLE`: table of what has been counted.
    pub meter_table: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable messages are kept.
    pub quarantine_queue_url: String,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 3] = ["METERED_SERVICES", "METER_TABLE", "QUARANTINE_QUEUE_URL"];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let metered_services = environment.required("METERED_SERVICES");
        let meter_table = environment.required("METER_TABLE");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let config = (|| {
            Some(Self {
                metered_services: metered_services?,
                meter_table: meter_table?,
                quarantine_queue_url: quarantine_queue_url?,
            })
        })();
        environment.finish(config)
    }
}
