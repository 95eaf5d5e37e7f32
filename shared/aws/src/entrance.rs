//! How member accounts are entered: by a role of the same name in each, which asks for an external id.

use std::fmt;
use std::str::FromStr;
use trailreflex_model::{AccountId, Arn};

/// The ARN of a role of the same name in every member account, with `*` for the account: `arn:aws:iam::*:role/NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRole(String); // INVARIANT: `*` stands once, for the account

/// A text is not the ARN of a role in every account.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not the ARN of a role with `*` for the account, such as arn:aws:iam::*:role/NAME")]
pub struct InvalidMemberRole(String);

impl FromStr for MemberRole {
    type Err = InvalidMemberRole;

    fn from_str(text: &str) -> Result<Self, InvalidMemberRole> {
        let invalid = || InvalidMemberRole(text.to_owned());
        let named = text.replacen('*', "111122223333", 1).parse::<Arn>().map_err(|_| invalid())?;
        let is_role = named.service() == "iam" && named.resource().starts_with("role/");
        if is_role && text.matches('*').count() == 1 && text.contains("::*:role/") {
            Ok(Self(text.to_owned()))
        } else {
            Err(invalid())
        }
    }
}

impl MemberRole {
    /// Returns the role's ARN in an account.
    #[must_use]
    pub fn of(&self, member: &AccountId) -> String {
        self.0.replace('*', member.as_str())
    }
}

/// How member accounts are entered.
#[derive(Clone)]
pub struct Entrance {
    /// The role in each of them.
    pub role: MemberRole,
    /// What the roles' trust policies ask for.
    pub external_id: String,
}

impl Entrance {
    /// As what a function appears in a member's records.
    pub const SESSION_NAME: &str = "trailreflex";
}

impl fmt::Debug for Entrance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Entrance").field("role", &self.role).finish_non_exhaustive()
    }
}
