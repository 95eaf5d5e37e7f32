//! What is wrong with credentials and roles at a given time.
//!
//! In doubt whether something was used, it was: what has been made or changed within the time counts as used.

use crate::{Credentials, Key};
use jiff::{SignedDuration, Timestamp};
use trailreflex_model::Arn;

/// How old something may become, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A password, key or role that was not used for longer is unused.
    pub unused_after_days: u16,
    /// A key that was made longer ago is to be replaced.
    pub key_age_days: u16,
}

/// A role, as IAM describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Which.
    pub arn: Arn,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used; absent if it was not within the 400 days that IAM keeps.
    pub last_used: Option<Timestamp>,
}

/// Something that should not be as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse {
    /// Of which kind.
    pub kind: Kind,
    /// Whose.
    pub arn: Arn,
    /// Of an access key: 1 or 2.
    pub key: Option<u8>,
    /// Since when it has been so, as far as that is known.
    pub since: Option<Timestamp>,
}

/// A kind of lapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The root user has an access key.
    RootKey,
    /// The root user signs in without a second factor.
    RootWithoutMfa,
    /// A user signs in to the console without a second factor.
    PasswordWithoutMfa,
    /// A key that nobody uses.
    UnusedKey,
    /// A password that nobody uses.
    UnusedPassword,
    /// A role that nobody uses.
    UnusedRole,
    /// A key that is used and was not replaced for long.
    OldKey,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RootKey,
        Self::RootWithoutMfa,
        Self::PasswordWithoutMfa,
        Self::UnusedKey,
        Self::UnusedPassword,
        Self::UnusedRole,
        Self::OldKey,
    ];
}

/// Returns what is wrong with a user's credentials.
#[must_use]
pub fn lapses_of_credentials(of: &Credentials, limits: Limits, now: Timestamp) -> Vec<Lapse> {
    let lapse = |kind, since| Lapse { kind, arn: of.arn.clone(), key: None, since };
    let mut found = Vec::new();
    if of.are_roots() {
        found.extend(
            of.keys.iter().map(|key| Lapse { key: Some(key.number), ..lapse(Kind::RootKey, key.rotated) }),
        );
        if of.password.is_some() && !of.has_mfa {
            found.push(lapse(Kind::RootWithoutMfa, None));
        }
        return found;
    }
    if let Some(password) = of.password {
        let since = password.last_used.max(password.changed).unwrap_or(of.created);
        if is_over(since, limits.unused_after_days, now) {
            found.push(lapse(Kind::UnusedPassword, Some(since)));
        } else if !of.has_mfa {
            found.push(lapse(Kind::PasswordWithoutMfa, None));
        }
    }
    let of_key = |key: &Key| {
        let (kind, since) = lapse_of_key(key, of.created, limits, now)?;
        Some(Lapse { key: Some(key.number), ..lapse(kind, Some(since)) })
    };
    found.extend(of.keys.iter().filter_map(of_key));
    found
}

/// A key that is not used is told once, not as an old one as well: it is to be deleted and not to be replaced.
fn lapse_of_key(key: &Key, created: Timestamp, limits: Limits, now: Timestamp) -> Option<(Kind, Timestamp)> {
    let made = key.rotated.unwrap_or(created);
    let used = key.last_used.map_or(made, |used| used.max(made));
    if is_over(used, limits.unused_after_days, now) {
        return Some((Kind::UnusedKey, used));
    }
    is_over(made, limits.key_age_days, now).then_some((Kind::OldKey, made))
}

/// Returns what is wrong with a role. Roles that belong to AWS services are theirs to judge.
#[must_use]
pub fn lapses_of_role(role: &Role, limits: Limits, now: Timestamp) -> Option<Lapse> {
    let since = role.last_used.map_or(role.created, |used| used.max(role.created));
    let is_services = role.arn.resource().starts_with("role/aws-service-role/");
    let is_unused = !is_services && is_over(since, limits.unused_after_days, now);
    is_unused.then(|| Lapse { kind: Kind::UnusedRole, arn: role.arn.clone(), key: None, since: Some(since) })
}

fn is_over(since: Timestamp, days: u16, now: Timestamp) -> bool {
    now.duration_since(since) > SignedDuration::from_hours(i64::from(days).saturating_mul(24))
}
