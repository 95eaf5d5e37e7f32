//! Configuration of `review-activity`.

use trailreflex_lambda::{Environment, InvalidConfiguration};
use trailreflex_model::{AccountId, Region};

/// What the stack tells the function. Each field is the environment variable of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `ACCOUNT_ID`: the stack's account.
    pub account_id: AccountId,
    /// `AWS_REGION`, which Lambda sets.
    pub region: Region,
    /// `BACKFILL_DAYS`: of how many days before the first run log files are read, 0 to 90.
    pub backfill_days: u8,
    /// `FINDINGS_BUS`: name or ARN of the findings bus.
    pub findings_bus: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
    /// `REPORT_BUCKET`: where reviews are kept.
    pub report_bucket: String,
    /// `TRAIL_BUCKET`: the bucket with the log files.
    pub trail_bucket: String,
    /// `TRAIL_BUCKET_OWNER`: the account that owns it.
    pub trail_bucket_owner: AccountId,
    /// `TRAIL_KEY_PREFIX`: how their keys begin: up to `AWSLogs/`, or further.
    pub trail_key_prefix: String,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 8] = [
        "ACCOUNT_ID",
        "BACKFILL_DAYS",
        "FINDINGS_BUS",
        "QUARANTINE_QUEUE_URL",
        "REPORT_BUCKET",
        "TRAIL_BUCKET",
        "TRAIL_BUCKET_OWNER",
        "TRAIL_KEY_PREFIX",
    ];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let account_id = environment.required("ACCOUNT_ID");
        let region = environment.required("AWS_REGION");
        let backfill_days = environment.required("BACKFILL_DAYS");
        let findings_bus = environment.required("FINDINGS_BUS");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let report_bucket = environment.required("REPORT_BUCKET");
        let trail_bucket = environment.required("TRAIL_BUCKET");
        let trail_bucket_owner = environment.required("TRAIL_BUCKET_OWNER");
        let trail_key_prefix = environment.required("TRAIL_KEY_PREFIX");
        let config = (|| {
            Some(Self {
                account_id: account_id?,
                region: region?,
                backfill_days: backfill_days?,
                findings_bus: findings_bus?,
                quarantine_queue_url: quarantine_queue_url?,
                report_bucket: report_bucket?,
                trail_bucket: trail_bucket?,
                trail_bucket_owner: trail_bucket_owner?,
                trail_key_prefix: trail_key_prefix?,
            })
        })();
        environment.finish(config)
    }
}
