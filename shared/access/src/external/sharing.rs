//! What lets somebody in besides a policy, and what keeps everybody out.
//!
//! Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" and "Access control list overview".

use super::verdict::{Unknown, Verdict, Who};
use super::{Target, Zone, decide};
use crate::policy::Policy;
use crate::principal::{Principal, is_account_id};

/// Block Public Access: what is on for the bucket, its account or its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BlockPublicAccess {
    /// Grants of access control lists to everybody do not count.
    pub ignore_public_acls: bool,
    /// A policy that is public lets in nobody outside of the account but AWS services.
    pub restrict_public_buckets: bool,
}

/// One grant of an access control list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclGrant {
    /// An account, a canonical user id, or a group by name or URI.
    pub grantee: String,
}

/// Everything besides the policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sharing {
    /// Block Public Access.
    pub block_public_access: BlockPublicAccess,
    /// The access control list.
    pub acl: Vec<AclGrant>,
    /// Groups that a snapshot or image is shared with: `all`.
    pub groups: Vec<String>,
    /// Accounts and organizations that it is shared with, and grantees of KMS grants.
    pub accounts: Vec<String>,
}

impl Sharing {
    /// Decides on policy, lists and Block Public Access together.
    #[must_use]
    pub fn decide(
        &self,
        policy: Option<&Policy>,
        limits: &[Policy],
        target: &Target,
        zone: &Zone,
    ) -> Verdict {
        let mut verdict = policy.map(|policy| decide(policy, limits, target, zone)).unwrap_or_default();
        self.apply(&mut verdict, zone);
        verdict
    }

    /// Adds the lists to what a policy's verdict says, and takes away what is blocked.
    pub fn apply(&self, verdict: &mut Verdict, zone: &Zone) {
        if self.block_public_access.restrict_public_buckets && verdict.public {
            verdict.public = false;
            verdict.grants.clear();
        }
        for grant in &self.acl {
            self.add_grantee(&grant.grantee, verdict, zone);
        }
        for group in &self.groups {
            if group == "all" {
                add_everyone(verdict);
            } else {
                verdict.note(Unknown::Grantee(crate::parse::cut(group)));
            }
        }
        for account in &self.accounts {
            add_account(account, verdict, zone);
        }
        verdict.tidy();
    }

    fn add_grantee(&self, grantee: &str, verdict: &mut Verdict, zone: &Zone) {
        let group = grantee.rsplit('/').next().unwrap_or_default();
        if matches!(group, "AllUsers" | "AuthenticatedUsers") {
            if !self.block_public_access.ignore_public_acls {
                add_everyone(verdict);
            }
            return;
        }
        let is_log_delivery = group == "LogDelivery"; // writes server access logs of buckets of the same account
        if !is_log_delivery {
            add_account(grantee.strip_prefix("id=").unwrap_or(grantee), verdict, zone);
        }
    }
}

fn add_everyone(verdict: &mut Verdict) {
    verdict.public = true;
    verdict.add_listed(Who::Everyone);
}

fn add_account(name: &str, verdict: &mut Verdict, zone: &Zone) {
    let is_canonical = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if name == "all" {
        return add_everyone(verdict); // as the lists of RDS snapshots write it
    }
    if is_canonical {
        return verdict.add_listed(Who::Canonical(name.to_owned()));
    }
    if let Some(org) = organization(name) {
        if zone.organization.as_deref() != Some(org) {
            verdict.add_listed(Who::Organization(org.to_owned()));
        }
        return;
    }
    match Principal::aws(name) {
        Some(Principal::Everyone) => add_everyone(verdict),
        Some(Principal::Account(account) | Principal::Arn { account, .. }) if is_account_id(&account) => {
            if !zone.holds(&account) {
                verdict.add_listed(Who::Account(account));
            }
        }
        Some(Principal::Canonical(user)) => verdict.add_listed(Who::Canonical(user)),
        Some(Principal::Deleted(_)) => {}
        Some(
            Principal::Account(_) | Principal::Arn { .. } | Principal::Service(_) | Principal::Federated(_),
        )
        | None => verdict.note(Unknown::Grantee(crate::parse::cut(name))),
    }
}

/// `arn:aws:organizations::111122223333:organization/o-…` or `…:ou/o-…/ou-…`, as images are shared.
fn organization(name: &str) -> Option<&str> {
    let resource = name.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(4))?;
    let org = resource.split('/').nth(1)?;
    org.starts_with("o-").then_some(org)
}
