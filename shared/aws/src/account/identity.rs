//! IAM identities, read: who a target is, and what the controls of an identity are set to.

use super::{AwsAccount, Services, absent, failed};
use aws_sdk_iam::Client;
use aws_sdk_iam::types::StatusType;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::error::Error;
use trailreflex_model::{AccessKeyId, IamName, IdentityKind, Target};
use trailreflex_response::{
    AccountError, ActionKind, Control, CredentialFacts, CredentialKind, IdentityFacts, IdentityRef, KeyFacts,
    KeyStatus, Operation, Owner, Reading, Setting,
};

/// The account behind an IAM client.
pub type IamAccount = AwsAccount<Iam>;

/// An IAM client.
#[derive(Debug, Clone)]
pub struct Iam {
    pub(super) iam: Client,
}

/// An identity as IAM describes it.
pub(super) struct Described {
    pub(super) reference: IdentityRef,
    created_at: Option<Timestamp>,
    boundary: Option<String>,
}

/// To whom IAM says a key belongs.
enum KeyOwner {
    Root,
    User(IamName),
}

impl IamAccount {
    /// The account that `config`'s credentials belong to.
    #[must_use]
    pub fn new(config: &aws_config::SdkConfig) -> Self {
        Self::with_client(Client::new(config))
    }

    /// The account behind `iam`.
    #[must_use]
    pub fn with_client(iam: Client) -> Self {
        Self(Iam { iam })
    }
}

impl Iam {
    async fn owner_of(&self, key: &AccessKeyId) -> Result<Option<KeyOwner>, AccountError> {
        let answer = self.iam.get_access_key_last_used().access_key_id(key.as_str()).send().await;
        let name = match answer {
            Ok(output) => output.user_name,
            Err(error) => return absent(failed("iam:GetAccessKeyLastUsed", error)),
        };
        // A key of the root user has no user name, or one that no user can bear (`<root_account>`).
        Ok(Some(name.and_then(|name| name.parse().ok()).map_or(KeyOwner::Root, KeyOwner::User)))
    }

    pub(super) async fn describe(
        &self,
        kind: IdentityKind,
        name: &IamName,
    ) -> Result<Option<Described>, AccountError> {
        let described = match kind {
            IdentityKind::User => match self.iam.get_user().user_name(name.as_str()).send().await {
                Ok(output) => output.user.map(|user| {
                    let boundary = user.permissions_boundary.and_then(|set| set.permissions_boundary_arn);
                    (user.user_id, user.arn, user.create_date, boundary)
                }),
                Err(error) => return absent(failed("iam:GetUser", error)),
            },
            IdentityKind::Role => match self.iam.get_role().role_name(name.as_str()).send().await {
                Ok(output) => output.role.map(|role| {
                    let boundary = role.permissions_boundary.and_then(|set| set.permissions_boundary_arn);
                    (role.role_id, role.arn, role.create_date, boundary)
                }),
                Err(error) => return absent(failed("iam:GetRole", error)),
            },
            IdentityKind::Group => match self.iam.get_group().group_name(name.as_str()).send().await {
                Ok(output) => output.group.map(|group| (group.group_id, group.arn, group.create_date, None)),
                Err(error) => return absent(failed("iam:GetGroup", error)),
            },
        };
        let Some((id, arn, created, boundary)) = described else { return Ok(None) };
        let reference = IdentityRef {
            kind,
            name: name.clone(),
            unique_id: id.parse().map_err(malformed)?,
            arn: arn.parse().map_err(malformed)?,
        };
        let created_at = Timestamp::from_second(created.secs()).ok();
        Ok(Some(Described { reference, created_at, boundary }))
    }

    async fn keys(&self, user: &IamName) -> Result<Vec<KeyFacts>, AccountError> {
        let mut pages = self.iam.list_access_keys().user_name(user.as_str()).into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(key) = pages.next().await {
            let key = key.map_err(|error| failed("iam:ListAccessKeys", error))?;
            // An id that is not one cannot be a target either.
            if let Some(id) = key.access_key_id.and_then(|id| id.parse().ok()) {
                let created_at = key.create_date.and_then(|at| Timestamp::from_second(at.secs()).ok());
                keys.push(KeyFacts { id, status: status(key.status.as_ref()), created_at });
            }
        }
        Ok(keys)
    }

