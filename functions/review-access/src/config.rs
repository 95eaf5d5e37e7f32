//! Configuration of `review-access`.

use std::collections::BTreeSet;
use trailreflex_access::Zone;
use trailreflex_credentials::Limits;
use trailreflex_lambda::{Environment, InvalidConfiguration, Rules, RulesUri};
use trailreflex_model::AccountId;

/// What the stack tells the function. Each field but two is the environment variable of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `ACCESS_TABLE`: table of whom policies let in.
    pub access_table: String,
    /// `ACCOUNT_ID`: the stack's account, the only one whose settings can be read.
    pub account_id: AccountId,
    /// `ASK_ACCESS_ANALYZER`: whether Access Analyzer is asked about a policy that is not decided here.
    pub asks_access_analyzer: bool,
    /// `FINDINGS_BUS`: name or ARN of the findings bus.
    pub findings_bus: String,
    /// `KEY_AGE_DAYS` and `UNUSED_AFTER_DAYS`: how old something may become.
    pub limits: Limits,
    /// `ORGANIZATION_ID` and `ORGANIZATION_ACCOUNTS`: who is trusted beside the account that owns a resource.
    pub organization: Organization,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
    /// `RULES_URI`: where the user's own suppressions are, if anywhere.
    pub rules_uri: Option<RulesUri>,
    /// `SENT_TABLE`: table of what has gone out.
    pub sent_table: String,
}

/// The organization that is trusted, if one is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Organization {
    /// Its id: `o-…`.
    pub id: Option<String>,
    /// Accounts that are members, as far as they are known.
    pub accounts: BTreeSet<String>,
}

impl Organization {
    /// Returns who is trusted with a resource of `account`.
    #[must_use]
    pub fn zone(&self, account: &AccountId) -> Zone {
        Zone {
            account: account.as_str().to_owned(),
            organization: self.id.clone(),
            members: self.accounts.clone(),
        }
    }
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 11] = [
        "ACCESS_TABLE",
        "ACCOUNT_ID",
        "ASK_ACCESS_ANALYZER",
        "FINDINGS_BUS",
        "KEY_AGE_DAYS",
        "ORGANIZATION_ACCOUNTS",
        "ORGANIZATION_ID",
        "QUARANTINE_QUEUE_URL",
        "RULES_URI",
        "SENT_TABLE",
        "UNUSED_AFTER_DAYS",
    ];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let access_table = environment.required("ACCESS_TABLE");
        let account_id = environment.required("ACCOUNT_ID");
        let asks_access_analyzer = match environment.text("ASK_ACCESS_ANALYZER").as_deref() {
            Some("yes") => true,
            Some("no") | None => false,
            Some(other) => {
                environment.problem(format!("ASK_ACCESS_ANALYZER must be yes or no, not `{other}`"));
                false
            }
        };
        let findings_bus = environment.required("FINDINGS_BUS");
        let key_age_days = environment.required("KEY_AGE_DAYS");
        let unused_after_days = environment.required("UNUSED_AFTER_DAYS");
        let accounts = environment.list::<AccountId>("ORGANIZATION_ACCOUNTS");
        let id = environment.text("ORGANIZATION_ID");
        if id.is_none() && accounts.as_ref().is_some_and(|accounts| !accounts.is_empty()) {
            environment.problem("ORGANIZATION_ACCOUNTS is of no use without ORGANIZATION_ID".to_owned());
        }
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let rules_uri = Rules::place(&environment);
        let sent_table = environment.required("SENT_TABLE");
        let config = (|| {
            let accounts = accounts?.iter().map(|account| account.as_str().to_owned()).collect();
            Some(Self {
                access_table: access_table?,
                account_id: account_id?,
                asks_access_analyzer,
                findings_bus: findings_bus?,
                limits: Limits { unused_after_days: unused_after_days?, key_age_days: key_age_days? },
                organization: Organization { id, accounts },
                quarantine_queue_url: quarantine_queue_url?,
                rules_uri: rules_uri?,
                sent_table: sent_table?,
            })
        })();
        environment.finish(config)
    }
}
