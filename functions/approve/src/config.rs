//! Configuration of `approve`.

use std::collections::BTreeMap;
use trailreflex_lambda::{Environment, InvalidConfiguration};
use trailreflex_response::ActionClass;

/// What the stack tells the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `JOURNAL_TABLE`: the journal's table, which is only read.
    pub journal_table: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
    /// `CONTAIN_IDENTITY_FUNCTION`, `RESTORE_LOGGING_FUNCTION`, `CLOSE_EXPOSURE_FUNCTION`: names of those that are told what
    /// was decided.
    pub responders: BTreeMap<ActionClass, String>,
}

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 5] = [
        "CLOSE_EXPOSURE_FUNCTION",
        "CONTAIN_IDENTITY_FUNCTION",
        "JOURNAL_TABLE",
        "QUARANTINE_QUEUE_URL",
        "RESTORE_LOGGING_FUNCTION",
    ];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let journal_table = environment.required("JOURNAL_TABLE");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let contain_identity = environment.required("CONTAIN_IDENTITY_FUNCTION");
        let restore_logging = environment.required("RESTORE_LOGGING_FUNCTION");
        let close_exposure = environment.required("CLOSE_EXPOSURE_FUNCTION");
        let config = (|| {
            Some(Self {
                journal_table: journal_table?,
                quarantine_queue_url: quarantine_queue_url?,
                responders: BTreeMap::from([
                    (ActionClass::ContainIdentity, contain_identity?),
                    (ActionClass::RestoreLogging, restore_logging?),
                    (ActionClass::CloseExposure, close_exposure?),
                ]),
            })
        })();
        environment.finish(config)
    }
}
