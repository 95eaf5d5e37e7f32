//! Access that nobody uses, or of which the logs cannot tell.

mod credentials;
mod display;
mod granted;
mod permissions;
mod sight;

use crate::coverage::{Coverage, Gaps};
use crate::inventory::{ExternalGrant, Inventory, KeyName};
use crate::usage::Usage;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sight::Sight;
use std::collections::BTreeSet;

/// The time in which something had to be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// What of an account's access was not used in a window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unused {
    /// The window.
    pub window: Window,
    /// What was not used, and of what that cannot be told.
    pub findings: Vec<UnusedAccess>,
    /// The window's days without records.
    pub gaps: Gaps,
    /// What the logs were.
    pub coverage: Coverage,
}

/// Something that was not used, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum UnusedAccess {
    /// Nobody called with the role or assumed it.
    UnusedRole {
        /// The role.
        role: String,
        /// When it was used last, if that is known.
        last_used: Option<Timestamp>,
    },
    /// Nobody signed with the key, which works.
    UnusedAccessKey {
        /// Its user.
        user: String,
        /// Which key.
        key: KeyName,
        /// When it was used last, if that is known.
        last_used: Option<Timestamp>,
    },
    /// Nobody signed in with the password.
    UnusedPassword {
        /// Its user.
        user: String,
        /// When it was used last, if that is known.
        last_used: Option<Timestamp>,
    },
    /// None of the actions of the service that the principal is given was used.
    UnusedService {
        /// The user or role.
        principal: String,
        /// The service's prefix.
        service: String,
    },
    /// These actions were not used, unlike others of the service, or others of which it cannot be told.
    UnusedAction {
        /// The user or role.
        principal: String,
        /// The service's prefix.
        service: String,
        /// The actions.
        actions: BTreeSet<String>,
    },
    /// Whoever is trusted with the role did not assume it.
    UnusedTrust {
        /// The role.
        role: String,
        /// An account, or an identity provider's ARN.
        trusted: String,
    },
    /// The other account did not use the resource.
    NeverUsedExternalGrant(ExternalGrant),
    /// It cannot be told whether it was used.
    CannotTell {
        /// What it is about.
        about: Subject,
        /// Why.
        reason: Reason,
    },
}

/// What it cannot be told of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Subject {
    /// A role.
    Role(String),
    /// A user's key.
    AccessKey {
        /// The user.
        user: String,
        /// Which key.
        key: KeyName,
    },
    /// A user's password.
    Password(String),
    /// Everything that a user or role is given.
    Permissions(String),
    /// Actions of a service.
    Actions {
        /// The user or role.
        principal: String,
        /// The service's prefix.
        service: String,
        /// The actions.
        actions: BTreeSet<String>,
    },
    /// Whoever is trusted with a role.
    Trust {
        /// The role.
        role: String,
        /// An account, or an identity provider's ARN.
        trusted: String,
    },
    /// A resource that another account may use.
    ExternalGrant(ExternalGrant),
    /// A policy of a user or role.
    Policy {
        /// The user or role.
        principal: String,
        /// The policy.
        name: String,
    },
}

/// Why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// No record ever shows the action.
    NotShown,
    /// It is, or may be, a data event, and the logs have none of the service.
    DataEventsNotLogged,
    /// The logs do not reach over the whole window.
    LogsTooShort,
    /// More than a tenth of the window's days have no record.
    LogsHaveGaps,
    /// The logs have no record of the account.
    AccountNotInLogs,
    /// It was made within the window.
    TooYoung,
    /// There was more in the logs than there is room for.
    TooMany,
    /// The policy could not be read, or is not among the details.
    PolicyNotRead,
}

impl Window {
    /// Returns the days before `to`. Usual are 90, and 365 for what is done once a year.
    #[must_use]
    pub fn of_days(days: u32, to: Timestamp) -> Self {
        let length = SignedDuration::from_hours(i64::from(days) * 24);
        Self { from: to.checked_sub(length).unwrap_or(Timestamp::MIN), to }
    }
}

impl Inventory {
    /// Returns what was not used in the window, as far as the logs can tell: only what a record would have shown, of
    /// what is older than the window, in logs of the whole window.
    #[must_use]
    pub fn unused(&self, usage: &Usage, window: Window) -> Unused {
        let gaps = usage.coverage.gaps(window.from, window.to);
        let sight = Sight { usage, window, gaps: &gaps };
        let mut findings = Vec::new();
        for role in self.roles.iter().filter(|role| !role.arn.contains(":role/aws-service-role/")) {
            if sight.role(role, &mut findings) {
                sight.trust(role, &mut findings);
                sight.permissions(&role.arn, role.created, &role.policies, &mut findings);
            }
        }
        for user in &self.users {
            sight.keys(user, &mut findings);
            sight.password(user, &mut findings);
            sight.permissions(&user.arn, user.created, &user.policies, &mut findings);
        }
        for grant in &self.external_grants {
            findings.extend(sight.external_grant(grant));
        }
        findings.sort();
        Unused { window, findings, coverage: usage.coverage.clone(), gaps }
    }
}
