//! A user and a key for a rehearsal: nobody can do anything with them, and at its end they are gone.
//!
//! Source: IAM User Guide, "Remove or deactivate an IAM user" (what must be removed first).

use crate::CallFailed;
use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_iam::operation::delete_user_permissions_boundary::DeleteUserPermissionsBoundaryError;
use aws_sdk_iam::operation::get_user::GetUserError;
use aws_sdk_iam::types::{StatusType, Tag, User};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::collections::BTreeSet;
use std::fmt;
use trailreflex_model::Arn;

const CREATE_USER: &str = "iam:CreateUser";
const TAG_USER: &str = "iam:TagUser";
const CREATE_KEY: &str = "iam:CreateAccessKey";
const ATTACH: &str = "iam:AttachUserPolicy";
const GET_USER: &str = "iam:GetUser";
const LIST_USERS: &str = "iam:ListUsers";
const LIST_TAGS: &str = "iam:ListUserTags";
const LIST_KEYS: &str = "iam:ListAccessKeys";
const LIST_ATTACHED: &str = "iam:ListAttachedUserPolicies";
const LIST_INLINE: &str = "iam:ListUserPolicies";
const DETACH: &str = "iam:DetachUserPolicy";
const DELETE_INLINE: &str = "iam:DeleteUserPolicy";
const DELETE_BOUNDARY: &str = "iam:DeleteUserPermissionsBoundary";
const DELETE_KEY: &str = "iam:DeleteAccessKey";
const DELETE_USER: &str = "iam:DeleteUser";
const WHO: &str = "sts:GetCallerIdentity";

/// The path of all such users.
const PATH: &str = "/rehearsal/";
/// The tag that says of which stack: others may use the path too, and theirs are not to be removed.
const TAG: &str = "rehearsal-of";
/// The policy that AWS attaches to a user whose key it has found in public.
const QUARANTINE: &str = "AWSCompromisedKeyQuarantineV3";

/// A user without permissions, and its key.
pub struct ThrowawayUser {
    iam: aws_sdk_iam::Client,
    config: SdkConfig,
    name: String,
    arn: Arn,
    key_id: String,
    secret: String,
}

/// How a user is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserState {
    /// Whether its key is active.
    pub is_key_active: bool,
    /// Names of the managed policies attached to it.
    pub attached: BTreeSet<String>,
    /// Names of its own policies.
    pub inline: BTreeSet<String>,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
}

/// What comes of a call that is signed with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyAnswer {
    /// It is answered.
    Works,
    /// It is refused, with this code.
    Refused(String),
}

impl fmt::Debug for ThrowawayUser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ThrowawayUser").field("name", &self.name).finish_non_exhaustive()
    }
}

impl ThrowawayUser {
    /// What it needs.
    pub const PERMISSIONS: [&str; 15] = [
        CREATE_USER,
        TAG_USER,
        CREATE_KEY,
        ATTACH,
        GET_USER,
        LIST_USERS,
        LIST_TAGS,
        LIST_KEYS,
        LIST_ATTACHED,
        LIST_INLINE,
        DETACH,
        DELETE_INLINE,
        DELETE_BOUNDARY,
        DELETE_KEY,
        DELETE_USER,
    ];

    /// Makes the user and its key, in the account of `config`'s credentials.
    ///
    /// # Errors
    /// [`CallFailed`]; a user that was made until then is removed again.
    pub async fn create(config: &SdkConfig, name: &str, stack: &str) -> Result<Self, CallFailed> {
        let iam = aws_sdk_iam::Client::new(config);
        Self::with_client(iam, config.clone(), name, stack).await
    }

