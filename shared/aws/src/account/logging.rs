//! What watches the account, read: trails, detectors, recorders, analyzers, keys, own rules and functions.

use super::{AwsAccount, Services, absent, failed};
use aws_sdk_cloudtrail::error::ProvideErrorMetadata;
use aws_sdk_guardduty::types::DetectorStatus;
use aws_sdk_kms::types::{KeyMetadata, KeyState};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::error::Error;
use trailreflex_model::{Resource, ResourceKind, ResourceName, Target};
use trailreflex_response::{AccountError, ActionKind, Control, Operation, Owner, Reading, Setting};

/// Days that KMS lets pass before it deletes a key.
const DELETION_DAYS: std::ops::RangeInclusive<i64> = 7..=30;
const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// The account behind the clients of the services that watch it.
pub type LoggingAccount = AwsAccount<Logging>;

/// The clients, and the time.
#[derive(Debug, Clone)]
pub struct Logging {
    pub(super) clients: LoggingClients,
    now: fn() -> Timestamp,
}

/// A client for each service.
#[derive(Debug, Clone)]
pub struct LoggingClients {
    /// IAM Access Analyzer.
    pub access_analyzer: aws_sdk_accessanalyzer::Client,
    /// CloudTrail.
    pub cloudtrail: aws_sdk_cloudtrail::Client,
    /// AWS Config.
    pub config: aws_sdk_config::Client,
    /// EventBridge.
    pub events: aws_sdk_eventbridge::Client,
    /// GuardDuty.
    pub guardduty: aws_sdk_guardduty::Client,
    /// KMS.
    pub kms: aws_sdk_kms::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// SNS.
    pub sns: aws_sdk_sns::Client,
}

impl LoggingClients {
    /// Clients with `config`'s credentials.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self {
            access_analyzer: aws_sdk_accessanalyzer::Client::new(config),
            cloudtrail: aws_sdk_cloudtrail::Client::new(config),
            config: aws_sdk_config::Client::new(config),
            events: aws_sdk_eventbridge::Client::new(config),
            guardduty: aws_sdk_guardduty::Client::new(config),
            kms: aws_sdk_kms::Client::new(config),
            lambda: aws_sdk_lambda::Client::new(config),
            sns: aws_sdk_sns::Client::new(config),
        }
    }
}

impl LoggingAccount {
    /// The account that `config`'s credentials belong to; `now` tells how many days a key has left.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig, now: fn() -> Timestamp) -> Self {
        Self::with_clients(LoggingClients::new(config), now)
    }

    /// The account behind these clients.
    #[must_use]
    pub fn with_clients(clients: LoggingClients, now: fn() -> Timestamp) -> Self {
        Self(Logging { clients, now })
    }
}

impl Logging {
    /// Returns the ARN of a trail, which tells its home Region and account. Nothing if there is no such trail.
    async fn trail(&self, name: &ResourceName) -> Result<Option<ResourceName>, AccountError> {
        let permission = "cloudtrail:GetTrail";
        let trail = match self.clients.cloudtrail.get_trail().name(name.as_str()).send().await {
            Ok(output) => output.trail,
            Err(error) => absent(failed(permission, error))?,
        };
        let arn = trail.and_then(|trail| trail.trail_arn);
        arn.map(|arn| arn.parse().map_err(|error| malformed(permission, error))).transpose()
    }

    async fn key(&self, key: &ResourceName) -> Result<Option<KeyMetadata>, AccountError> {
        match self.clients.kms.describe_key().key_id(key.as_str()).send().await {
            Ok(output) => Ok(output.key_metadata),
            Err(error) => absent(failed("kms:DescribeKey", error)),
        }
    }

    async fn trail_logging(&self, trail: &ResourceName) -> Result<Reading, AccountError> {
        let status = self.clients.cloudtrail.get_trail_status().name(trail.as_str()).send().await;
        let status = status.map_err(|error| failed("cloudtrail:GetTrailStatus", error))?;
        Ok(Reading::Is(Setting::present(status.is_logging == Some(true))))
    }

