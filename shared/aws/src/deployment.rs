//! An account's trails and a deployed stack, as far as the doctor asks; read only.

mod numbers;

use crate::CallFailed;
use aws_config::SdkConfig;
use aws_sdk_cloudtrail::operation::get_event_selectors::GetEventSelectorsOutput;
use aws_sdk_cloudtrail::types::ReadWriteType;
use aws_sdk_eventbridge::operation::list_rules::ListRulesError;
use aws_sdk_lambda::operation::get_policy::GetPolicyError;
use aws_sdk_lambda::types::Architecture;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;
use trailreflex_doctor::{EventRule, Function, Known, Management, Queue, RuleTarget, Subscriptions, Trail};
use trailreflex_model::cause_chain;

/// Words in the names of queues that hold what was not dealt with.
const LEFT_OVER: [&str; 4] = ["FailedEvents", "UndeliveredEvents", "Quarantine", "DeadLetters"];
/// What says in the environment of `notify` where it tells people, and that in words.
const CHANNELS: [(&str, &str); 3] =
    [("SLACK_PARAMETER", "Slack"), ("TEAMS_PARAMETER", "Teams"), ("PAGER_DUTY_PARAMETER", "PagerDuty")];
/// What SNS has in the place of an ARN until somebody has said yes.
const PENDING: &str = "PendingConfirmation";

/// A stack in an account and Region.
#[derive(Debug, Clone)]
pub struct Deployment {
    cloudtrail: aws_sdk_cloudtrail::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
    dynamodb: aws_sdk_dynamodb::Client,
    events: aws_sdk_eventbridge::Client,
    lambda: aws_sdk_lambda::Client,
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    ssm: aws_sdk_ssm::Client,
    stack: String,
}

