//! Configuration of `meter`.

use std::collections::BTreeSet;
use trailreflex_aws::Entrance;
use trailreflex_lambda::{Environment, InvalidConfiguration};
use trailreflex_metering::{Services, other_sensors};
use trailreflex_metrics::Sensor;
use trailreflex_model::{AccountId, Region};

/// What the stack tells the function. Each field is the environment variable of the same name, if it names no other.
#[derive(Debug, Clone)]
pub struct Config {
    /// `METERED_SERVICES`: services that have metrics of their own, with commas between them.
    pub metered_services: Services,
    /// `METER_TABLE`: table of what has been counted.
    pub meter_table: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable messages are kept.
    pub quarantine_queue_url: String,
    /// `ACCOUNT_ID` and `AWS_REGION`: whose events are counted.
    pub home: Sensor,
    /// `HEARD_REGIONS` and `MEMBER_ACCOUNTS`: what else is to be heard.
    pub others: BTreeSet<Sensor>,
    /// `MEMBER_ROLE` and `MEMBER_EXTERNAL_ID`: how member accounts are entered, if there are any.
    pub entrance: Option<Entrance>,
}

impl Config {
    /// The variables that the function reads, without those of Lambda; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 8] = [
        "ACCOUNT_ID",
        "HEARD_REGIONS",
        "MEMBER_ACCOUNTS",
        "MEMBER_EXTERNAL_ID",
        "MEMBER_ROLE",
        "METERED_SERVICES",
        "METER_TABLE",
        "QUARANTINE_QUEUE_URL",
    ];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let metered_services = environment.required("METERED_SERVICES");
        let meter_table = environment.required("METER_TABLE");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let account = environment.required("ACCOUNT_ID");
        let region = environment.required("AWS_REGION");
        let regions = environment.list::<Region>("HEARD_REGIONS");
        let members = environment.list::<AccountId>("MEMBER_ACCOUNTS");
        let has_members = members.as_ref().is_some_and(|members| !members.is_empty());
        let entrance = environment.entrance(has_members);
        let config = (|| {
            let home = Sensor { account: account?, region: region? };
            Some(Self {
                metered_services: metered_services?,
                meter_table: meter_table?,
                quarantine_queue_url: quarantine_queue_url?,
                others: other_sensors(&home, &regions?, &members?),
                home,
                entrance: entrance?,
            })
        })();
        environment.finish(config)
    }
}
