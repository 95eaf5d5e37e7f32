//! Who made a call, as CloudTrail reports it.

use super::identity_kind::IdentityKind;
use super::lookup::text_at;
use super::session::SessionContext;
use crate::{AccessKeyId, AccountId, Arn, UniqueId};
use serde_json::Value;
use std::str::FromStr;

/// The `userIdentity` of a record. A member that CloudTrail leaves out or empty is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserIdentity {
    /// What kind of identity it is.
    pub kind: IdentityKind,
    /// The unique id, for sessions followed by `:` and the session's name.
    pub principal_id: Option<String>,
    /// The ARN; that of a role session has lost the role's path.
    pub arn: Option<AsRecorded<Arn>>,
    /// The account of the identity, which need not be the account of the record.
    pub account_id: Option<AsRecorded<AccountId>>,
    /// The key that signed the call.
    pub access_key_id: Option<AccessKeyId>,
    /// The name; failed sign-ins may say `HIDDEN_DUE_TO_SECURITY_REASONS`.
    pub user_name: Option<String>,
    /// The AWS service that called on the identity's behalf. With a person's identity it is a call that
    /// followed from the person's own (forward access session), and not the person's own.
    pub invoked_by: Option<String>,
    /// The provider that vouched for a SAML or web identity.
    pub identity_provider: Option<String>,
    /// The session, for temporary credentials.
    pub session: Option<SessionContext>,
    /// The Identity Center user that the call was made for.
    pub on_behalf_of: Option<OnBehalfOf>,
}

/// The Identity Center user behind a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnBehalfOf {
    /// The user's id in the identity store.
    pub user_id: Option<String>,
    /// The identity store.
    pub identity_store_arn: Option<AsRecorded<Arn>>,
}

/// A text that should be an id: as its type if it is one, else as it was recorded (`redacted`, 13 digits, …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsRecorded<T> {
    /// It is well formed.
    Valid(T),
    /// It is not; the text is whatever the record says.
    Malformed(String),
}

impl<T: FromStr> AsRecorded<T> {
    pub(super) fn read(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Malformed(text.to_owned()), Self::Valid)
    }
}

impl<T> AsRecorded<T> {
    /// Returns the id, if it is well formed.
    #[must_use]
    pub fn valid(&self) -> Option<&T> {
        match self {
            Self::Valid(id) => Some(id),
            Self::Malformed(_) => None,
        }
    }
}

impl AsRecorded<Arn> {
    /// Returns the text, well formed or not.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Valid(arn) => arn.as_str(),
            Self::Malformed(text) => text,
        }
    }
}

impl AsRecorded<AccountId> {
    /// Returns the text, well formed or not.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Valid(account) => account.as_str(),
            Self::Malformed(text) => text,
        }
    }
}

impl UserIdentity {
    /// Reads the `userIdentity` member of a record; whatever it holds, nothing is an error.
    #[must_use]
    pub fn read(identity: Option<&Value>) -> Self {
        let Some(value) = identity.filter(|value| !value.is_null()) else {
            return Self::of_kind(IdentityKind::Absent);
        };
        let text = |path: &str| text_at(value, path);
        let owned = |path: &str| text(path).map(ToOwned::to_owned);
        Self {
            kind: IdentityKind::from(text("type").unwrap_or_default()),
            principal_id: owned("principalId"),
            arn: text("arn").map(AsRecorded::read),
            account_id: text("accountId").map(AsRecorded::read),
            access_key_id: text("accessKeyId").and_then(|key| key.parse().ok()),
            user_name: owned("userName"),
            invoked_by: owned("invokedBy"),
            identity_provider: owned("identityProvider"),
            session: SessionContext::of(value),
            on_behalf_of: OnBehalfOf::of(value),
        }
    }

    fn of_kind(kind: IdentityKind) -> Self {
        Self {
            kind,
            principal_id: None,
            arn: None,
            account_id: None,
            access_key_id: None,
            user_name: None,
            invoked_by: None,
            identity_provider: None,
            session: None,
            on_behalf_of: None,
        }
    }

    /// Returns the ARN, if it is well formed.
    #[must_use]
    pub fn arn(&self) -> Option<&Arn> {
        self.arn.as_ref().and_then(AsRecorded::valid)
    }

    /// Returns the account of the identity, if it is well formed.
    #[must_use]
    pub fn account_id(&self) -> Option<&AccountId> {
        self.account_id.as_ref().and_then(AsRecorded::valid)
    }

    /// Returns the unique id of the role (`AROA…`) or user (`AIDA…`) that the session belongs to.
    ///
    /// Read from the session's issuer, else from a role session's principal id, which begins with it.
    #[must_use]
    pub fn session_issuer_unique_id(&self) -> Option<UniqueId> {
        let issuer = self.session.as_ref().and_then(|session| session.issuer.as_ref());
        issuer
            .and_then(|issuer| issuer.principal_id.as_deref())
            .or_else(|| self.role_session().map(|(role, _)| role))
            .and_then(|text| text.parse().ok())
    }

    /// Returns the name of a role's or federated user's session.
    #[must_use]
    pub fn session_name(&self) -> Option<&str> {
        if let Some((_, name)) = self.role_session() {
            return Some(name);
        }
        let resource = self.arn()?.resource();
        if let Some(role_and_session) = resource.strip_prefix("assumed-role/") {
            return role_and_session.split_once('/').map(|(_, name)| name).filter(|name| !name.is_empty());
        }
        resource.strip_prefix("federated-user/").filter(|name| !name.is_empty())
    }

    /// Splits the principal id of a role session, `AROA…:name`.
    fn role_session(&self) -> Option<(&str, &str)> {
        self.principal_id
            .as_deref()?
            .split_once(':')
            .filter(|(role, name)| role.starts_with("AROA") && !name.is_empty())
    }
}

impl OnBehalfOf {
    fn of(identity: &Value) -> Option<Self> {
        let person = Self {
            user_id: text_at(identity, "onBehalfOf.userId").map(ToOwned::to_owned),
            identity_store_arn: text_at(identity, "onBehalfOf.identityStoreArn").map(AsRecorded::read),
        };
        (person != Self::default()).then_some(person)
    }
}
