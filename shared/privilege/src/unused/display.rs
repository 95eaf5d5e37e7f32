//! Findings in plain words, one in each line.

use super::{Reason, Subject, Unused, UnusedAccess};
use crate::inventory::KeyName;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt::{Display, Formatter, Result};

impl Display for Unused {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for finding in &self.findings {
            writeln!(out, "{finding}")?;
        }
        writeln!(out, "from {} to {}, {} findings", self.window.from, self.window.to, self.findings.len())
    }
}

impl Display for UnusedAccess {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::UnusedRole { role, last_used } => write!(out, "unused role  {role}  {}", Last(*last_used)),
            Self::UnusedAccessKey { user, key, last_used } => {
                write!(out, "unused access key  {user}  {key}  {}", Last(*last_used))
            }
            Self::UnusedPassword { user, last_used } => {
                write!(out, "unused password  {user}  {}", Last(*last_used))
            }
            Self::UnusedService { principal, service } => {
                write!(out, "unused service  {principal}  {service}")
            }
            Self::UnusedAction { principal, actions, .. } => {
                write!(out, "unused actions  {principal}  {}", joined(actions))
            }
            Self::UnusedTrust { role, trusted } => write!(out, "unused trust  {role}  {trusted}"),
            Self::NeverUsedExternalGrant(grant) => {
                write!(out, "never used from outside  {}  {}", grant.resource, grant.account)
            }
            Self::CannotTell { about, reason } => write!(out, "cannot tell  {about}  {reason}"),
        }
    }
}

impl Display for Subject {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Role(role) => write!(out, "role {role}"),
            Self::AccessKey { user, key } => write!(out, "access key {user} {key}"),
            Self::Password(user) => write!(out, "password {user}"),
            Self::Permissions(principal) => write!(out, "permissions of {principal}"),
            Self::Actions { principal, actions, .. } => write!(out, "{principal} {}", joined(actions)),
            Self::Trust { role, trusted } => write!(out, "trust {role} {trusted}"),
            Self::ExternalGrant(grant) => write!(out, "from outside {} {}", grant.resource, grant.account),
            Self::Policy { principal, name } => write!(out, "policy {name} of {principal}"),
        }
    }
}

impl Display for Reason {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        out.write_str(match self {
            Self::NotShown => "no record shows it",
            Self::DataEventsNotLogged => "no data events of the service in the logs",
            Self::LogsTooShort => "the logs do not reach over the window",
            Self::LogsHaveGaps => "too many days without records",
            Self::AccountNotInLogs => "no record of the account",
            Self::TooYoung => "made within the window",
            Self::TooMany => "more in the logs than there is room for",
            Self::PolicyNotRead => "the policy could not be read",
        })
    }
}

impl Display for KeyName {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self {
            Self::Id(id) => out.write_str(id),
            Self::Number(number) => write!(out, "key {number}"),
        }
    }
}

/// When something was used last.
struct Last(Option<Timestamp>);

impl Display for Last {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        match self.0 {
            Some(time) => write!(out, "last used {time}"),
            None => out.write_str("no use known"),
        }
    }
}

fn joined(actions: &BTreeSet<String>) -> String {
    actions.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}