    async fn credentials(&self, user: &IamName) -> Result<Vec<CredentialFacts>, AccountError> {
        let (iam, name) = (&self.iam, user.as_str());
        let mut found = Vec::new();
        let mut add = |kind, id: String, state: &StatusType| {
            found.extend(id.parse().ok().map(|id| CredentialFacts { kind, id, status: status(Some(state)) }));
        };
        let listed = iam.list_service_specific_credentials().user_name(name).send().await;
        let listed = listed.map_err(|error| failed("iam:ListServiceSpecificCredentials", error))?;
        for one in listed.service_specific_credentials.unwrap_or_default() {
            add(CredentialKind::ServiceSpecific, one.service_specific_credential_id, &one.status);
        }
        let mut pages = iam.list_ssh_public_keys().user_name(name).into_paginator().items().send();
        while let Some(key) = pages.next().await {
            let key = key.map_err(|error| failed("iam:ListSSHPublicKeys", error))?;
            add(CredentialKind::SshPublicKey, key.ssh_public_key_id, &key.status);
        }
        let mut pages = iam.list_signing_certificates().user_name(name).into_paginator().items().send();
        while let Some(certificate) = pages.next().await {
            let certificate = certificate.map_err(|error| failed("iam:ListSigningCertificates", error))?;
            add(CredentialKind::SigningCertificate, certificate.certificate_id, &certificate.status);
        }
        Ok(found)
    }

    async fn is_attached(&self, identity: &IdentityRef, policy: &str) -> Result<bool, AccountError> {
        let name = identity.name.as_str();
        macro_rules! find {
            ($call:expr, $permission:literal) => {{
                let mut pages = $call.into_paginator().items().send();
                while let Some(attached) = pages.next().await {
                    let attached = attached.map_err(|error| failed($permission, error))?;
                    if attached.policy_arn.as_deref() == Some(policy) {
                        return Ok(true);
                    }
                }
                Ok(false)
            }};
        }
        match identity.kind {
            IdentityKind::User => {
                find!(self.iam.list_attached_user_policies().user_name(name), "iam:ListAttachedUserPolicies")
            }
            IdentityKind::Role => {
                find!(self.iam.list_attached_role_policies().role_name(name), "iam:ListAttachedRolePolicies")
            }
            IdentityKind::Group => {
                find!(
                    self.iam.list_attached_group_policies().group_name(name),
                    "iam:ListAttachedGroupPolicies"
                )
            }
        }
    }

    async fn inline_policy(&self, identity: &IdentityRef, policy: &IamName) -> Result<Setting, AccountError> {
        let (name, policy) = (identity.name.as_str(), policy.as_str());
        let document = match identity.kind {
            IdentityKind::Role => {
                match self.iam.get_role_policy().role_name(name).policy_name(policy).send().await {
                    Ok(output) => Some(output.policy_document),
                    Err(error) => absent(failed("iam:GetRolePolicy", error))?,
                }
            }
            IdentityKind::User | IdentityKind::Group => {
                match self.iam.get_user_policy().user_name(name).policy_name(policy).send().await {
                    Ok(output) => Some(output.policy_document),
                    Err(error) => absent(failed("iam:GetUserPolicy", error))?,
                }
            }
        };
        let Some(document) = document else { return Ok(Setting::Absent) };
        // IAM answers with the document percent-encoded (RFC 3986).
        let text = percent_encoding::percent_decode_str(&document).decode_utf8().map_err(malformed)?;
        Ok(Setting::Document(serde_json::from_str(&text).map_err(malformed)?))
    }

