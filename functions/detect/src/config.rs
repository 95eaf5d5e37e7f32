//! Configuration of `detect`.

use trailreflex_lambda::{Environment, InvalidConfiguration, Rules, RulesUri};
use trailreflex_model::AccountId;

/// What the stack tells the function. Each field is the environment variable of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `ACCOUNT_ID`: the account that it runs in.
    pub account: AccountId,
    /// `FINDINGS_BUS`: name or ARN of the findings bus.
    pub findings_bus: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
    /// `RULES_URI`: where the user's own rules are, if anywhere.
    pub rules_uri: Option<RulesUri>,
    /// `SENT_TABLE`: table of what has gone out.
    pub sent_table: String,
    /// `WINDOWS_TABLE`: table of what correlations keep.
    pub windows_table: String,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 6] =
        ["ACCOUNT_ID", "FINDINGS_BUS", "QUARANTINE_QUEUE_URL", "RULES_URI", "SENT_TABLE", "WINDOWS_TABLE"];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let account = environment.required("ACCOUNT_ID");
        let findings_bus = environment.required("FINDINGS_BUS");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let rules_uri = Rules::place(&environment);
        let sent_table = environment.required("SENT_TABLE");
        let windows_table = environment.required("WINDOWS_TABLE");
        let config = (|| {
            Some(Self {
                account: account?,
                findings_bus: findings_bus?,
                quarantine_queue_url: quarantine_queue_url?,
                rules_uri: rules_uri?,
                sent_table: sent_table?,
                windows_table: windows_table?,
            })
        })();
        environment.finish(config)
    }
}