    /// The same behind a client; `config` is for calls with the key.
    ///
    /// # Errors
    /// As of [`ThrowawayUser::create`].
    pub async fn with_client(
        iam: aws_sdk_iam::Client,
        config: SdkConfig,
        name: &str,
        stack: &str,
    ) -> Result<Self, CallFailed> {
        let tag = Tag::builder().key(TAG).value(stack).build();
        let tag = tag.map_err(|error| unanswered(CREATE_USER, error.to_string()))?;
        let made = iam.create_user().user_name(name).path(PATH).tags(tag).send().await;
        let made = made.map_err(|error| CallFailed::of(CREATE_USER, error))?;
        let arn = made.user.and_then(|user| user.arn.parse().ok());
        let made = iam.create_access_key().user_name(name).send().await;
        let key = made.map_err(|error| CallFailed::of(CREATE_KEY, error)).and_then(|made| {
            made.access_key.ok_or_else(|| unanswered(CREATE_KEY, "the answer has no key".to_owned()))
        });
        let key = key.and_then(|key| {
            let no_arn = || unanswered(CREATE_USER, "the answer has no ARN".to_owned());
            Ok((key, arn.ok_or_else(no_arn)?))
        });
        match key {
            Ok((key, arn)) => Ok(Self {
                iam,
                config,
                name: name.to_owned(),
                arn,
                key_id: key.access_key_id,
                secret: key.secret_access_key,
            }),
            Err(error) => {
                _ = remove(&iam, name).await; // why there is no key is what somebody has to know
                Err(error)
            }
        }
    }

    /// The user's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user's ARN.
    #[must_use]
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// The key's id.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Does what AWS does when it finds a key in public: attaches the quarantine policy, whose name it returns.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn leak(&self) -> Result<&'static str, CallFailed> {
        let arn = format!("arn:{}:iam::aws:policy/{QUARANTINE}", self.arn.partition());
        let attached = self.iam.attach_user_policy().user_name(&self.name).policy_arn(arn).send().await;
        attached.map_err(|error| CallFailed::of(ATTACH, error))?;
        Ok(QUARANTINE)
    }

    /// Reads how the user is set.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn state(&self) -> Result<UserState, CallFailed> {
        let user = self.iam.get_user().user_name(&self.name).send().await;
        let user = user.map_err(|error| CallFailed::of(GET_USER, error))?.user;
        let boundary = user.and_then(|user| user.permissions_boundary?.permissions_boundary_arn);
        let keys = self.iam.list_access_keys().user_name(&self.name).send().await;
        let keys = keys.map_err(|error| CallFailed::of(LIST_KEYS, error))?.access_key_metadata;
        let is_own = |id: Option<&str>| id == Some(self.key_id.as_str());
        let key = keys.iter().find(|key| is_own(key.access_key_id()));
        Ok(UserState {
            is_key_active: key.is_some_and(|key| key.status() == Some(&StatusType::Active)),
            attached: attached(&self.iam, &self.name).await?.into_iter().map(|(name, _)| name).collect(),
            inline: inline(&self.iam, &self.name).await?.into_iter().collect(),
            boundary,
        })
    }

    /// Signs a call with the key that needs no permission.
    ///
    /// # Errors
    /// [`CallFailed`] if no answer came.
    pub async fn call_with_key(&self) -> Result<KeyAnswer, CallFailed> {
        let own = Credentials::new(&self.key_id, &self.secret, None, None, "rehearsal");
        let config = self.config.to_builder().credentials_provider(SharedCredentialsProvider::new(own));
        match aws_sdk_sts::Client::new(&config.build()).get_caller_identity().send().await {
            Ok(_) => Ok(KeyAnswer::Works),
            Err(error) => {
                let is_answer = error.as_service_error().is_some();
                let code = error.code().map(str::to_owned);
                let failed = CallFailed::of(WHO, error);
                let code = code.filter(|_| is_answer && !failed.is_transient);
                code.map(KeyAnswer::Refused).ok_or(failed)
            }
        }
    }

    /// Removes the user and all that is its own.
    ///
    /// # Errors
    /// [`CallFailed`]: the user is still there. Removing again is safe.
    pub async fn remove(&self) -> Result<(), CallFailed> {
        remove(&self.iam, &self.name).await
    }

    /// Returns the names of users of earlier rehearsals of a stack that are still there.
    ///
    /// # Errors
    /// [`CallFailed`].
    pub async fn left_over(config: &SdkConfig, stack: &str) -> Result<Vec<String>, CallFailed> {
        let iam = aws_sdk_iam::Client::new(config);
        let mut users = iam.list_users().path_prefix(PATH).into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(user) = users.next().await {
            let User { user_name, .. } = user.map_err(|error| CallFailed::of(LIST_USERS, error))?;
            let tags = iam.list_user_tags().user_name(&user_name).send().await;
            let tags = tags.map_err(|error| CallFailed::of(LIST_TAGS, error))?.tags;
            if tags.iter().any(|tag| (tag.key(), tag.value()) == (TAG, stack)) {
                names.push(user_name);
            }
        }
        Ok(names)
    }

    /// Removes the user of an earlier rehearsal; one that is gone is no error.
    ///
    /// # Errors
    /// As of [`ThrowawayUser::remove`].
    pub async fn remove_left_over(config: &SdkConfig, name: &str) -> Result<(), CallFailed> {
        remove(&aws_sdk_iam::Client::new(config), name).await
    }
}

