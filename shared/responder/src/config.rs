//! Configuration of a responder. What is missing or odd stops the function at its start: a responder that
//! does not know its limits must not run.

use trailreflex_aws::Entrance;
use trailreflex_lambda::{Environment, InvalidConfiguration};
use trailreflex_model::AccountId;
use trailreflex_response::{ActionClass, Baselines, Declared, Guardrails, Limits, Mode, OwnTargets};

/// What the stack tells the function.
#[derive(Debug, Clone)]
pub struct Config {
    /// `FINDINGS_BUS`: name or ARN of the bus that outcomes go to.
    pub findings_bus: String,
    /// `QUARANTINE_QUEUE_URL`: where unusable events are kept.
    pub quarantine_queue_url: String,
    /// `JOURNAL_TABLE`: the journal's table.
    pub journal_table: String,
    /// `MODE`: `observe`, `plan` (default), `approve` or `act`.
    pub mode: Mode,
    /// `BUDGET_PER_HOUR`, `TROUBLES_PER_HOUR`.
    pub limits: Limits,
    /// `KILL_SWITCH_PARAMETER`: name of the SSM parameter that must say `armed`.
    pub kill_switch_parameter: String,
    /// `LOOKS_QUEUE_URL`: queue that brings the looks that the function asks itself for.
    pub looks_queue_url: String,
    /// `ACCOUNT_ID`, `AWS_REGION`, `MEMBER_ACCOUNTS`, `PROTECTED_PRINCIPALS`, `OWN_ROLE_IDS`, `MAX_EVENT_AGE_SECONDS`; for
    /// `restore-logging` also `EVENT_SELECTORS_BASELINE`, `OWN_TARGETS` and `STACK_NAME`.
    pub guardrails: Guardrails,
    /// `MEMBER_ROLE`, `MEMBER_EXTERNAL_ID`: how member accounts are entered, if there are any.
    pub entrance: Option<Entrance>,
}

/// Ages that `MAX_EVENT_AGE_SECONDS` may have: a minute to ten years. The template allows a day at the most; more is
/// for rehearsals with stored events.
const AGES: std::ops::RangeInclusive<i64> = 60..=315_360_000;

impl Config {
    /// The variables that every responder reads. `AWS_REGION` is set by Lambda itself.
    pub const VARIABLES: [&str; 15] = [
        "ACCOUNT_ID",
        "BUDGET_PER_HOUR",
        "FINDINGS_BUS",
        "JOURNAL_TABLE",
        "KILL_SWITCH_PARAMETER",
        "LOOKS_QUEUE_URL",
        "MAX_EVENT_AGE_SECONDS",
        "MEMBER_ACCOUNTS",
        "MEMBER_EXTERNAL_ID",
        "MEMBER_ROLE",
        "MODE",
        "OWN_ROLE_IDS",
        "PROTECTED_PRINCIPALS",
        "QUARANTINE_QUEUE_URL",
        "TROUBLES_PER_HOUR",
    ];

    /// The variables that the function of `class` reads, sorted.
    #[must_use]
    pub fn variables(class: ActionClass) -> Vec<&'static str> {
        let own: &[&str] = match class {
            ActionClass::CloseExposure | ActionClass::ContainIdentity => &[],
            ActionClass::RestoreLogging => &["EVENT_SELECTORS_BASELINE", "OWN_TARGETS", "STACK_NAME"],
        };
        let mut variables = [&Self::VARIABLES, own].concat();
        variables.sort_unstable();
        variables
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// [`InvalidConfiguration`] with every problem.
    pub fn from_environment(environment: Environment) -> Result<Self, InvalidConfiguration> {
        let findings_bus = environment.required("FINDINGS_BUS");
        let quarantine_queue_url = environment.required("QUARANTINE_QUEUE_URL");
        let journal_table = environment.required("JOURNAL_TABLE");
        let kill_switch_parameter = environment.required("KILL_SWITCH_PARAMETER");
        let looks_queue_url = environment.required("LOOKS_QUEUE_URL");
        let mode = environment.or_default("MODE", Mode::Plan);
        let plans_per_hour = environment.or_default("BUDGET_PER_HOUR", 20);
        let troubles_per_hour = environment.or_default("TROUBLES_PER_HOUR", 3);
        let account = environment.required("ACCOUNT_ID");
        let region = environment.required("AWS_REGION");
        let protected = environment.list("PROTECTED_PRINCIPALS");
        let own_roles = environment.list("OWN_ROLE_IDS");
        let own_prefix = environment.text("STACK_NAME").map(|name| format!("{name}-")).unwrap_or_default();
        let baselines = environment.or_default("EVENT_SELECTORS_BASELINE", Baselines::default());
        let own_targets = environment.or_default("OWN_TARGETS", OwnTargets::default());
        let members = environment.list::<AccountId>("MEMBER_ACCOUNTS");
        let entrance = environment.entrance(members.as_ref().is_some_and(|members| !members.is_empty()));
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
                limits: Limits { plans_per_hour: plans_per_hour?, troubles_per_hour: troubles_per_hour? },
                kill_switch_parameter: kill_switch_parameter?,
                looks_queue_url: looks_queue_url?,
                entrance: entrance?,
                guardrails: Guardrails {
                    members: members?.into_iter().filter(|member| Some(member) != account.as_ref()).collect(),
                    account: account?,
                    region: region?,
                    protected: protected?,
                    own_roles: own_roles?,
                    max_event_age_seconds: age?,
                    declared: Declared { own_prefix, baselines: baselines?, own_targets: own_targets? },
                },
            })
        })();
        environment.finish(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 8] = [
        ("KILL_SWITCH_PARAMETER", "/trailreflex/responders"),
        ("LOOKS_QUEUE_URL", "http://looks"),
        ("FINDINGS_BUS", "findings"),
        ("QUARANTINE_QUEUE_URL", "http://queue"),
        ("JOURNAL_TABLE", "journal"),
        ("ACCOUNT_ID", "111122223333"),
        ("AWS_REGION", "us-east-1"),
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
                "MODE: `ACT` is not a mode: `observe`, `plan` (neither changes anything), `approve` or `act`",
            ),
            ("no account", &[("ACCOUNT_ID", "")], "ACCOUNT_ID is missing"),
            (
                "a principal that is none",
                &[("PROTECTED_PRINCIPALS", "jack, the boss")],
                "PROTECTED_PRINCIPALS: `the boss` is not a principal: give an ARN, a unique id (AIDA…, AROA…, AGPA…) or a name",
            ),
            (
                "a member that is no account",
                &[("MEMBER_ACCOUNTS", "o-exampleorgid")],
                "MEMBER_ACCOUNTS: `o-exampleorgid` is not an account id: 12 digits",
            ),
            (
                "members without their role",
                &[("MEMBER_ACCOUNTS", "444455556666"), ("MEMBER_EXTERNAL_ID", "x")],
                "MEMBER_ROLE is missing",
            ),
            (
                "a role of one account",
                &[
                    ("MEMBER_ACCOUNTS", "444455556666"),
                    ("MEMBER_EXTERNAL_ID", "x"),
                    ("MEMBER_ROLE", "arn:aws:iam::444455556666:role/a"),
                ],
                "MEMBER_ROLE: `arn:aws:iam::444455556666:role/a` is not the ARN of a role with `*` for the account, such as \
                 arn:aws:iam::*:role/NAME",
            ),
            (
                "a baseline that is none",
                &[("EVENT_SELECTORS_BASELINE", "all")],
                "EVENT_SELECTORS_BASELINE: not {trail: selectors}: expected value at line 1 column 1",
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
