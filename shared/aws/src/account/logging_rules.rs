//! Event rules of the responder's own stack and what they wake, read and changed.

use super::failed;
use super::logging::{Logging, malformed};
use aws_sdk_eventbridge::types::{self, Target};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use trailreflex_model::ResourceName;
use trailreflex_response::{
    AccountError, DeadLetters, Reading, RetryPolicy, RuleTarget, Setting, rule_and_bus,
};

impl Logging {
    pub(super) async fn event_rule(&self, rule: &ResourceName) -> Result<Reading, AccountError> {
        let (name, bus) = rule_and_bus(rule);
        let call = self.clients.events.describe_rule().name(name);
        let found = call.set_event_bus_name(bus.map(str::to_owned)).send().await;
        let found = found.map_err(|error| failed("events:DescribeRule", error))?;
        let state = found.state.map(|state| state.as_str().to_owned());
        let fields = [
            ("State", state),
            ("EventPattern", found.event_pattern),
            ("ScheduleExpression", found.schedule_expression),
            ("Description", found.description),
            ("RoleArn", found.role_arn),
        ];
        let known = fields.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.into())));
        Ok(Reading::Is(Setting::Document(Value::Object(known.collect::<Map<_, _>>()))))
    }

    pub(super) async fn rule_targets(&self, rule: &ResourceName) -> Result<Reading, AccountError> {
        let (name, bus) = rule_and_bus(rule);
        let mut lines = BTreeSet::new();
        let mut token = None;
        loop {
            let call = self.clients.events.list_targets_by_rule().rule(name).set_next_token(token);
            let page = call.set_event_bus_name(bus.map(str::to_owned)).send().await;
            let page = page.map_err(|error| failed("events:ListTargetsByRule", error))?;
            lines.extend(page.targets.unwrap_or_default().into_iter().map(|target| read(target).line()));
            token = page.next_token;
            if token.is_none() {
                return Ok(Reading::Is(Setting::Words(lines)));
            }
        }
    }

    pub(super) async fn put_targets(
        &self,
        rule: &ResourceName,
        bus: Option<&ResourceName>,
        targets: &[RuleTarget],
    ) -> Result<(), AccountError> {
        let permission = "events:PutTargets";
        let targets: Result<Vec<_>, _> = targets.iter().map(written).collect();
        let targets = targets.map_err(|error| malformed(permission, error))?;
        let call = self.clients.events.put_targets().rule(rule.as_str()).set_targets(Some(targets));
        let answer = call.set_event_bus_name(bus.map(ToString::to_string)).send().await;
        let answer = answer.map_err(|error| failed(permission, error))?;
        let refused = answer.failed_entries.unwrap_or_default();
        all_taken(permission, refused.into_iter().next().map(|entry| entry.error_code))
    }

    pub(super) async fn remove_targets(
        &self,
        rule: &ResourceName,
        bus: Option<&ResourceName>,
        ids: &[String],
    ) -> Result<(), AccountError> {
        let permission = "events:RemoveTargets";
        let call = self.clients.events.remove_targets().rule(rule.as_str()).set_ids(Some(ids.to_vec()));
        let answer = call.set_event_bus_name(bus.map(ToString::to_string)).send().await;
        let answer = answer.map_err(|error| failed(permission, error))?;
        let refused = answer.failed_entries.unwrap_or_default();
        all_taken(permission, refused.into_iter().next().map(|entry| entry.error_code))
    }
}

/// EventBridge answers with success even if it took none of the targets.
fn all_taken(permission: &'static str, refused: Option<Option<String>>) -> Result<(), AccountError> {
    match refused {
        Some(code) => {
            let code = code.unwrap_or_default();
            Err(malformed(permission, format!("a target was not taken: {code}")))
        }
        None => Ok(()),
    }
}

/// What has more than these parameters is told as such, since it could not be put back.
fn read(target: Target) -> RuleTarget {
    let retries = target.retry_policy.as_ref();
    let bare = Target::builder()
        .id(&target.id)
        .arn(&target.arn)
        .set_role_arn(target.role_arn.clone())
        .set_input(target.input.clone())
        .set_input_path(target.input_path.clone())
        .set_dead_letter_config(target.dead_letter_config.clone())
        .set_retry_policy(target.retry_policy.clone())
        .build();
    RuleTarget {
        has_more: !bare.is_ok_and(|bare| bare == target),
        retry_policy: retries.map(|retries| RetryPolicy {
            maximum_retry_attempts: retries.maximum_retry_attempts,
            maximum_event_age_in_seconds: retries.maximum_event_age_in_seconds,
        }),
        // EventBridge returns an empty one for a target without a queue.
        dead_letter_config: target
            .dead_letter_config
            .and_then(|letters| Some(DeadLetters { arn: letters.arn? })),
        id: target.id,
        arn: target.arn,
        role_arn: target.role_arn,
        input: target.input,
        input_path: target.input_path,
    }
}

fn written(target: &RuleTarget) -> Result<Target, aws_sdk_eventbridge::error::BuildError> {
    let letters = target
        .dead_letter_config
        .as_ref()
        .map(|letters| types::DeadLetterConfig::builder().arn(&letters.arn).build());
    let retries = target.retry_policy.as_ref().map(|retries| {
        types::RetryPolicy::builder()
            .set_maximum_retry_attempts(retries.maximum_retry_attempts)
            .set_maximum_event_age_in_seconds(retries.maximum_event_age_in_seconds)
            .build()
    });
    Target::builder()
        .id(&target.id)
        .arn(&target.arn)
        .set_role_arn(target.role_arn.clone())
        .set_input(target.input.clone())
        .set_input_path(target.input_path.clone())
        .set_dead_letter_config(letters)
        .set_retry_policy(retries)
        .build()
}
