//! The account as IAM shows it.

use crate::failure::{Class, class};
use aws_sdk_iam::Client;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::types::StatusType;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use jiff::Timestamp;
use std::time::Duration;
use trailreflex_model::{AccessKeyId, Target, UserName};
use trailreflex_response::{
    Account, AccountError, Action, Change, Facts, KeyFacts, KeyStatus, Owner, Recorded, State, UserFacts,
    UserRef,
};

/// How long to wait between two readings while IAM becomes consistent. Together under four seconds: what is
/// still not in force then has been taken back by somebody.
const READ_BACK_WAITS: [Duration; 4] = [
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_millis(1000),
    Duration::from_millis(2000),
];

/// The account behind an IAM client.
#[derive(Debug, Clone)]
pub struct IamAccount {
    iam: Client,
}

impl IamAccount {
    /// The account that `config`'s credentials belong to.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self { iam: Client::new(config) }
    }

    /// The account behind `iam`.
    #[must_use]
    pub fn with_client(iam: Client) -> Self {
        Self { iam }
    }

    async fn owner_of(&self, key: &AccessKeyId) -> Result<Option<KeyOwner>, AccountError> {
        let answer = self.iam.get_access_key_last_used().access_key_id(key.as_str()).send().await;
        let name = match answer {
            Ok(output) => output.user_name,
            Err(error) => return absent(failed("iam:GetAccessKeyLastUsed", error)),
        };
        // A key of the root user has no user name, or one that no user can bear (`<root_account>`).
        Ok(Some(name.and_then(|name| name.parse().ok()).map_or(KeyOwner::Root, KeyOwner::User)))
    }

    async fn read_user(&self, name: &UserName) -> Result<Option<UserFacts>, AccountError> {
        let user = match self.iam.get_user().user_name(name.as_str()).send().await {
            Ok(output) => output.user,
            Err(error) => return absent(failed("iam:GetUser", error)),
        };
        let Some(user) = user else { return Ok(None) };
        let malformed = |cause| AccountError::Refused { permission: "iam:GetUser", cause };
        let reference = UserRef {
            name: name.clone(),
            unique_id: user.user_id.parse().map_err(|error| malformed(Box::from(error)))?,
            arn: user.arn.parse().map_err(|error| malformed(Box::from(error)))?,
        };
        Ok(Some(UserFacts {
            reference,
            created_at: Timestamp::from_second(user.create_date.secs()).ok(),
            keys: self.read_keys(name).await?,
            attached_policies: self.read_attached_policies(name).await?,
        }))
    }

    async fn read_keys(&self, name: &UserName) -> Result<Vec<KeyFacts>, AccountError> {
        let mut pages = self.iam.list_access_keys().user_name(name.as_str()).into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(key) = pages.next().await {
            let key = key.map_err(|error| failed("iam:ListAccessKeys", error))?;
            let active = key.status == Some(StatusType::Active);
            let status = if active { KeyStatus::Active } else { KeyStatus::Inactive };
            // An id that is not one cannot be a target either.
            if let Some(id) = key.access_key_id.and_then(|id| id.parse().ok()) {
                keys.push(KeyFacts { id, status });
            }
        }
        Ok(keys)
    }

    async fn read_attached_policies(&self, name: &UserName) -> Result<Vec<String>, AccountError> {
        let mut pages =
            self.iam.list_attached_user_policies().user_name(name.as_str()).into_paginator().items().send();
        let mut arns = Vec::new();
        while let Some(policy) = pages.next().await {
            let policy = policy.map_err(|error| failed("iam:ListAttachedUserPolicies", error))?;
            arns.extend(policy.policy_arn);
        }
        Ok(arns)
    }

    async fn set_key(
        &self,
        user: &UserRef,
        key: &AccessKeyId,
        status: StatusType,
    ) -> Result<(), AccountError> {
        let call = self.iam.update_access_key().user_name(user.name.as_str()).access_key_id(key.as_str());
        call.status(status).send().await.map(drop).map_err(|error| failed("iam:UpdateAccessKey", error))
    }

    async fn attach_deny(&self, user: &UserRef) -> Result<(), AccountError> {
        let call = self.iam.attach_user_policy().user_name(user.name.as_str());
        let sent = call.policy_arn(Facts::deny_all_policy(user)).send().await;
        sent.map(drop).map_err(|error| failed("iam:AttachUserPolicy", error))
    }

    async fn detach_deny(&self, user: &UserRef) -> Result<(), AccountError> {
        let call = self.iam.detach_user_policy().user_name(user.name.as_str());
        match call.policy_arn(Facts::deny_all_policy(user)).send().await {
            Ok(_) => Ok(()),
            // Not attached any more, or no such user: reading back tells which.
            Err(error) => absent(failed("iam:DetachUserPolicy", error)).map(|_: Option<()>| ()),
        }
    }
}

/// To whom IAM says a key belongs.
enum KeyOwner {
    Root,
    User(UserName),
}

impl Account for IamAccount {
    async fn observe(&self, target: &Target) -> Result<Facts, AccountError> {
        let name = match target {
            Target::User { user_name } => user_name.clone(),
            Target::AccessKey { access_key_id } => match self.owner_of(access_key_id).await? {
                Some(KeyOwner::User(name)) => name,
                Some(KeyOwner::Root) => return Ok(Facts { owner: Owner::Root }),
                None => return Ok(Facts { owner: Owner::Nobody }),
            },
        };
        Ok(Facts { owner: self.read_user(&name).await?.map_or(Owner::Nobody, Owner::User) })
    }

    async fn apply(&self, action: &Recorded<Action>) -> Result<(), AccountError> {
        match action.get() {
            Action::DenyUser { user } => self.attach_deny(user).await,
            Action::DeactivateAccessKey { user, access_key_id } => {
                self.set_key(user, access_key_id, StatusType::Inactive).await
            }
        }
    }

    async fn undo(&self, action: &Recorded<Action>) -> Result<(), AccountError> {
        match action.get() {
            Action::DenyUser { user } => self.detach_deny(user).await,
            Action::DeactivateAccessKey { user, access_key_id } => {
                self.set_key(user, access_key_id, StatusType::Active).await
            }
        }
    }

    async fn state(&self, action: &Action) -> Result<State, AccountError> {
        let user = self.read_user(&action.user().name).await?;
        Ok(user.map_or(State::TargetGone, |facts| action.state_in(&facts)))
    }

    async fn read_back(&self, action: &Action, expected: State) -> Result<State, AccountError> {
        let mut waits = READ_BACK_WAITS.into_iter();
        loop {
            let state = self.state(action).await?;
            match (state == expected || state == State::TargetGone, waits.next()) {
                (true, _) | (false, None) => return Ok(state),
                (false, Some(wait)) => tokio::time::sleep(wait).await,
            }
        }
    }
}

fn failed<E>(permission: &'static str, error: SdkError<E, HttpResponse>) -> AccountError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    if code == Some("NoSuchEntity") {
        return AccountError::TargetGone;
    }
    match class(&error) {
        Class::Never => AccountError::Refused { permission, cause: Box::new(error) },
        Class::Later => AccountError::Transient { permission, change: Change::None, cause: Box::new(error) },
        Class::NoAnswer => {
            AccountError::Transient { permission, change: Change::Unknown, cause: Box::new(error) }
        }
    }
}

/// Turns "no such entity" into nothing.
fn absent<T>(error: AccountError) -> Result<Option<T>, AccountError> {
    match error {
        AccountError::TargetGone => Ok(None),
        AccountError::Transient { .. } | AccountError::Refused { .. } => Err(error),
    }
}
