//! The account as AWS's services show it: one file for each class of actions.

#[cfg(feature = "identity")]
mod administrators;
#[cfg(feature = "exposure")]
mod bucket_region;
#[cfg(feature = "exposure")]
mod exposure;
#[cfg(feature = "exposure")]
mod exposure_change;
#[cfg(feature = "exposure")]
mod exposure_policy;
#[cfg(feature = "exposure")]
mod exposure_sharing;
#[cfg(feature = "identity")]
mod identity;
#[cfg(feature = "identity")]
mod identity_change;
#[cfg(feature = "logging")]
mod logging;
#[cfg(feature = "logging")]
mod logging_change;
mod logging_rules;
mod logging_topics;
#[cfg(feature = "rehearsal")]
mod read_only;
#[cfg(feature = "exposure")]
mod resource_policies;
#[cfg(feature = "logging")]
mod selectors;

#[cfg(feature = "exposure")]
pub use exposure::{ExposureAccount, PolicyClients};
#[cfg(feature = "identity")]
pub use identity::IamAccount;
#[cfg(feature = "logging")]
pub use logging::{LoggingAccount, LoggingClients};
#[cfg(feature = "rehearsal")]
pub use read_only::{ReadOnlyAccount, account_of};
#[cfg(feature = "exposure")]
pub use resource_policies::ResourcePolicies;

use crate::failure::{Class, class};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::collections::BTreeSet;
use std::time::Duration;
use trailreflex_model::Target;
use trailreflex_response::{
    Account, AccountError, ActionKind, Change, Control, Effect, Operation, Owner, Reading, Recorded, Setting,
};

/// How long to wait between two readings while a service becomes consistent. Together under four seconds: what is
/// still not in force then has been taken back by somebody.
const READ_BACK_WAITS: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_millis(1000),
    Duration::from_millis(2000),
];

/// Error codes that say that the target does not exist.
const GONE: [&str; 17] = [
    "NoSuchEntity",
    "NoSuchConfigurationRecorderException",
    "NotFoundException",
    "ResourceNotFoundException",
    "TrailNotFoundException",
    // EC2, RDS, S3, SSM
    "InvalidSnapshot.NotFound",
    "InvalidAMIID.NotFound",
    "InvalidAMIID.Unavailable",
    "InvalidGroup.NotFound",
    "DBSnapshotNotFound",
    "DBClusterSnapshotNotFoundFault",
    "NoSuchBucket",
    "InvalidDocument",
    // SQS, SNS, ECR
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "NotFound",
    "RepositoryNotFoundException",
];

/// The services that one class of actions concerns.
pub(crate) trait Services: Sync {
    /// As [`Account::observe`].
    fn observe(
        &self,
        target: &Target,
        kinds: &BTreeSet<ActionKind>,
    ) -> impl Future<Output = Result<Owner, AccountError>> + Send;

    /// As [`Account::read`].
    fn read(&self, control: &Control) -> impl Future<Output = Result<Reading, AccountError>> + Send;

    /// Sends an operation. Adding what is there and taking away what is not is no failure: reading back tells what is.
    fn send(&self, operation: &Operation) -> impl Future<Output = Result<(), AccountError>> + Send;
}

/// The account, as the services of one class show it.
#[derive(Debug, Clone)]
pub struct AwsAccount<S>(S);

impl<S: Services> Account for AwsAccount<S> {
    async fn observe(&self, target: &Target, kinds: &BTreeSet<ActionKind>) -> Result<Owner, AccountError> {
        self.0.observe(target, kinds).await
    }

    async fn read(&self, control: &Control) -> Result<Reading, AccountError> {
        self.0.read(control).await
    }

    async fn change(&self, change: &Recorded<Change<'_>>) -> Result<(), AccountError> {
        for operation in change.get().operations() {
            self.0.send(&operation).await?;
        }
        Ok(())
    }

    async fn read_back(
        &self,
        control: &Control,
        settled: &(dyn Fn(&Setting) -> bool + Sync),
    ) -> Result<Reading, AccountError> {
        let mut waits = READ_BACK_WAITS.into_iter();
        loop {
            let reading = self.0.read(control).await?;
            let is_settled = match &reading {
                Reading::Is(setting) => settled(setting),
                Reading::Gone => true,
            };
            match (is_settled, waits.next()) {
                (true, _) | (false, None) => return Ok(reading),
                (false, Some(wait)) => tokio::time::sleep(wait).await,
            }
        }
    }
}

pub(crate) fn failed<E>(permission: &'static str, error: SdkError<E, HttpResponse>) -> AccountError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    if code.is_some_and(|code| GONE.contains(&code)) {
        return AccountError::TargetGone;
    }
    match class(&error) {
        Class::Never => AccountError::Refused { permission, cause: Box::new(error) },
        Class::Later => AccountError::Transient { permission, effect: Effect::None, cause: Box::new(error) },
        Class::NoAnswer => {
            AccountError::Transient { permission, effect: Effect::Unknown, cause: Box::new(error) }
        }
    }
}

/// Refuses an operation of another class: no control of this one leads to it.
fn another_classes(permission: &'static str) -> AccountError {
    AccountError::Refused { permission, cause: "an operation of another responder".into() }
}

/// Turns "no such entity" into nothing.
fn absent<T>(error: AccountError) -> Result<Option<T>, AccountError> {
    match error {
        AccountError::TargetGone => Ok(None),
        AccountError::Transient { .. } | AccountError::Refused { .. } => Err(error),
    }
}
