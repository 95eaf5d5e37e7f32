//! What the rules of the responder's own stack wake and whom its topics tell, as the stack itself declares it.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_model::Arn;

/// A target of an event rule, in the spelling of EventBridge's API reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "named and described in EventBridge's API reference")]
pub struct RuleTarget {
    pub id: String,
    pub arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letter_config: Option<DeadLetters>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<RetryPolicy>,
    /// Whether it has parameters beside these, so that it could not be put back as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_more: bool,
}

/// Where events go that could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "named and described in EventBridge's API reference")]
pub struct DeadLetters {
    pub arn: String,
}

/// How often and how long a delivery is tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "named and described in EventBridge's API reference")]
pub struct RetryPolicy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_retry_attempts: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_event_age_in_seconds: Option<i32>,
}

impl RuleTarget {
    /// Returns the target as a word of a [`Setting`](crate::Setting): the same for the same target.
    #[must_use]
    pub fn line(&self) -> String {
        // A struct of texts and numbers always has a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`RuleTarget::line`] has written.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }
}

/// What a rule on a schedule hands over: functions sweep.
const SWEEP: &str = r#"{"sweep": true}"#;

/// What rules of the responder's own stack wake and whom its topics tell, by how their names go on after the stack's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnTargets {
    dead_letters: String,
    /// ARNs by the ids of targets.
    rules: BTreeMap<String, BTreeMap<String, String>>,
    topics: BTreeMap<String, BTreeSet<String>>,
}

/// As the stack writes it. Short, since the variables of a function have 4 KB altogether: functions and queues by name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Written {
    dead_letter_arn: String,
    rules: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    topics: BTreeMap<String, BTreeSet<String>>,
}

impl OwnTargets {
    /// Returns the lines of the targets of a rule; `name` is what follows the stack's name and a hyphen. Rules on a schedule
    /// are called sweeps, and what they wake is told to sweep.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<BTreeSet<String>> {
        let is_sweep = name.split('-').next().is_some_and(|name| name.ends_with("Sweep"));
        let line = |(id, arn): (&String, &String)| {
            let target = RuleTarget {
                id: id.clone(),
                arn: arn.clone(),
                role_arn: None,
                input: is_sweep.then(|| SWEEP.to_owned()),
                input_path: None,
                dead_letter_config: Some(DeadLetters { arn: self.dead_letters.clone() }),
                retry_policy: None,
                has_more: false,
            };
            target.line()
        };
        longest(&self.rules, name).map(|targets| targets.iter().map(line).collect())
    }

    /// Returns the subscriptions of a topic, each as its protocol, a blank and its endpoint; `name` is what follows the
    /// stack's name and a hyphen.
    #[must_use]
    pub fn subscriptions(&self, name: &str) -> Option<&BTreeSet<String>> {
        longest(&self.topics, name)
    }
}

fn longest<'d, T>(declared: &'d BTreeMap<String, T>, name: &str) -> Option<&'d T> {
    let fitting = declared.iter().filter(|(prefix, _)| name.starts_with(prefix.as_str()));
    fitting.max_by_key(|(prefix, _)| prefix.len()).map(|(_, what)| what)
}

impl std::str::FromStr for OwnTargets {
    type Err = String;

    /// `{"DeadLetterArn": "arn:…", "Rules": {"Detect": {"detect": "lambda:name"}}}`, and beside `Rules` perhaps
    /// `"Topics": {"AlarmsTopic": ["sqs name"]}`. Functions and queues are where the queue of dead letters is.
    fn from_str(text: &str) -> Result<Self, String> {
        let Written { dead_letter_arn, rules, topics } = serde_json::from_str(text)
            .map_err(|error| format!("not {{DeadLetterArn, Rules: {{rule: targets}}}}: {error}"))?;
        let letters: Arn = dead_letter_arn.parse().map_err(|error| format!("DeadLetterArn: {error}"))?;
        let arn = |service: &str, resource: &str| {
            let (partition, region, account) = (letters.partition(), letters.region(), letters.account());
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        };
        let target = |(id, named): (String, String)| match named.split_once(':') {
            Some(("lambda", name)) => Ok((id, arn("lambda", &format!("function:{name}")))),
            Some(("sqs", name)) => Ok((id, arn("sqs", name))),
            _ => Err(format!("target `{id}`: neither lambda:name nor sqs:name")),
        };
        let subscription = |word: String| match word.strip_prefix("sqs ") {
            Some(name) => format!("sqs {}", arn("sqs", name)),
            None => word,
        };
        let rules = rules
            .into_iter()
            .map(|(rule, targets)| Ok((rule, targets.into_iter().map(target).collect::<Result<_, _>>()?)));
        let topics =
            topics.into_iter().map(|(topic, words)| (topic, words.into_iter().map(subscription).collect()));
        Ok(Self {
            dead_letters: dead_letter_arn,
            rules: rules.collect::<Result<_, String>>()?,
            topics: topics.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_the_targets_of_the_longest_name_that_its_own_begins_with() {
        let declared: OwnTargets = r#"{"DeadLetterArn": "arn:aws:sqs:us-east-1:111122223333:dead", "Rules": {
            "Meter": {"all": "sqs:numbers"}, "MeterSweep": {"meter": "lambda:meter"}},
            "Topics": {"Alarms": ["sqs notify", "email someone@example.com"]}}"#
            .parse()
            .unwrap();
        let letters = r#""DeadLetterConfig":{"Arn":"arn:aws:sqs:us-east-1:111122223333:dead"}"#;
        let all = format!(r#"{{"Id":"all","Arn":"arn:aws:sqs:us-east-1:111122223333:numbers",{letters}}}"#);
        let meter = format!(
            r#"{{"Id":"meter","Arn":"arn:aws:lambda:us-east-1:111122223333:function:meter","Input":"{{\"sweep\": true}}",{letters}}}"#
        );
        for (rule, expected) in
            [("MeterRule-1A", Some(all)), ("MeterSweep-1A", Some(meter)), ("NotifyRule-1A", None)]
        {
            let found = declared.of(rule).map(|lines| lines.into_iter().collect::<Vec<_>>().join("; "));
            assert_eq!(found, expected, "{rule}");
        }
        let told: Vec<_> = declared.subscriptions("AlarmsTopic-1A").unwrap().iter().collect();
        assert_eq!(told, ["email someone@example.com", "sqs arn:aws:sqs:us-east-1:111122223333:notify"]);
    }

    #[test]
    fn what_declares_no_targets_is_refused_with_the_reason() {
        for (case, text, expected) in [
            (
                "not JSON",
                "detect",
                "not {DeadLetterArn, Rules: {rule: targets}}: expected value at line 1 column 1",
            ),
            (
                "a target that is neither function nor queue",
                r#"{"DeadLetterArn": "arn:aws:sqs:us-east-1:111122223333:dead", "Rules": {"Detect": {"detect": "x"}}}"#,
                "target `detect`: neither lambda:name nor sqs:name",
            ),
        ] {
            assert_eq!(text.parse::<OwnTargets>().unwrap_err(), expected, "{case}");
        }
    }
}
