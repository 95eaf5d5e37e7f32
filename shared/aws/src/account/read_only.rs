//! The account for a rehearsal: read as the responders read it, and never changed.

use super::{ExposureAccount, IamAccount, LoggingAccount};
use crate::CallFailed;
use aws_config::{Region, SdkConfig};
use jiff::Timestamp;
use std::collections::BTreeSet;
use trailreflex_model::{AccountId, Target};
use trailreflex_response::{
    Account, AccountError, ActionClass, ActionKind, Change, Control, Owner, Reading, Recorded, Setting,
};

/// An account that is only read, with the calls of one responder.
#[derive(Debug, Clone)]
pub enum ReadOnlyAccount {
    /// As `contain-identity` reads it.
    Identity(IamAccount),
    /// As `restore-logging` reads it.
    Logging(LoggingAccount),
    /// As `close-exposure` reads it.
    Exposure(ExposureAccount),
}

impl ReadOnlyAccount {
    /// The account that `config`'s credentials belong to, in a Region; `now` tells how many days a key has left.
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str, class: ActionClass, now: fn() -> Timestamp) -> Self {
        let config = config.to_builder().region(Region::new(region.to_owned())).build();
        match class {
            ActionClass::ContainIdentity => Self::Identity(IamAccount::new(&config)),
            ActionClass::RestoreLogging => Self::Logging(LoggingAccount::new(&config, now)),
            ActionClass::CloseExposure => Self::Exposure(ExposureAccount::new(&config)),
        }
    }
}

impl Account for ReadOnlyAccount {
    async fn observe(&self, target: &Target, kinds: &BTreeSet<ActionKind>) -> Result<Owner, AccountError> {
        match self {
            Self::Identity(account) => account.observe(target, kinds).await,
            Self::Logging(account) => account.observe(target, kinds).await,
            Self::Exposure(account) => account.observe(target, kinds).await,
        }
    }

    async fn read(&self, control: &Control) -> Result<Reading, AccountError> {
        match self {
            Self::Identity(account) => account.read(control).await,
            Self::Logging(account) => account.read(control).await,
            Self::Exposure(account) => account.read(control).await,
        }
    }

    /// Refuses: a plan that is only shown must not change anything, whatever a caller makes of it.
    async fn change(&self, change: &Recorded<Change<'_>>) -> Result<(), AccountError> {
        let permission =
            change.get().operations().first().map_or("a change", |operation| operation.permission());
        Err(AccountError::Refused { permission, cause: "a rehearsal changes nothing".into() })
    }

    async fn read_back(
        &self,
        control: &Control,
        settled: &(dyn Fn(&Setting) -> bool + Sync),
    ) -> Result<Reading, AccountError> {
        match self {
            Self::Identity(account) => account.read_back(control, settled).await,
            Self::Logging(account) => account.read_back(control, settled).await,
            Self::Exposure(account) => account.read_back(control, settled).await,
        }
    }
}

/// Asks STS to which account `config`'s credentials belong.
///
/// # Errors
/// [`CallFailed`], also if the answer names no account.
pub async fn account_of(config: &SdkConfig) -> Result<AccountId, CallFailed> {
    const CALL: &str = "sts:GetCallerIdentity";
    let sent = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let account = sent.map_err(|error| CallFailed::of(CALL, error))?.account.unwrap_or_default();
    account.parse().map_err(|_| CallFailed {
        call: CALL,
        is_transient: false,
        cause: format!("it names no account: `{account}`").into(),
    })
}