async fn attached(iam: &aws_sdk_iam::Client, user: &str) -> Result<Vec<(String, String)>, CallFailed> {
    let listed = iam.list_attached_user_policies().user_name(user).send().await;
    let listed = listed.map_err(|error| CallFailed::of(LIST_ATTACHED, error))?.attached_policies;
    let named = listed.unwrap_or_default().into_iter();
    Ok(named.map(|one| (one.policy_name.unwrap_or_default(), one.policy_arn.unwrap_or_default())).collect())
}

async fn inline(iam: &aws_sdk_iam::Client, user: &str) -> Result<Vec<String>, CallFailed> {
    let listed = iam.list_user_policies().user_name(user).send().await;
    Ok(listed.map_err(|error| CallFailed::of(LIST_INLINE, error))?.policy_names)
}

/// Removes a user, keys first, so that nothing can be done with them whatever fails after that.
async fn remove(iam: &aws_sdk_iam::Client, user: &str) -> Result<(), CallFailed> {
    match iam.get_user().user_name(user).send().await {
        Ok(_) => {}
        Err(error) if error.as_service_error().is_some_and(GetUserError::is_no_such_entity_exception) => {
            return Ok(());
        }
        Err(error) => return Err(CallFailed::of(GET_USER, error)),
    }
    let keys = iam.list_access_keys().user_name(user).send().await;
    let keys = keys.map_err(|error| CallFailed::of(LIST_KEYS, error))?.access_key_metadata;
    for key in keys {
        let delete = iam.delete_access_key().user_name(user).set_access_key_id(key.access_key_id);
        delete.send().await.map_err(|error| CallFailed::of(DELETE_KEY, error))?;
    }
    for (_, policy) in attached(iam, user).await? {
        let detached = iam.detach_user_policy().user_name(user).policy_arn(policy).send().await;
        detached.map_err(|error| CallFailed::of(DETACH, error))?;
    }
    for policy in inline(iam, user).await? {
        let deleted = iam.delete_user_policy().user_name(user).policy_name(policy).send().await;
        deleted.map_err(|error| CallFailed::of(DELETE_INLINE, error))?;
    }
    match iam.delete_user_permissions_boundary().user_name(user).send().await {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(DeleteUserPermissionsBoundaryError::is_no_such_entity_exception) => {}
        Err(error) => return Err(CallFailed::of(DELETE_BOUNDARY, error)),
    }
    let deleted = iam.delete_user().user_name(user).send().await;
    deleted.map(drop).map_err(|error| CallFailed::of(DELETE_USER, error))
}

fn unanswered(call: &'static str, cause: String) -> CallFailed {
    CallFailed { call, is_transient: false, cause: cause.into() }
}