    async fn event_selectors(&self, trail: &ResourceName) -> Result<Reading, AccountError> {
        let permission = "cloudtrail:GetEventSelectors";
        let found = self.clients.cloudtrail.get_event_selectors().trail_name(trail.as_str()).send().await;
        let found = found.map_err(|error| failed(permission, error))?;
        let selectors = super::selectors::events_in(found);
        Ok(Reading::Is(Setting::Document(
            serde_json::to_value(selectors).map_err(|e| malformed(permission, e))?,
        )))
    }

    async fn insight_selectors(&self, trail: &ResourceName) -> Result<Reading, AccountError> {
        let permission = "cloudtrail:GetInsightSelectors";
        let found = self.clients.cloudtrail.get_insight_selectors().trail_name(trail.as_str()).send().await;
        let selectors = match found {
            Ok(found) => super::selectors::insights_in(found),
            // CloudTrail's word for a trail that looks for none.
            Err(error) if has_code(&error, "InsightNotEnabledException") => BTreeSet::new(),
            Err(error) => return Err(failed(permission, error)),
        };
        Ok(Reading::Is(Setting::Document(
            serde_json::to_value(selectors).map_err(|e| malformed(permission, e))?,
        )))
    }

    async fn detector(&self, detector: &ResourceName) -> Result<Reading, AccountError> {
        match self.clients.guardduty.get_detector().detector_id(detector.as_str()).send().await {
            Ok(found) => Ok(Reading::Is(Setting::present(found.status == Some(DetectorStatus::Enabled)))),
            // GuardDuty has no error of its own for a detector that does not exist.
            Err(error) if says(&error, "not owned by the current account") => Ok(Reading::Gone),
            Err(error) => Err(failed("guardduty:GetDetector", error)),
        }
    }

    async fn recorder(&self, recorder: &ResourceName) -> Result<Reading, AccountError> {
        let call = self.clients.config.describe_configuration_recorder_status();
        let found = call.configuration_recorder_names(recorder.as_str()).send().await;
        let found = found.map_err(|error| failed("config:DescribeConfigurationRecorderStatus", error))?;
        let mut statuses = found.configuration_recorders_status.unwrap_or_default().into_iter();
        let status = statuses.find(|status| status.name.as_deref() == Some(recorder.as_str()));
        Ok(status.map_or(Reading::Gone, |status| Reading::Is(Setting::present(status.recording))))
    }