    async fn identity(
        &self,
        kind: IdentityKind,
        name: &IamName,
        kinds: &BTreeSet<ActionKind>,
    ) -> Result<Owner, AccountError> {
        let Some(described) = self.describe(kind, name).await? else { return Ok(Owner::Nobody) };
        let is_user = kind == IdentityKind::User;
        let wants = |kind| is_user && kinds.contains(&kind);
        let denies = wants(ActionKind::DenyUser);
        Ok(Owner::Identity(IdentityFacts {
            keys: if is_user { self.keys(name).await? } else { Vec::new() },
            credentials: if wants(ActionKind::DeactivateCredentials) {
                self.credentials(name).await?
            } else {
                Vec::new()
            },
            is_last_administrator: denies && self.is_last_administrator(&described.reference).await?,
            reference: described.reference,
            created_at: described.created_at,
        }))
    }
}

impl Services for Iam {
    async fn observe(&self, target: &Target, kinds: &BTreeSet<ActionKind>) -> Result<Owner, AccountError> {
        let (kind, name) = match target {
            Target::User { user_name } => (IdentityKind::User, user_name.clone().into()),
            Target::Role { role_name } | Target::Session { role_name, .. } => {
                (IdentityKind::Role, role_name.clone().into())
            }
            Target::Attachment { identity, name, .. } => (*identity, name.clone()),
            Target::AccessKey { access_key_id } => match self.owner_of(access_key_id).await? {
                Some(KeyOwner::User(name)) => (IdentityKind::User, name),
                Some(KeyOwner::Root) => return Ok(Owner::Root),
                None => return Ok(Owner::Nobody),
            },
            Target::Resource(_) => return Ok(Owner::Nobody),
        };
        self.identity(kind, &name, kinds).await
    }

    async fn read(&self, control: &Control) -> Result<Reading, AccountError> {
        let Some(wanted) = control.identity() else { return Ok(Reading::Gone) };
        // Names are given again; unique ids are not.
        let found = self.describe(wanted.kind, &wanted.name).await?;
        let Some(found) = found.filter(|found| found.reference.unique_id == wanted.unique_id) else {
            return Ok(Reading::Gone);
        };
        let setting = match control {
            Control::AccessKeyStatus { access_key_id, .. } => {
                let keys = self.keys(&wanted.name).await?;
                let key = keys.iter().find(|key| key.id == *access_key_id);
                let Some(key) = key else { return Ok(Reading::Gone) };
                key.status.setting()
            }
            Control::CredentialStatus { id, .. } => {
                let credentials = self.credentials(&wanted.name).await?;
                let credential = credentials.iter().find(|credential| credential.id == *id);
                let Some(credential) = credential else { return Ok(Reading::Gone) };
                credential.status.setting()
            }
            Control::PolicyAttachment { policy_arn, .. } => {
                Setting::present(self.is_attached(wanted, policy_arn.as_str()).await?)
            }
            Control::InlinePolicy { policy_name, .. } => self.inline_policy(wanted, policy_name).await?,
            Control::PermissionsBoundary { .. } => found.boundary.map_or(Setting::Absent, Setting::Word),
            Control::TrailLogging { .. }
            | Control::Detector { .. }
            | Control::Recorder { .. }
            | Control::Analyzer { .. }
            | Control::KeyDeletion { .. }
            | Control::KeyUse { .. }
            | Control::EventSelectors { .. }
            | Control::InsightSelectors { .. }
            | Control::EventRule { .. }
            | Control::RuleTargets { .. }
            | Control::Subscriptions { .. }
            | Control::FunctionConcurrency { .. }
            | Control::Sharing { .. }
            | Control::PublicAccessBlock { .. }
            | Control::Ingress { .. }
            | Control::FunctionUrl { .. }
            | Control::FunctionPermission { .. }
            | Control::ResourcePolicy { .. }
            | Control::SharingBlock { .. } => return Ok(Reading::Gone),
        };
        Ok(Reading::Is(setting))
    }

    async fn send(&self, operation: &Operation) -> Result<(), AccountError> {
        self.perform(operation).await
    }
}

fn status(status: Option<&StatusType>) -> KeyStatus {
    if status == Some(&StatusType::Active) { KeyStatus::Active } else { KeyStatus::Inactive }
}

fn malformed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> AccountError {
    AccountError::Refused { permission: "iam:GetUser", cause: cause.into() }
}
