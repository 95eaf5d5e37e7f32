//! Who used which action on what, folded record by record.

mod fold;
mod recent;

use crate::action_name::ActionName;
use crate::arns::Arns;
use crate::bounded::{Bounded, Tally};
use crate::coverage::Coverage;
use crate::passed::Passed;
use crate::resources::Types;
use crate::seen::{self, Seen};
use crate::via::Via;
use recent::Recent;
use serde::Serialize;

/// Everything that the logs show of who used what, in whatever order records come. Of more principals, actions or resources
/// than it has room for, it says how many calls it has folded; resources are generalised, never left out.
///
/// A record that comes twice counts once if its copy is among the last 65,536 records. Copies that are farther apart, or that
/// two usages hold which are merged, raise the numbers of calls and change nothing else.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// What the logs were.
    pub coverage: Coverage,
    /// By the ARN of user or role, with its path.
    pub principals: Bounded<String, PrincipalUse, 50_000>,
    /// Calls signed with a long-term access key, allowed or not, by the user's ARN and the key.
    pub access_keys: Bounded<(String, String), Option<Seen>, 50_000>,
    /// Sign-ins to the console with a password, by the user's ARN.
    pub sign_ins: Bounded<String, Option<Seen>, 50_000>,
    /// By role and who assumed it: an account, a service such as `ec2.amazonaws.com`, or an identity provider's ARN.
    pub assumed: Bounded<(String, String), Option<Seen>, 100_000>,
    /// By resource, of S3 by bucket, and the other account from which it was used.
    pub from_outside: Bounded<(String, String), Option<Seen>, 100_000>,
    #[serde(skip)]
    recent: Recent,
    #[serde(skip)]
    types: Types,
}

/// What a principal did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrincipalUse {
    /// All its calls, allowed or not.
    pub calls: Option<Seen>,
    /// By action, and by how the call came.
    pub actions: Bounded<UseKey, Use, 4_000>,
    /// Roles that it passed.
    pub passed: Bounded<Passed, Option<Seen>, 1_000>,
    /// Calls of which no action is authorised, such as `sts:GetCallerIdentity`.
    pub without_action: u64,
}

/// What a use is told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UseKey {
    /// The action.
    pub action: ActionName,
    /// How the call came.
    pub via: Via,
}

/// How an action was used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// Calls that were allowed, whether or not they failed otherwise.
    pub allowed: Option<Seen>,
    /// Calls that were denied: no use, but an attempt.
    pub denied: Option<Seen>,
    /// What the allowed calls were about.
    pub resources: Arns,
    /// Whether some allowed call was about resources that its record does not name.
    pub has_unknown_resources: bool,
}

impl Usage {
    /// Adds what another usage has, as of another part of the logs.
    pub fn merge(&mut self, other: Self) {
        self.coverage.merge(other.coverage);
        self.principals.merge(other.principals);
        self.access_keys.merge(other.access_keys);
        self.sign_ins.merge(other.sign_ins);
        self.assumed.merge(other.assumed);
        self.from_outside.merge(other.from_outside);
    }
}

impl Tally for PrincipalUse {
    fn calls(&self) -> u64 {
        self.calls.calls()
    }

    fn merge(&mut self, other: Self) {
        seen::add(&mut self.calls, other.calls);
        self.actions.merge(other.actions);
        self.passed.merge(other.passed);
        self.without_action = self.without_action.saturating_add(other.without_action);
    }
}

impl Tally for Use {
    fn calls(&self) -> u64 {
        self.allowed.calls().saturating_add(self.denied.calls())
    }

    fn merge(&mut self, other: Self) {
        seen::add(&mut self.allowed, other.allowed);
        seen::add(&mut self.denied, other.denied);
        self.resources.merge(other.resources);
        self.has_unknown_resources |= other.has_unknown_resources;
    }
}