    async fn analyzer(&self, analyzer: &ResourceName) -> Result<Reading, AccountError> {
        let found = self.clients.access_analyzer.get_analyzer().analyzer_name(analyzer.as_str()).send().await;
        let found = match found {
            Ok(found) => found.analyzer,
            Err(error) => absent(failed("access-analyzer:GetAnalyzer", error))?,
        };
        Ok(Reading::Is(found.map_or(Setting::Absent, |found| Setting::word(found.r#type.as_str()))))
    }

    async fn key_deletion(&self, key: &ResourceName) -> Result<Reading, AccountError> {
        let Some(found) = self.key(key).await? else { return Ok(Reading::Gone) };
        let days = match found.key_state {
            Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion) => {
                // A primary key that waits for its replicas has no date yet, but a number of days.
                let waiting = found.pending_deletion_window_in_days.map(i64::from);
                let left = found.deletion_date.map(|date| {
                    let seconds = date.secs().saturating_sub((self.now)().as_second());
                    seconds.saturating_add(SECONDS_OF_A_DAY - 1).div_euclid(SECONDS_OF_A_DAY)
                });
                left.or(waiting).unwrap_or(*DELETION_DAYS.end())
            }
            Some(_) | None => return Ok(Reading::Is(Setting::Absent)),
        };
        let days = days.clamp(*DELETION_DAYS.start(), *DELETION_DAYS.end());
        Ok(Reading::Is(Setting::Word(days.to_string())))
    }

    async fn key_use(&self, key: &ResourceName) -> Result<Reading, AccountError> {
        let Some(found) = self.key(key).await? else { return Ok(Reading::Gone) };
        Ok(Reading::Is(match found.key_state {
            Some(KeyState::Enabled) => Setting::Present,
            Some(KeyState::Disabled | KeyState::PendingDeletion | KeyState::PendingReplicaDeletion) => {
                Setting::Absent
            }
            Some(other) => Setting::word(other.as_str()),
            None => Setting::word("unknown"),
        }))
    }

    async fn concurrency(&self, function: &ResourceName) -> Result<Reading, AccountError> {
        let call = self.clients.lambda.get_function_concurrency().function_name(function.as_str());
        let found = call.send().await.map_err(|error| failed("lambda:GetFunctionConcurrency", error))?;
        let limit = found.reserved_concurrent_executions;
        Ok(Reading::Is(limit.map_or(Setting::Absent, |limit| Setting::Word(limit.to_string()))))
    }
}

impl Services for Logging {
    /// Trails and keys are named in several ways: from here on, by their ARNs.
    async fn observe(&self, target: &Target, _: &BTreeSet<ActionKind>) -> Result<Owner, AccountError> {
        let Target::Resource(resource) = target else { return Ok(Owner::Nobody) };
        let name = if resource.resource == ResourceKind::Trail {
            self.trail(&resource.name).await?
        } else if resource.resource == ResourceKind::Key {
            let arn = self.key(&resource.name).await?.and_then(|key| key.arn);
            arn.map(|arn| arn.parse().map_err(|error| malformed("kms:DescribeKey", error))).transpose()?
        } else if self.is_gone(resource).await? {
            None
        } else {
            Some(resource.name.clone())
        };
        Ok(name.map_or(Owner::Nobody, |name| Owner::Resource(Resource { name, ..resource.clone() })))
    }

    async fn read(&self, control: &Control) -> Result<Reading, AccountError> {
        let reading = match control {
            Control::TrailLogging { trail } => self.trail_logging(trail).await,
            Control::Detector { detector } => self.detector(detector).await,
            Control::Recorder { recorder } => self.recorder(recorder).await,
            Control::Analyzer { analyzer } => self.analyzer(analyzer).await,
            Control::KeyDeletion { key } => self.key_deletion(key).await,
            Control::KeyUse { key } => self.key_use(key).await,
            Control::EventSelectors { trail } => self.event_selectors(trail).await,
            Control::InsightSelectors { trail } => self.insight_selectors(trail).await,
            Control::EventRule { rule } => self.event_rule(rule).await,
            Control::RuleTargets { rule } => self.rule_targets(rule).await,
            Control::Subscriptions { topic } => self.subscriptions(topic).await,
            Control::FunctionConcurrency { function } => self.concurrency(function).await,
            Control::AccessKeyStatus { .. }
            | Control::CredentialStatus { .. }
            | Control::PolicyAttachment { .. }
            | Control::InlinePolicy { .. }
            | Control::PermissionsBoundary { .. }
            | Control::Sharing { .. }
            | Control::PublicAccessBlock { .. }
            | Control::Ingress { .. }
            | Control::FunctionUrl { .. }
            | Control::FunctionPermission { .. }
            | Control::ResourcePolicy { .. }
            | Control::SharingBlock { .. } => return Ok(Reading::Gone),
        };
        match reading {
            Err(AccountError::TargetGone) => Ok(Reading::Gone),
            other => other,
        }
    }

    async fn send(&self, operation: &Operation) -> Result<(), AccountError> {
        self.perform(operation).await
    }
}

impl Logging {
    /// Tells a detector or recorder that was deleted from one that is switched off.
    async fn is_gone(&self, resource: &Resource) -> Result<bool, AccountError> {
        let name = resource.name.clone();
        let control = if resource.resource == ResourceKind::Detector {
            Control::Detector { detector: name }
        } else if resource.resource == ResourceKind::Recorder {
            Control::Recorder { recorder: name }
        } else {
            return Ok(false);
        };
        Ok(self.read(&control).await? == Reading::Gone)
    }
}

fn has_code(error: &impl ProvideErrorMetadata, code: &str) -> bool {
    error.code() == Some(code)
}

fn says(error: &impl ProvideErrorMetadata, words: &str) -> bool {
    error.message().is_some_and(|message| message.contains(words))
}

pub(super) fn malformed(
    permission: &'static str,
    cause: impl Into<Box<dyn Error + Send + Sync>>,
) -> AccountError {
    AccountError::Refused { permission, cause: cause.into() }
}
