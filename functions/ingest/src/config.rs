//! Configuration of `ingest`.

use trailreflex_lambda::{Environment, InvalidConfiguration, Rules, RulesUri};
use trailreflex_metering::Services;
use trailreflex_model::{AccountId, Region};

/// What the stack tells the function. Each field but one and the last is the environment variable of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `ACCOUNT_ID`: the stack's account, for records that name none.
    pub account_id: AccountId,
    /// `FINDINGS_BUS`: name or ARN of the findings bus.
    pub findings_bus: String,
    /// `METER_TABLE` and `METERED_SERVICES`: table of what has been counted, and the services that have metrics of their own;
    /// absent if log files are not counted.
    pub metering: Option<(String, Services)>,
    /// `QUARANTINE_QUEUE_URL`: where unusable messages and files are kept.
    pub quarantine_queue_url: String,
    /// `RULES_URI`: where the user's own rules are, if anywhere.
    pub rules_uri: Option<RulesUri>,
    /// `SENT_TABLE`: table of what has gone out.
    pub sent_table: String,
    /// `TRAIL_BUCKET`: the bucket with the log files; no other is read.
    pub trail_bucket: String,
    /// `TRAIL_BUCKET_OWNER`: the account that owns it.
    pub trail_bucket_owner: AccountId,
    /// `WINDOWS_TABLE`: table of what correlations keep.
    pub windows_table: String,
    /// `AWS_REGION`, which Lambda sets: the Region of records that name none.
    pub region: Region,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 10] = [
        "ACCOUNT_ID",
        "FINDINGS_BUS",
        "METERED_SERVICES",
        "METER_TABLE",
        "QUARANTINE_QUEUE_URL",
        "RULES_URI",
        "SENT_TABLE",
        "TRAIL_BUCKET",
        "TRAIL_BUCKET_OWNER",
        "WINDOWS_TABLE",
    ];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let account_id = environment.required("ACCOUNT_ID");
        let findings_bus = environment.required("FINDINGS_BUS");
        let meter_table = environment.text("METER_TABLE");
        let metered_services =
            meter_table.as_ref().map_or(Some(None), |_| environment.required("METERED_SERVICES").map(Some));
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let rules_uri = Rules::place(&environment);
        let sent_table = environment.required("SENT_TABLE");
        let trail_bucket = environment.required("TRAIL_BUCKET");
        let trail_bucket_owner = environment.required("TRAIL_BUCKET_OWNER");
        let windows_table = environment.required("WINDOWS_TABLE");
        let region = environment.required("AWS_REGION");
        let config = (|| {
            Some(Self {
                account_id: account_id?,
                findings_bus: findings_bus?,
                metering: meter_table.zip(metered_services?),
                quarantine_queue_url: quarantine_queue_url?,
                rules_uri: rules_uri?,
                sent_table: sent_table?,
                trail_bucket: trail_bucket?,
                trail_bucket_owner: trail_bucket_owner?,
                windows_table: windows_table?,
                region: region?,
            })
        })();
        environment.finish(config)
    }
}
