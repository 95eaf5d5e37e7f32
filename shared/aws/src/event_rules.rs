//! Rules of EventBridge on the default bus, where AWS delivers CloudTrail's events.

use crate::CallFailed;
use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{DeadLetterConfig, RuleState, Target};
use trailreflex_delivery::DeployedRule;

/// The id of a rule's only target.
const TARGET: &str = "detect";

/// EventBridge.
#[derive(Debug, Clone)]
pub struct EventRules {
    eventbridge: Client,
}

/// A rule to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEventRule {
    /// Its name, 1 to 64 of `A-Za-z0-9.-_`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The event pattern as JSON text.
    pub pattern: String,
    /// Its state, such as `ENABLED`.
    pub state: &'static str,
    /// ARN of the function that it wakes.
    pub function: String,
    /// ARN of the queue for events that could not be delivered.
    pub dead_letters: Option<String>,
}

impl EventRules {
    /// EventBridge as `config` reaches it.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { eventbridge: Client::new(config) }
    }

    /// EventBridge behind a client.
    #[must_use]
    pub fn with_client(eventbridge: Client) -> Self {
        Self { eventbridge }
    }

    /// Lists the rules whose names begin with `prefix`.
    ///
    /// # Errors
    /// [`CallFailed`] if EventBridge refused or did not answer.
    pub async fn list(&self, prefix: &str) -> Result<Vec<DeployedRule>, CallFailed> {
        let mut rules = Vec::new();
        let mut token = None;
        loop {
            let page = self.eventbridge.list_rules().name_prefix(prefix).set_next_token(token).send().await;
            let page = page.map_err(|error| CallFailed::of("events:ListRules", error))?;
            rules.extend(page.rules.unwrap_or_default().into_iter().map(|rule| DeployedRule {
                name: rule.name.unwrap_or_default(),
                state: rule.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
                pattern: rule.event_pattern,
            }));
            token = page.next_token;
            if token.is_none() {
                return Ok(rules);
            }
        }
    }

    /// Lists the rules of which a target has this ARN.
    ///
    /// # Errors
    /// [`CallFailed`] if EventBridge refused or did not answer.
    pub async fn sending_to(&self, target: &str) -> Result<Vec<DeployedRule>, CallFailed> {
        let mut rules = Vec::new();
        let mut token = None;
        loop {
            let asked = self.eventbridge.list_rule_names_by_target().target_arn(target);
            let page = asked.set_next_token(token).send().await;
            let page = page.map_err(|error| CallFailed::of("events:ListRuleNamesByTarget", error))?;
            for name in page.rule_names.unwrap_or_default() {
                let rule = self.eventbridge.describe_rule().name(&name).send().await;
                let rule = rule.map_err(|error| CallFailed::of("events:DescribeRule", error))?;
                rules.push(DeployedRule {
                    name,
                    state: rule.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
                    pattern: rule.event_pattern,
                });
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(rules);
            }
        }
    }

    /// Writes a rule and its target, in place of one of the same name.
    ///
    /// # Errors
    /// [`CallFailed`] if EventBridge refused or did not answer; writing again is safe.
    pub async fn put(&self, rule: &NewEventRule) -> Result<(), CallFailed> {
        let put = self
            .eventbridge
            .put_rule()
            .name(&rule.name)
            .description(&rule.description)
            .event_pattern(&rule.pattern)
            .state(RuleState::from(rule.state));
        put.send().await.map_err(|error| CallFailed::of("events:PutRule", error))?;
        let dead_letters = rule.dead_letters.as_ref().map(|arn| DeadLetterConfig::builder().arn(arn).build());
        let target =
            Target::builder().id(TARGET).arn(&rule.function).set_dead_letter_config(dead_letters).build();
        let target = target.map_err(|error| CallFailed {
            call: "events:PutTargets",
            is_transient: false,
            cause: Box::new(error),
        })?;
        let sent = self.eventbridge.put_targets().rule(&rule.name).targets(target).send().await;
        let answer = sent.map_err(|error| CallFailed::of("events:PutTargets", error))?;
        match answer.failed_entries.unwrap_or_default().first() {
            None => Ok(()),
            Some(refused) => Err(CallFailed {
                call: "events:PutTargets",
                is_transient: false,
                cause: format!(
                    "{}: {}",
                    refused.error_code().unwrap_or("refused"),
                    refused.error_message().unwrap_or_default()
                )
                .into(),
            }),
        }
    }

    /// Removes a rule that [`EventRules::put`] wrote.
    ///
    /// # Errors
    /// [`CallFailed`] if EventBridge refused or did not answer; removing again is safe.
    pub async fn remove(&self, name: &str) -> Result<(), CallFailed> {
        let targets = self.eventbridge.remove_targets().rule(name).ids(TARGET).send().await;
        targets.map_err(|error| CallFailed::of("events:RemoveTargets", error))?;
        let deleted = self.eventbridge.delete_rule().name(name).send().await;
        deleted.map_err(|error| CallFailed::of("events:DeleteRule", error))?;
        Ok(())
    }
}