impl Deployment {
    /// The stack of that name, in the account and Region that `config` names.
    #[must_use]
    pub fn new(config: &SdkConfig, stack: String) -> Self {
        Self {
            cloudtrail: aws_sdk_cloudtrail::Client::new(config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(config),
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            events: aws_sdk_eventbridge::Client::new(config),
            lambda: aws_sdk_lambda::Client::new(config),
            sns: aws_sdk_sns::Client::new(config),
            sqs: aws_sdk_sqs::Client::new(config),
            ssm: aws_sdk_ssm::Client::new(config),
            stack,
        }
    }

    /// Returns all trails that this Region shows.
    pub async fn trails(&self) -> Known<Vec<Trail>> {
        let call = "cloudtrail:DescribeTrails";
        let described = self.cloudtrail.describe_trails().send().await.map_err(|error| why(call, error))?;
        let mut trails = Vec::new();
        for trail in described.trail_list.unwrap_or_default() {
            let arn = trail.trail_arn.unwrap_or_default();
            let status = self.cloudtrail.get_trail_status().name(&arn).send().await;
            let status = status.map_err(|error| why("cloudtrail:GetTrailStatus", error))?;
            let selectors = self.cloudtrail.get_event_selectors().trail_name(&arn).send().await;
            let selectors = selectors.map_err(|error| why("cloudtrail:GetEventSelectors", error))?;
            trails.push(Trail {
                arn,
                home: trail.home_region.unwrap_or_default(),
                is_multi_region: trail.is_multi_region_trail == Some(true),
                has_global_events: trail.include_global_service_events == Some(true),
                validates: trail.log_file_validation_enabled == Some(true),
                is_logging: status.is_logging == Some(true),
                delivery_error: status.latest_delivery_error.filter(|error| !error.is_empty()),
                management: management(&selectors),
            });
        }
        Ok(trails)
    }

    /// Returns the stack's event rules, of the default bus and of its own.
    pub async fn rules(&self) -> Known<Vec<EventRule>> {
        let mut rules = Vec::new();
        for bus in ["default".to_owned(), format!("{}-findings", self.stack)] {
            let mut token = None;
            loop {
                let list =
                    self.events.list_rules().event_bus_name(&bus).name_prefix(format!("{}-", self.stack));
                let page = match list.set_next_token(token).send().await {
                    Ok(page) => page,
                    Err(error)
                        if error
                            .as_service_error()
                            .is_some_and(ListRulesError::is_resource_not_found_exception) =>
                    {
                        break;
                    }
                    Err(error) => return Err(why("events:ListRules", error)),
                };
                for rule in page.rules.unwrap_or_default() {
                    let name = rule.name.unwrap_or_default();
                    rules.push(EventRule {
                        arn: rule.arn.unwrap_or_default(),
                        state: rule.state.map(|state| state.as_str().to_owned()).unwrap_or_default(),
                        pattern: rule.event_pattern,
                        targets: self.targets(&bus, &name).await?,
                        bus: bus.clone(),
                        name,
                    });
                }
                token = page.next_token;
                if token.is_none() {
                    break;
                }
            }
        }
        Ok(rules)
    }

    async fn targets(&self, bus: &str, rule: &str) -> Known<Vec<RuleTarget>> {
        let listed = self.events.list_targets_by_rule().event_bus_name(bus).rule(rule).send().await;
        let listed = listed.map_err(|error| why("events:ListTargetsByRule", error))?;
        let mut targets = Vec::new();
        for target in listed.targets.unwrap_or_default() {
            let policy = match target.arn.contains(":function:") {
                true => self.policy(&target.arn).await?,
                false => None,
            };
            targets.push(RuleTarget { arn: target.arn, policy });
        }
        Ok(targets)
    }

    async fn policy(&self, function: &str) -> Known<Option<String>> {
        match self.lambda.get_policy().function_name(function).send().await {
            Ok(found) => Ok(found.policy),
            Err(error)
                if error.as_service_error().is_some_and(GetPolicyError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(why("lambda:GetPolicy", error)),
        }
    }

    /// Returns the stack's functions.
    pub async fn functions(&self) -> Known<Vec<Function>> {
        let prefix = format!("{}-", self.stack);
        let mut found = Vec::new();
        let mut pages = self.lambda.list_functions().into_paginator().items().send();
        while let Some(function) = pages.next().await {
            let function = function.map_err(|error| why("lambda:ListFunctions", error))?;
            let name = function.function_name.unwrap_or_default();
            if !name.starts_with(&prefix) {
                continue;
            }
            let variables =
                function.environment.and_then(|environment| environment.variables).unwrap_or_default();
            let variable = |name: &str| variables.get(name).cloned();
            let is_set = |name: &str| variables.get(name).is_some_and(|value| !value.is_empty());
            let channels = CHANNELS.iter().filter(|(name, _)| is_set(name)).map(|(_, channel)| *channel);
            found.push(Function {
                channels: channels.collect(),
                mode: variable("MODE"),
                switch: variable("KILL_SWITCH_PARAMETER"),
                meter_table: variable("METER_TABLE").filter(|table| !table.is_empty()),
                memory: function.memory_size.and_then(|size| u32::try_from(size).ok()).unwrap_or_default(),
                is_arm: function.architectures.is_some_and(|all| all.contains(&Architecture::Arm64)),
                log_group: function.logging_config.and_then(|logging| logging.log_group),
                name,
            });
        }
        Ok(found)
    }

    /// Returns the stack's queues of what was not dealt with.
    pub async fn queues(&self) -> Known<Vec<Queue>> {
        let mut queues = Vec::new();
        for url in self.queue_urls().await? {
            if !LEFT_OVER.iter().any(|word| url.contains(word)) {
                continue;
            }
            let name = QueueAttributeName::ApproximateNumberOfMessages;
            let asked =
                self.sqs.get_queue_attributes().queue_url(&url).attribute_names(name.clone()).send().await;
            let attributes = asked.map_err(|error| why("sqs:GetQueueAttributes", error))?.attributes;
            let messages = attributes.and_then(|all| all.get(&name)?.parse().ok()).unwrap_or_default();
            queues.push(Queue { url, messages });
        }
        Ok(queues)
    }

    /// Returns the URLs of all queues of the stack.
    async fn queue_urls(&self) -> Known<Vec<String>> {
        let prefix = format!("{}-", self.stack);
        let mut pages = self.sqs.list_queues().queue_name_prefix(prefix).into_paginator().items().send();
        let mut urls = Vec::new();
        while let Some(url) = pages.next().await {
            urls.push(url.map_err(|error| why("sqs:ListQueues", error))?);
        }
        Ok(urls)
    }

    /// Returns who hears of the stack's notifications.
    pub async fn subscriptions(&self) -> Known<Subscriptions> {
        let name = format!("{}-NotificationsTopic", self.stack);
        let mut known = Subscriptions::default();
        let mut topics = self.sns.list_topics().into_paginator().items().send();
        while let Some(topic) = topics.next().await {
            let arn = topic.map_err(|error| why("sns:ListTopics", error))?.topic_arn.unwrap_or_default();
            if !arn.rsplit(':').next().is_some_and(|topic| topic.starts_with(&name)) {
                continue;
            }
            let mut pages =
                self.sns.list_subscriptions_by_topic().topic_arn(arn).into_paginator().items().send();
            while let Some(one) = pages.next().await {
                let one = one.map_err(|error| why("sns:ListSubscriptionsByTopic", error))?;
                match one.subscription_arn.as_deref() {
                    Some(PENDING) => known.pending.extend(one.endpoint),
                    Some(arn) if arn.starts_with("arn:") => {
                        known.confirmed = known.confirmed.saturating_add(1);
                    }
                    Some(_) | None => {} // `Deleted`, for as long as SNS remembers it
                }
            }
        }
        Ok(known)
    }

    /// Returns a parameter's value; none if there is no such parameter.
    pub async fn parameter(&self, name: &str) -> Known<Option<String>> {
        match self.ssm.get_parameter().name(name).send().await {
            Ok(found) => Ok(found.parameter.and_then(|parameter| parameter.value)),
            Err(error) if error.as_service_error().is_some_and(GetParameterError::is_parameter_not_found) => {
                Ok(None)
            }
            Err(error) => Err(why("ssm:GetParameter", error)),
        }
    }
}

/// Which management events selectors let through, of both kinds that there are.
fn management(selectors: &GetEventSelectorsOutput) -> Option<Management> {
    let mut all: Option<Management> = None;
    for selector in
        selectors.event_selectors().iter().filter(|one| one.include_management_events == Some(true))
    {
        let kind = selector.read_write_type.as_ref().unwrap_or(&ReadWriteType::All);
        let logged = all.get_or_insert_default();
        logged.reads |= matches!(kind, ReadWriteType::All | ReadWriteType::ReadOnly);
        logged.writes |= matches!(kind, ReadWriteType::All | ReadWriteType::WriteOnly);
        logged.excluded.extend_from_slice(selector.exclude_management_event_sources());
    }
    for selector in selectors.advanced_event_selectors() {
        let field = |name: &str| selector.field_selectors().iter().find(|one| one.field == name);
        let is_management =
            field("eventCategory").is_some_and(|one| one.equals().iter().any(|value| value == "Management"));
        if !is_management {
            continue;
        }
        let logged = all.get_or_insert_default();
        let only = field("readOnly").and_then(|one| one.equals().first()).map(String::as_str);
        logged.reads |= only != Some("false");
        logged.writes |= only != Some("true");
        logged.excluded.extend(field("eventSource").into_iter().flat_map(|one| one.not_equals().to_vec()));
    }
    all
}

fn why<E>(call: &'static str, error: SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    cause_chain(&CallFailed::of(call, error))
}
