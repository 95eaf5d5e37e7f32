//! The port to the accounts that a responder works in: its own, and members of its organization.

use crate::{Account, AccountError};
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use trailreflex_model::{AccountId, UniqueId};

/// The accounts of a responder. An [`Account`] alone is the responder's own, without any member.
pub trait Accounts: Sync {
    /// What each of them is.
    type Account: Account;

    /// Opens a member account, or the responder's own.
    ///
    /// # Errors
    /// [`AccountError`] of `sts:AssumeRole`, if the member lets nobody in.
    fn open(
        &self,
        member: Option<&AccountId>,
    ) -> impl Future<Output = Result<Opened<'_, Self::Account>, AccountError>> + Send;
}

/// An account that can be worked in.
#[derive(Debug)]
pub struct Opened<'a, A> {
    /// The account.
    pub account: Held<'a, A>,
    /// Unique ids (`AROA…`) of the roles that the responder has in a member account; none for its own, where the guardrails name
    /// them.
    pub own_roles: Vec<UniqueId>,
}

/// An account that somebody else keeps.
#[derive(Debug)]
pub enum Held<'a, A> {
    /// For as long as the responder runs.
    Own(&'a A),
    /// For as long as its credentials last.
    Member(Arc<A>),
}

impl<A> Deref for Held<'_, A> {
    type Target = A;

    fn deref(&self) -> &A {
        match self {
            Self::Own(account) => account,
            Self::Member(account) => account,
        }
    }
}

impl<'a, A> Opened<'a, A> {
    /// The responder's own account.
    pub fn own(account: &'a A) -> Self {
        Self { account: Held::Own(account), own_roles: Vec::new() }
    }
}

impl<A: Account> Accounts for A {
    type Account = A;

    async fn open(&self, member: Option<&AccountId>) -> Result<Opened<'_, A>, AccountError> {
        match member {
            None => Ok(Opened::own(self)),
            Some(member) => Err(no_way_into(member)),
        }
    }
}

/// Says that a responder has no role in a member account.
#[must_use]
pub fn no_way_into(member: &AccountId) -> AccountError {
    let cause = format!("this responder works in no member account, and so not in {member}");
    AccountError::Refused { permission: "sts:AssumeRole", cause: cause.into() }
}
