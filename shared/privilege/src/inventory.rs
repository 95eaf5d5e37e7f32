//! What access an account's users and roles have been given.

mod credential_report;
mod details;

use crate::attached::Attached;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// The users and roles of an account, and what they are given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inventory {
    /// Its roles.
    pub roles: Vec<Role>,
    /// Its users.
    pub users: Vec<User>,
    /// What other accounts are let into, as policies of resources say.
    pub external_grants: Vec<ExternalGrant>,
}

/// A role.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// Its ARN, with its path.
    pub arn: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last used, as IAM itself says, which looks back 400 days.
    pub last_used: Option<Timestamp>,
    /// Who may assume it: other accounts, by their 12 digits, and identity providers, by their ARNs.
    pub trusted: BTreeSet<String>,
    /// What it is given.
    pub policies: Policies,
}

/// A user.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Its ARN, with its path.
    pub arn: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its access keys.
    pub keys: Vec<Key>,
    /// Its password for the console, if it has one.
    pub password: Option<Password>,
    /// What it is given, by its groups too.
    pub policies: Policies,
}

/// The policies of a user or role.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Policies {
    /// Those that could be read.
    pub attached: Vec<Attached>,
    /// Names of those that could not, or that are not among the details.
    pub unread: BTreeSet<String>,
}

/// An access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Which one it is.
    pub name: KeyName,
    /// Whether it works.
    pub is_active: bool,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was last used, as IAM itself says.
    pub last_used: Option<Timestamp>,
}

/// Which of a user's access keys.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyName {
    /// By its id.
    Id(String),
    /// 1 or 2, as credential reports number them, which have no ids.
    Number(u8),
}

/// A password for the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// When it was last changed.
    pub created: Option<Timestamp>,
    /// When it was last used, as IAM itself says.
    pub last_used: Option<Timestamp>,
}

/// A resource that another account may use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalGrant {
    /// The resource's ARN.
    pub resource: String,
    /// The account's 12 digits.
    pub account: String,
}

/// Why a file says nothing about an account's access.
#[derive(Debug, thiserror::Error)]
pub enum NotAnInventory {
    /// It is not JSON.
    #[error("the details are not JSON; give what `aws iam get-account-authorization-details` prints")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON of something else.
    #[error(
        "the details have neither `UserDetailList` nor `RoleDetailList`; give what `aws iam get-account-authorization-details` prints"
    )]
    NotDetails,
}
