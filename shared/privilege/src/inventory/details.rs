//! From `aws iam get-account-authorization-details` to an inventory. What is missing or unlike AWS's own is left out, or named as unread.

use super::{Inventory, NotAnInventory, Policies, Role, User};
use crate::attached::Attached;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trailreflex_access::{Effect, Principal, Principals};

/// Managed policies by ARN, and policies of groups by name; none where one could not be read.
struct Known {
    managed: BTreeMap<String, Option<Attached>>,
    groups: BTreeMap<String, Policies>,
}

impl Inventory {
    /// Reads what `aws iam get-account-authorization-details` prints. Policies may be objects or percent-encoded texts.
    ///
    /// # Errors
    /// If it is not JSON, or has neither users nor roles.
    pub fn from_details(text: &str) -> Result<Self, NotAnInventory> {
        let details: Value = serde_json::from_str(text).map_err(NotAnInventory::NotJson)?;
        let lists = ["UserDetailList", "RoleDetailList"];
        if !lists.iter().any(|list| details.get(*list).is_some_and(Value::is_array)) {
            return Err(NotAnInventory::NotDetails);
        }
        let mut known = Known { managed: managed(&details), groups: BTreeMap::new() };
        for group in list(&details, "GroupDetailList") {
            let policies = known.policies(group, "GroupPolicyList");
            known.groups.insert(text_of(group, "GroupName").unwrap_or_default(), policies);
        }
        let users = list(&details, "UserDetailList").filter_map(|user| known.user(user));
        let roles = list(&details, "RoleDetailList").filter_map(|role| known.role(role));
        Ok(Self { users: users.collect(), roles: roles.collect(), external_grants: Vec::new() })
    }
}

impl Known {
    fn user(&self, user: &Value) -> Option<User> {
        let mut policies = self.policies(user, "UserPolicyList");
        for group in list(user, "GroupList").filter_map(Value::as_str) {
            match self.groups.get(group) {
                Some(of_group) => policies.add(of_group),
                None => drop(policies.unread.insert(format!("group {group}"))),
            }
        }
        let created = time(user, "CreateDate");
        Some(User { arn: text_of(user, "Arn")?, created, keys: Vec::new(), password: None, policies })
    }

    fn role(&self, role: &Value) -> Option<Role> {
        let arn = text_of(role, "Arn")?;
        let account = arn.split(':').nth(4).unwrap_or_default();
        let trust = role.get("AssumeRolePolicyDocument");
        let trusted = trust.and_then(|trust| Attached::read("trust", trust).ok());
        Some(Role {
            created: time(role, "CreateDate"),
            last_used: role.get("RoleLastUsed").and_then(|used| time(used, "LastUsedDate")),
            trusted: trusted.map(|trust| outside(&trust, account)).unwrap_or_default(),
            policies: self.policies(role, "RolePolicyList"),
            arn,
        })
    }

    /// Inline and managed policies of a user, role or group.
    fn policies(&self, of: &Value, inline: &str) -> Policies {
        let mut policies = Policies::default();
        for policy in list(of, inline) {
            let name = text_of(policy, "PolicyName").unwrap_or_default();
            let read = policy.get("PolicyDocument").and_then(|document| Attached::read(&name, document).ok());
            policies.take(&name, read);
        }
        for policy in list(of, "AttachedManagedPolicies") {
            let arn = text_of(policy, "PolicyArn").unwrap_or_default();
            policies.take(&arn, self.managed.get(&arn).cloned().flatten());
        }
        policies
    }
}

impl Policies {
    fn take(&mut self, name: &str, read: Option<Attached>) {
        match read {
            Some(attached) => self.attached.push(attached),
            None => drop(self.unread.insert(name.to_owned())),
        }
    }

    fn add(&mut self, other: &Self) {
        self.attached.extend(other.attached.iter().cloned());
        self.unread.extend(other.unread.iter().cloned());
    }
}

fn managed(details: &Value) -> BTreeMap<String, Option<Attached>> {
    let read = |policy: &Value| {
        let arn = text_of(policy, "Arn")?;
        let is_default = |version: &&Value| version.get("IsDefaultVersion") == Some(&Value::Bool(true));
        let version = list(policy, "PolicyVersionList").find(is_default)?;
        let attached = Attached::read(&arn, version.get("Document")?).ok();
        Some((arn, attached))
    };
    list(details, "Policies").filter_map(read).collect()
}

/// Other accounts and identity providers that a trust policy lets in.
fn outside(trust: &Attached, own: &str) -> BTreeSet<String> {
    let allows = trust.policy().statements.iter().filter(|statement| statement.effect == Effect::Allow);
    let named = allows.flat_map(|statement| match &statement.principals {
        Principals::These(list) => list.as_slice(),
        Principals::Unstated | Principals::AllBut(_) => &[],
    });
    let one = |principal: &Principal| match principal {
        Principal::Account(account) | Principal::Arn { account, .. } => {
            (account != own).then(|| account.clone())
        }
        Principal::Federated(provider) => Some(provider.clone()),
        Principal::Everyone | Principal::Service(_) | Principal::Canonical(_) | Principal::Deleted(_) => None,
    };
    named.filter_map(one).collect()
}

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text_of(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn time(value: &Value, key: &str) -> Option<Timestamp> {
    value.get(key)?.as_str()?.parse().ok()
}
