//! Calls by which one identity becomes or makes another.

use crate::query::actors;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use trailreflex_model::cloudtrail::{IdentityKind, Record};

/// How one identity led to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum How {
    /// It assumed a role, by whatever way.
    AssumedRole,
    /// It got credentials for a federated user.
    FederationToken,
    /// It got temporary credentials of its own.
    SessionToken,
    /// It created an access key.
    CreatedKey,
    /// It created a user.
    CreatedUser,
    /// It created a role.
    CreatedRole,
    /// It gave a user a password, or another one.
    SetPassword,
}

/// The calls that are links, and how.
const CALLS: [(&str, How); 10] = [
    ("AssumeRole", How::AssumedRole),
    ("AssumeRoleWithSAML", How::AssumedRole),
    ("AssumeRoleWithWebIdentity", How::AssumedRole),
    ("AssumeRoot", How::AssumedRole),
    ("GetFederationToken", How::FederationToken),
    ("GetSessionToken", How::SessionToken),
    ("CreateAccessKey", How::CreatedKey),
    ("CreateUser", How::CreatedUser),
    ("CreateRole", How::CreatedRole),
    ("CreateLoginProfile", How::SetPassword),
];
/// The same kind of link by a change instead of a creation.
const PASSWORD_CHANGED: &str = "UpdateLoginProfile";

/// What an identity is known by in the records of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// The access key that signs, of a user or a session.
    Key(String),
    /// The ARN of a user.
    User(String),
    /// The ARN of the role that a session belongs to.
    Role(String),
}

/// Who made a call, by everything that it may be known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The marks, most specific first.
    pub marks: Vec<Mark>,
    /// ARNs, ids and names.
    pub names: Vec<String>,
    /// Where the call came from.
    pub address: Option<String>,
    /// In a person's words.
    pub shown: String,
}

/// One identity led to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// When.
    pub at: Option<Timestamp>,
    /// How.
    pub how: How,
    /// By whom.
    pub by: Caller,
    /// What the new identity is known by.
    pub made: Mark,
    /// What it is called: the ARN of a session, the name of a key's owner.
    pub name: String,
    /// The record.
    pub event_id: Option<String>,
}

impl Mark {
    /// Returns the key or ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Key(text) | Self::User(text) | Self::Role(text) => text,
        }
    }
}

impl Caller {
    /// Reads who made the call.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let identity = record.identity();
        let issuer = identity.session.as_ref().and_then(|session| session.issuer.as_ref());
        let role = issuer.filter(|issuer| issuer.kind == Some(IdentityKind::Role));
        let text = |value: &str| value.to_owned();
        let marks = [
            identity.access_key_id.as_ref().map(|key| Mark::Key(text(key.as_str()))),
            identity.arn.as_ref().map(|arn| Mark::User(text(arn.as_str()))),
            role.and_then(|role| role.arn.as_ref()).map(|arn| Mark::Role(text(arn.as_str()))),
        ];
        Self {
            marks: marks.into_iter().flatten().collect(),
            names: actors(record).flatten().map(text).collect(),
            address: record.source_ip_address().map(text),
            shown: identity.display(),
        }
    }
}

impl Link {
    /// Returns the names of the calls that are links, for a test on bytes.
    #[must_use]
    pub fn calls() -> Vec<String> {
        CALLS.iter().map(|(call, _)| *call).chain([PASSWORD_CHANGED]).map(str::to_owned).collect()
    }

    /// Reads a link; none if the record is none, or the call failed, or what it made is not told.
    #[must_use]
    pub fn of(record: &Record) -> Option<Self> {
        let source = record.event_source()?;
        let (name, is_own) =
            (record.event_name()?, ["sts.amazonaws.com", "iam.amazonaws.com"].contains(&source));
        let known = CALLS.iter().find(|(call, _)| *call == name).map(|(_, how)| *how);
        let how = known.or_else(|| (name == PASSWORD_CHANGED).then_some(How::SetPassword))?;
        if !is_own || !record.outcome().succeeded() {
            return None;
        }
        let answer = |path: &str| text(record, &format!("responseElements.{path}"));
        let asked = |name: &str| text(record, &format!("requestParameters.{name}"));
        let session = || Some(Mark::Key(answer("credentials.accessKeyId")?));
        let (made, name) = match how {
            How::AssumedRole => (session()?, answer("assumedRoleUser.arn").or_else(|| asked("roleArn"))),
            How::FederationToken => (session()?, answer("federatedUser.arn")),
            How::SessionToken => (session()?, None),
            How::CreatedKey => (
                Mark::Key(answer("accessKey.accessKeyId")?),
                answer("accessKey.userName").map(|user| format!("key of {user}")),
            ),
            How::CreatedUser => (Mark::User(answer("user.arn")?), answer("user.userName")),
            How::CreatedRole => (Mark::Role(answer("role.arn")?), answer("role.roleName")),
            How::SetPassword => {
                // Nothing tells the user's path here; an ARN without one is right for most.
                let (user, account) = (asked("userName")?, record.recipient_account()?);
                (Mark::User(format!("arn:aws:iam::{account}:user/{user}")), Some(user))
            }
        };
        Some(Self {
            at: record.event_time(),
            how,
            by: Caller::of(record),
            name: name.unwrap_or_else(|| made.as_str().to_owned()),
            made,
            event_id: record.event_id().map(ToString::to_string),
        })
    }
}

fn text(record: &Record, path: &str) -> Option<String> {
    record.field(path).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}
