//! The session behind temporary credentials: who issued it, when, and how it was obtained.

use super::identity::AsRecorded;
use super::identity_kind::IdentityKind;
use super::lookup::{flag_at, text_at};
use super::time::parse_time;
use crate::{AccountId, Arn};
use serde_json::Value;

/// The `sessionContext` of an identity. A member that CloudTrail leaves out or empty is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionContext {
    /// The role, user or root that the session belongs to; none for console sessions of root and IAM users.
    pub issuer: Option<SessionIssuer>,
    /// Whether a second factor was used to get the session; unknown if not recorded.
    pub mfa_authenticated: Option<bool>,
    /// Whether the credentials come from a console session.
    pub from_console: Option<bool>,
    /// When the session began.
    pub creation_date: Option<jiff::Timestamp>,
    /// The identity that was set when the role was assumed and stays through role chaining.
    pub source_identity: Option<String>,
    /// The version of the instance metadata service that gave out the credentials: `1.0` or `2.0`.
    pub ec2_role_delivery: Option<String>,
    /// Whether the session is a privileged one on a member account's root user (AssumeRoot).
    pub assumed_root: Option<bool>,
    /// The OIDC provider that vouched for the caller.
    pub federated_provider: Option<String>,
}

/// The `sessionIssuer` of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionIssuer {
    /// [`IdentityKind::Role`] as a rule, [`IdentityKind::IamUser`] for federated users.
    pub kind: Option<IdentityKind>,
    /// The unique id (`AROA…`, `AIDA…`) as recorded.
    pub principal_id: Option<String>,
    /// The ARN with its path, which the ARN of the session drops.
    pub arn: Option<AsRecorded<Arn>>,
    /// The name of the role or user.
    pub user_name: Option<String>,
    /// The account of the role or user.
    pub account_id: Option<AsRecorded<AccountId>>,
}

impl SessionContext {
    /// Reads the session of an identity; `None` if nothing in it says anything.
    pub(super) fn of(identity: &Value) -> Option<Self> {
        let text = |path: &str| text_at(identity, path).map(ToOwned::to_owned);
        let session = Self {
            issuer: SessionIssuer::of(identity),
            mfa_authenticated: flag_at(identity, "sessionContext.attributes.mfaAuthenticated"),
            from_console: flag_at(identity, "sessionContext.attributes.sessionCredentialFromConsole")
                .or_else(|| flag_at(identity, "sessionContext.sessionCredentialFromConsole")),
            creation_date: text_at(identity, "sessionContext.attributes.creationDate").and_then(parse_time),
            source_identity: text("sessionContext.sourceIdentity"),
            ec2_role_delivery: text("sessionContext.ec2RoleDelivery"),
            assumed_root: flag_at(identity, "sessionContext.assumedRoot"),
            federated_provider: text("sessionContext.webIdFederationData.federatedProvider"),
        };
        (session != Self::default()).then_some(session)
    }
}

impl SessionIssuer {
    fn of(identity: &Value) -> Option<Self> {
        let text = |path: &str| text_at(identity, path);
        let issuer = Self {
            kind: text("sessionContext.sessionIssuer.type").map(IdentityKind::from),
            principal_id: text("sessionContext.sessionIssuer.principalId").map(ToOwned::to_owned),
            arn: text("sessionContext.sessionIssuer.arn").map(AsRecorded::read),
            user_name: text("sessionContext.sessionIssuer.userName").map(ToOwned::to_owned),
            account_id: text("sessionContext.sessionIssuer.accountId").map(AsRecorded::read),
        };
        (issuer != Self::default()).then_some(issuer)
    }
}
