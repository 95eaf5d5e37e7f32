//! Configuration of a responder. What is missing or odd stops the function at its start: a responder that
//! does not know its limits must not run.

use trailreflex_lambda::{Environment, InvalidConfiguration};
use trailreflex_response::{Guardrails, Mode};

/// What the stack tells the function.
#[derive(Debug, Clone)]
pub struct Config {
    /// `FINDINGS_BUS`: name or ARN of the bus that outcomes go to.
    pub findings_bus: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
    /// `JOURNAL_TABLE`: the journal's table.
    pub journal_table: String,
    /// `MODE`: `plan` (default) or `act`.
    pub mode: Mode,
    /// `ACCOUNT_ID`, `PROTECTED_PRINCIPALS`, `OWN_ROLE_IDS`, `MAX_EVENT_AGE_SECONDS`.
    pub guardrails: Guardrails,
}

/// Ages that `MAX_EVENT_AGE_SECONDS` may have: a minute to ten years. The template allows a day at the most; more is
/// for rehearsals with stored events.
const AGES: std::ops::RangeInclusive<i64> = 60..=315_360_000;

impl Config {
    /// The variables that the function reads; the acceptance tests compare them with the template.
    pub const VARIABLES: [&str; 8] = [
        "ACCOUNT_ID",
        "FINDINGS_BUS",
        "JOURNAL_TABLE",
        "MAX_EVENT_AGE_SECONDS",
        "MODE",
        "OWN_ROLE_IDS",
        "PROTECTED_PRINCIPALS",
        "QUARANTINE_QUEUE_URL",
    ];

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let findings_bus = environment.required("FINDINGS_BUS");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let journal_table = environment.required("JOURNAL_TABLE");
        let mode = environment.or_default("MODE", Mode::Plan);
        let account = environment.required("ACCOUNT_ID");
        let protected = environment.list("PROTECTED_PRINCIPALS");
        let own_roles = environment.list("OWN_ROLE_IDS");
        let age = environment.or_default("MAX_EVENT_AGE_SECONDS", 3600);
        if let Some(age) = age.filter(|age| !AGES.contains(age)) {
            environment.problem(format!("MAX_EVENT_AGE_SECONDS: {age} is not within 60 to 315360000"));
        }
        let config = (|| {
            Some(Self {
                findings_bus: findings_bus?,
                quarantine_queue_url: quarantine_queue_url?,
                journal_table: journal_table?,
                mode: mode?,
                guardrails: Guardrails {
                    account: account?,
                    protected: protected?,
                    own_roles: own_roles?,
                    max_event_age_seconds: age?,
                },
            })
        })();
        environment.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 5] = [
        ("FINDINGS_BUS", "findings"),
        ("QUARANTINE_QUEUE_URL", "http://queue"),
        ("JOURNAL_TABLE", "journal"),
        ("ACCOUNT_ID", "111122223333"),
        ("OWN_ROLE_IDS", "AROAEXAMPLEROLE00001"),
    ];

    fn read(change: &'static [(&str, &str)]) -> Result<Config, InvalidConfiguration> {
        let pairs: Vec<_> = change.iter().chain(&GOOD).copied().collect();
        let lookup =
            move |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into());
        Config::from_environment(Environment::new(lookup))
    }

    #[test]
    fn without_a_mode_nothing_is_changed() {
        assert_eq!(read(&[]).unwrap().mode, Mode::Plan);
    }

    #[test]
    fn what_is_odd_stops_the_function_with_the_reason() {
        for (case, change, expected) in [
            (
                "a mode in capitals",
                &[("MODE", "ACT")] as &'static [(&str, &str)],
                "MODE: `ACT` is not a mode: `plan` (changes nothing) or `act`",
            ),
            ("no account", &[("ACCOUNT_ID", "")], "ACCOUNT_ID is missing"),
            (
                "a principal that is none",
                &[("PROTECTED_PRINCIPALS", "jack, the boss")],
                "PROTECTED_PRINCIPALS: `the boss` is not a principal: give an ARN, a unique id (AIDA…, AROA…, AGPA…) or a name",
            ),
            (
                "an age of less than a minute",
                &[("MAX_EVENT_AGE_SECONDS", "59")],
                "MAX_EVENT_AGE_SECONDS: 59 is not within 60 to 315360000",
            ),
        ] {
            assert_eq!(read(change).unwrap_err().0, [expected], "{case}");
        }
    }
}
